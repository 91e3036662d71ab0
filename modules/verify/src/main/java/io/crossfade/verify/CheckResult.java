package io.crossfade.verify;

import java.util.Objects;
import java.util.Optional;

/**
 * How a pair of queries stands, or ended.
 *
 * @param name of the pair
 * @param outcome how it ended; empty while it has not
 * @param why what is to be known of the outcome; empty where nothing is
 * @param source the answer of the source; empty where it was not asked, or values are masked
 * @param target the answer of the target; likewise
 */
public record CheckResult(
    String name,
    Optional<Outcome> outcome,
    Optional<String> why,
    Optional<String> source,
    Optional<String> target) {

  public CheckResult {
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(outcome, "outcome");
    Objects.requireNonNull(why, "why");
    Objects.requireNonNull(source, "source");
    Objects.requireNonNull(target, "target");
  }

  static CheckResult open(String name) {
    return new CheckResult(
        name, Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty());
  }

  /** The same when nothing more will come: what has no outcome by now is incomplete. */
  CheckResult closed() {
    return outcome.isPresent()
        ? this
        : new CheckResult(
            name,
            Optional.of(Outcome.INCOMPLETE),
            Optional.of("it was not compared: the verification was stopped before"),
            source,
            target);
  }
}
