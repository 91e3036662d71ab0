package io.crossfade.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DemoCommandTest {

  @ParameterizedTest
  @ValueSource(strings = {"--rows=10", "--rows=many", "--seconds=0", "--bogus"})
  void shouldRefuseWhatItCannotDoBeforeAnythingStarts(String option) {
    assertThat(Main.run("demo", option)).isEqualTo(ExitCode.USAGE);
  }
}
