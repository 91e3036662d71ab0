package io.crossfade.spec;

import java.time.Duration;
import java.util.Objects;
import java.util.Optional;

/**
 * While one of these is exceeded, the backfill stands still. Empty: no limit.
 *
 * @param captureLag how far the log that was read is behind the source
 * @param targetCommitP95 how long a commit in the target takes, 95th percentile of the last half
 *     minute
 * @param sourceReplicaLag how far the standby is behind from which chunks are read
 */
public record PauseWhen(
    Optional<Duration> captureLag,
    Optional<Duration> targetCommitP95,
    Optional<Duration> sourceReplicaLag) {

  /** No limits. */
  public static final PauseWhen NEVER =
      new PauseWhen(Optional.empty(), Optional.empty(), Optional.empty());

  public PauseWhen {
    Objects.requireNonNull(captureLag, "captureLag");
    Objects.requireNonNull(targetCommitP95, "targetCommitP95");
    Objects.requireNonNull(sourceReplicaLag, "sourceReplicaLag");
  }

  /** {@code 500ms}, {@code 30s}, {@code 5m}, {@code 1h}: the schema lets nothing else pass. */
  static Duration duration(String text) {
    int digits = text.endsWith("ms") ? text.length() - 2 : text.length() - 1;
    long number = Long.parseLong(text.substring(0, digits));
    switch (text.substring(digits)) {
      case "ms":
        return Duration.ofMillis(number);
      case "s":
        return Duration.ofSeconds(number);
      case "m":
        return Duration.ofMinutes(number);
      default:
        return Duration.ofHours(number);
    }
  }
}
