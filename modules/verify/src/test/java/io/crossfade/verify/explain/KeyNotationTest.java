package io.crossfade.verify.explain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class KeyNotationTest {

  private static final List<String> ONE = List.of("id");
  private static final List<String> TWO = List.of("id", "region");

  /** Fails where names are taken in the order in which they are written. */
  @Test
  void shouldReadAKeyHoweverItIsWritten() {
    assertThat(KeyNotation.parse(ONE, List.of("42"))).containsExactly("42");
    assertThat(KeyNotation.parse(ONE, List.of("id=42"))).containsExactly("42");
    assertThat(KeyNotation.parse(ONE, List.of("id = 42"))).containsExactly("42");
    assertThat(KeyNotation.parse(ONE, List.of("{\"id\":\"42\"}"))).containsExactly("42");
    assertThat(KeyNotation.parse(ONE, List.of("{\"id\":42}"))).containsExactly("42");
    assertThat(KeyNotation.parse(TWO, List.of("42", "eu"))).containsExactly("42", "eu");
    assertThat(KeyNotation.parse(TWO, List.of("region=eu", "id=42"))).containsExactly("42", "eu");
    assertThat(KeyNotation.parse(TWO, List.of("id = 42, region = eu, west")))
        .containsExactly("42", "eu, west");
    assertThat(KeyNotation.parse(TWO, List.of("{\"region\":\"id=1\",\"id\":\"42\"}")))
        .containsExactly("42", "id=1");
  }

  /** Fails where each = is taken for a name's. */
  @Test
  void shouldTakeAnEqualsSignThatIsNoNamesForAValue() {
    assertThat(KeyNotation.parse(ONE, List.of("a=b"))).containsExactly("a=b");
    assertThat(KeyNotation.parse(ONE, List.of("id=a=b"))).containsExactly("a=b");
    assertThat(KeyNotation.parse(TWO, List.of("a=b", "region=eu")))
        .containsExactly("a=b", "region=eu");
  }

  /** Fails where a missing value becomes an empty one. */
  @Test
  void shouldSayHowTheKeyIsWritten() {
    for (List<String> words :
        List.of(
            List.of("42"),
            List.of("id=42"),
            List.of("id=1", "id=2"),
            List.of("1", "2", "3"),
            List.of("{\"id\":\"42\"}"),
            List.of("{\"id\":\"42\",\"region\":null}"),
            List.of("{\"id\":1,\"region\":2,\"x\":3}"),
            List.of("{"))) {
      assertThatThrownBy(() -> KeyNotation.parse(TWO, words))
          .as(words.toString())
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("the key is id, region")
          .hasMessageContaining("id=… region=…");
    }
  }
}
