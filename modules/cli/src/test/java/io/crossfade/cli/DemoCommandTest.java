package io.crossfade.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DemoCommandTest {

  @ParameterizedTest
  @ValueSource(strings = {"--rows=10", "--rows=many", "--seconds=0", "--bogus"})
  void shouldRefuseWhatItCannotDoBeforeAnythingStarts(String option) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    int code = Main.run(new PrintWriter(out), new PrintWriter(err), "demo", option);
    assertThat(code).isEqualTo(2);
    assertThat(err.toString()).contains(option.replaceAll("=.*", ""));
    assertThat(out.toString()).isEmpty();
  }
}
