package io.crossfade.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.crossfade.cli.job.CommandException;
import io.crossfade.cli.job.ExitCode;
import io.crossfade.server.CommandRefused;
import io.crossfade.server.JobClient;
import io.crossfade.server.NoJob;
import io.crossfade.server.Status;
import io.crossfade.verify.Outcome;
import io.crossfade.verify.RepairReport;
import io.crossfade.verify.Reports;
import io.crossfade.verify.TextReport;
import io.crossfade.verify.VerificationReport;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;

/** Has a running job verify or repair, and waits for how that ends. */
final class Comparing {

  private static final Duration POLL = Duration.ofMillis(250);
  private static final Duration LINE = Duration.ofSeconds(10);

  /** A job that is started again, with Kafka's time-outs for what the former one has held. */
  private static final Duration RESTART = Duration.ofMinutes(5);

  private final JobClient job;
  private final Consumer<String> progress;

  /**
   * Of that job.
   *
   * @param progress takes a line each ten seconds while something runs
   */
  Comparing(JobClient job, Consumer<String> progress) {
    this.job = job;
    this.progress = progress;
  }

  /** What is read of the job while it is at it. */
  private record Kind<R>(
      String command,
      String document,
      String noun,
      String gone,
      Duration patience,
      Reader<R> reader,
      Function<R, String> begun,
      Function<R, Optional<Outcome>> outcome,
      Function<R, String> line) {

    @FunctionalInterface
    interface Reader<R> {
      R read(byte[] json) throws IOException;
    }
  }

  private static final Kind<VerificationReport> VERIFICATION =
      new Kind<>(
          "verify",
          "verification",
          "verification",
          "the job that compared is gone (`crossfade status` shows how each table ended last)",
          RESTART,
          Reports::read,
          VerificationReport::begun,
          VerificationReport::outcome,
          TextReport::progress);

  private static final Kind<RepairReport> REPAIR =
      new Kind<>(
          "repair",
          "repair",
          "repair",
          "the job that repaired is gone (nothing is left half done: repair again)",
          Duration.ZERO,
          Reports::readRepair,
          RepairReport::begun,
          RepairReport::outcome,
          RepairReport::progress);

  /**
   * Compares.
   *
   * @param tables new tables; all, and the checks, where there are none
   * @param mask whether values are left out
   * @throws CommandException where it cannot be told how it ended
   */
  VerificationReport verify(List<String> tables, boolean mask)
      throws NoJob, CommandRefused, InterruptedException {
    requireKnown(tables);
    job.command("verify", body(tables, mask).toString());
    return await(VERIFICATION);
  }

  /**
   * Compares and repairs.
   *
   * @param tables new tables; all where there are none
   * @param mask whether values are left out
   * @param reason why, for those who look later
   * @throws CommandException where it cannot be told how it ended
   */
  RepairReport repair(List<String> tables, boolean mask, String reason)
      throws NoJob, CommandRefused, InterruptedException {
    requireKnown(tables);
    job.command("repair", body(tables, mask).put("reason", reason).toString());
    return await(REPAIR);
  }

  /** The rows that differed, a JSON object in a line. The caller closes it. */
  BufferedReader differences() throws NoJob, CommandRefused, InterruptedException {
    return lines("verification/differences");
  }

  /** The rows that differ after a repair, likewise. */
  BufferedReader left() throws NoJob, CommandRefused, InterruptedException {
    return lines("repair/differences");
  }

  private BufferedReader lines(String document) throws NoJob, CommandRefused, InterruptedException {
    return new BufferedReader(
        new InputStreamReader(job.document(document), StandardCharsets.UTF_8));
  }

  /** Throws where the job has no table of one of these names. */
  void requireKnown(List<String> tables) throws NoJob, InterruptedException {
    if (tables.isEmpty()) {
      return;
    }
    List<String> known = job.status().tables().stream().map(Status.Table::into).toList();
    for (String table : tables) {
      if (known.stream().noneMatch(one -> one.equals(table) || one.endsWith("." + table))) {
        throw new CommandException(
            ExitCode.USAGE,
            "--table: the job has no table " + table + "; it has " + String.join(", ", known));
      }
    }
  }

  static int exitCode(Optional<Outcome> outcome) {
    return switch (outcome.orElse(Outcome.INCOMPLETE)) {
      case EQUAL -> ExitCode.DONE;
      case DIFFERENT -> ExitCode.NOT_MET;
      case INCOMPLETE -> ExitCode.ERROR;
    };
  }

  private static ObjectNode body(List<String> tables, boolean mask) {
    ObjectNode body = JsonNodeFactory.instance.objectNode().put("masked", mask);
    ArrayNode names = body.putArray("tables");
    tables.forEach(names::add);
    return body;
  }

  /** When the job has begun another one, nothing is known of this one. */
  private <R> R await(Kind<R> kind) throws InterruptedException {
    Optional<String> begun = Optional.empty();
    Absence absence =
        new Absence(kind.command(), kind.gone(), kind.patience(), System::nanoTime, progress);
    long shown = System.nanoTime();
    while (true) {
      Optional<R> now = read(kind, absence);
      Optional<String> its = now.map(kind.begun());
      if (begun.isPresent() && its.isPresent() && !begun.equals(its)) {
        throw new CommandException(
            ExitCode.ERROR, "incomplete: the job has begun another " + kind.noun(), null);
      }
      begun = its.isPresent() ? its : begun;
      if (now.flatMap(kind.outcome()).isPresent()) {
        return now.get();
      }
      if (now.isPresent() && System.nanoTime() - shown > LINE.toNanos()) {
        progress.accept(kind.line().apply(now.get()));
        shown = System.nanoTime();
      }
      TimeUnit.MILLISECONDS.sleep(POLL.toMillis());
    }
  }

  /** Empty where the job does not answer, and may again. */
  private <R> Optional<R> read(Kind<R> kind, Absence absence) throws InterruptedException {
    try (InputStream in = job.document(kind.document())) {
      R now = kind.reader().read(in.readAllBytes());
      absence.over();
      return Optional.of(now);
    } catch (CommandRefused | IOException e) {
      absence.lasts(e);
      return Optional.empty();
    }
  }
}
