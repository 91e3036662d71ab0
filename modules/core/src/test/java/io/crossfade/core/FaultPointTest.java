package io.crossfade.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class FaultPointTest {

  /** Passes two points in turn, three times, and ends in order. */
  static final class Passer {
    public static void main(String[] arguments) {
      for (int i = 1; i <= 3; i++) {
        System.out.println("round " + i);
        FaultPoint.AFTER_CLAIM.reached();
        FaultPoint.IN_REPLAY.reached();
      }
    }
  }

  private record Outcome(int code, String printed) {}

  /** Fails where a point halts in spite of no order. */
  @Test
  void shouldDoNothingWithoutAnOrder() throws Exception {
    assertThat(pass(List.of())).isEqualTo(new Outcome(0, "round 1\nround 2\nround 3\n"));
  }

  /** Fails where passages of other points count, or where hooks run at the end. */
  @Test
  void shouldHaltAtTheNthPassageOfThePointThatIsNamed() throws Exception {
    assertThat(pass(List.of("-Dcrossfade.fault=in-replay:2")))
        .isEqualTo(
            new Outcome(
                FaultPoint.EXIT_CODE, "round 1\nround 2\nfault point in-replay: halting\n"));
  }

  /** Fails where a name that is none leaves a test without its fault. */
  @Test
  void shouldRefuseAnOrderThatNamesNoPoint() throws Exception {
    Outcome outcome = pass(List.of("-Dcrossfade.fault=in-repaly:2"));
    assertThat(outcome.code()).isNotZero();
    assertThat(outcome.printed()).contains("'in-repaly'; there are after-send-before-commit, ");
  }

  private static Outcome pass(List<String> options) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.addAll(options);
    command.add(Passer.class.getName());
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String printed =
        new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8)
            .replace(System.lineSeparator(), "\n");
    return new Outcome(process.waitFor(), printed);
  }
}
