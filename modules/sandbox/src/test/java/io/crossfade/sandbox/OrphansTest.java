package io.crossfade.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever ends the parent, nothing is left of its children. */
class OrphansTest {

  private static final Duration SOON = Duration.ofSeconds(20);

  private Process parent;
  private final List<ProcessHandle> children = new ArrayList<>();
  private final List<Path> directories = new ArrayList<>();
  private final List<String> output = new ArrayList<>();

  @AfterEach
  void endWhatIsLeft() {
    parent.destroyForcibly();
    await(() -> children.stream().noneMatch(p -> Unix.isAlive(p.pid())));
    children.stream().filter(p -> Unix.isAlive(p.pid())).forEach(ProcessHandle::destroyForcibly);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "pause"})
  void shouldLeaveNothingWhenTheParentIsKilled(String argument) throws IOException {
    startParent(argument);
    parent.destroyForcibly();
    assertNothingIsLeft();
  }

  @Test
  void shouldLeaveNothingWhenTheParentIsTerminated() throws IOException {
    startParent("");
    // Not Process.destroy, which closes the pipe that is still to be read.
    Unix.signal("TERM", List.of(parent.toHandle()));
    readTheRest();
    assertThat(output).contains("PostgreSQL answers", "Kafka runs: true");
    assertNothingIsLeft();
  }

  /** Ctrl-C goes to the whole group of the terminal; the children must not be in it. */
  @Test
  void shouldOutliveCtrlCUntilTheParentStopsThem() throws IOException {
    startParent("");
    Unix.run(Path.of("/"), List.of("/bin/sh", "-c", "kill -s INT -- -" + parent.pid()));
    readTheRest();
    assertThat(output).contains("PostgreSQL answers", "Kafka runs: true");
    assertNothingIsLeft();
  }

  private void startParent(String argument) throws IOException {
    // In a group of its own, as a shell does: else the Ctrl-C would hit this JVM.
    parent =
        new ProcessBuilder(
                // A build in the background of a script ignores Ctrl-C, and so would its children.
                "env",
                "--default-signal=INT",
                "setsid",
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                Parent.class.getName(),
                argument)
            .redirectErrorStream(true)
            .start();
    BufferedReader lines = parent.inputReader(StandardCharsets.UTF_8);
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      output.add(line);
      if (line.startsWith("directory ")) {
        directories.add(Path.of(line.substring("directory ".length())));
      }
      if (line.equals("started")) {
        break;
      }
    }
    assertThat(output).contains("started");
    parent.descendants().forEach(children::add);
    assertThat(children.stream().map(p -> Unix.programOf(p.pid())))
        .contains("sh", "postgres", "java");
  }

  private void readTheRest() throws IOException {
    parent.inputReader(StandardCharsets.UTF_8).lines().forEach(output::add);
  }

  private void assertNothingIsLeft() {
    await(() -> children.stream().noneMatch(p -> Unix.isAlive(p.pid())));
    assertThat(children.stream().filter(p -> Unix.isAlive(p.pid())).map(ProcessHandle::info))
        .isEmpty();
    await(() -> directories.stream().noneMatch(Files::exists));
    assertThat(directories).hasSize(2).noneMatch(Files::exists);
  }

  private static void await(BooleanSupplier condition) {
    long deadline = System.nanoTime() + SOON.toNanos();
    while (!condition.getAsBoolean() && System.nanoTime() < deadline) {
      ChildProcess.sleep();
    }
  }
}
