package io.crossfade.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.crossfade.server.JobClient;
import io.crossfade.server.NoJob;
import io.crossfade.server.Status;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code crossfade cutover}. */
@Command(
    name = "cutover",
    description = {
      "Moves writes to the new tables: looks at the gates, fences the old tables, waits until the new",
      "ones have all, and opens those. Before that is decided every failure undoes it.",
      "Exit 0: done, 3: a gate is not met, 5: given up, nothing changed."
    },
    mixinStandardHelpOptions = true)
final class CutoverCommand extends SwitchCommand {

  private static final long SAY_EVERY_SECONDS = 10;

  @Option(names = "--dry-run", description = "look at the gates and print the steps")
  private boolean dryRun;

  @Option(
      names = "--rehearse",
      description = "do all up to the switch, go back, and say how long writes were stopped")
  private boolean rehearse;

  @Option(
      names = "--postpone-until",
      paramLabel = "FILE|TIME",
      description = "wait, caught up, until the file is there, or until the time (ISO 8601)")
  private Optional<String> until = Optional.empty();

  @Override
  void describe(ObjectNode body) {
    body.put("dryRun", dryRun).put("rehearse", rehearse);
  }

  @Override
  boolean changesNothing() {
    return dryRun;
  }

  @Override
  String question() {
    return rehearse
        ? "Rehearse? Writes to the old tables are refused for a moment."
        : "Move writes to the new tables?";
  }

  @Override
  void postpone(JobClient job, PrintWriter err) throws NoJob, InterruptedException {
    if (until.isEmpty()) {
      return;
    }
    long saidAt = 0;
    while (!isTime(until.get())) {
      if (saidAt == 0 || System.nanoTime() - saidAt > TimeUnit.SECONDS.toNanos(SAY_EVERY_SECONDS)) {
        Status status = job.status();
        err.println(
            "waiting for "
                + until.get()
                + "; "
                + status.phase()
                + ", "
                + status.lag().applyRecords().orElse(0)
                + " records to apply");
        err.flush();
        saidAt = System.nanoTime();
      }
      TimeUnit.MILLISECONDS.sleep(Duration.ofMillis(200).toMillis());
    }
  }

  private static boolean isTime(String until) {
    try {
      return !Instant.now().isBefore(Instant.parse(until));
    } catch (DateTimeParseException e) {
      return Files.exists(Path.of(until));
    }
  }
}
