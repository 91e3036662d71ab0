package io.crossfade.cli;

import io.crossfade.cli.job.CommandException;
import io.crossfade.cli.job.ExitCode;
import io.crossfade.server.CommandRefused;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/** A job that does not answer while somebody waits for what it does: for how long that may be. */
final class Absence {

  private final String what;
  private final String gone;
  private final Duration patience;
  private final LongSupplier nanoTime;
  private final Consumer<String> said;

  /** Since when; empty while it answers. */
  private Optional<Long> since = Optional.empty();

  /**
   * @param what waits: {@code verify}
   * @param gone what is said at last
   * @param patience with a job that does not answer; none where nothing of it outlives the job
   * @param nanoTime now
   * @param said takes that it is away, and that it is back
   */
  Absence(
      String what, String gone, Duration patience, LongSupplier nanoTime, Consumer<String> said) {
    this.what = what;
    this.gone = gone;
    this.patience = patience;
    this.nanoTime = nanoTime;
    this.said = said;
  }

  /** It answers. */
  void over() {
    if (since.isPresent()) {
      said.accept(what + ": the job answers again");
      since = Optional.empty();
    }
  }

  /**
   * It has not answered.
   *
   * @throws CommandException where that lasts too long
   */
  void lasts(Exception why) {
    long now = nanoTime.getAsLong();
    boolean begins = since.isEmpty();
    long began = since.orElse(now);
    since = Optional.of(began);
    if (now - began >= patience(why).toNanos()) {
      throw new CommandException(
          ExitCode.ERROR, "incomplete: " + gone + ": " + why.getMessage(), why);
    }
    if (begins) {
      said.accept(
          "%s: the job does not answer as it did; what it has done is kept, and it is waited for, up to %d s: %s"
              .formatted(what, patience.toSeconds(), why.getMessage()));
    }
  }

  /** One that runs, and knows nothing of it, has read what was ordered before long. */
  private Duration patience(Exception why) {
    return why instanceof CommandRefused ? patience.dividedBy(10) : patience;
  }
}
