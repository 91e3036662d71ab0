package io.crossfade.verify;

import java.util.Objects;
import java.util.Optional;

/**
 * How the repair of a table stands, or ended.
 *
 * @param into the new table
 * @param outcome how it ended: {@code equal} where all was compared and nothing differs any more;
 *     empty while it has not
 * @param why what is to be known of it, for people; empty where nothing is
 * @param differing rows that differed, those that were hot not among them
 * @param sent old rows that were sent again
 * @param deleted old keys without a row that were sent as deletes
 * @param gaveWay keys of which a newer change was on its way
 * @param refused rows that the target had refused before: they were not sent
 * @param unsent rows that could not be sent
 * @param stillDiffering rows that differ after it
 * @param hot rows that changed so often that nothing can be told of them
 */
public record RepairedTable(
    String into,
    Optional<Outcome> outcome,
    Optional<String> why,
    long differing,
    long sent,
    long deleted,
    long gaveWay,
    long refused,
    long unsent,
    long stillDiffering,
    long hot) {

  public RepairedTable {
    Objects.requireNonNull(into, "into");
    Objects.requireNonNull(outcome, "outcome");
    Objects.requireNonNull(why, "why");
  }
}
