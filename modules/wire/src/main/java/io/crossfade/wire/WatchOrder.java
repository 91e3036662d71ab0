package io.crossfade.wire;

import java.time.Instant;
import java.util.List;
import java.util.Objects;

/**
 * What operators have said last about comparing again and again. It outlives the job, and is
 * followed by the instance that captures.
 *
 * @param id tells it from all others: rounds are counted by it
 * @param on whether it goes on; else all that is below says nothing
 * @param share of the time that the source may be busy for it; above 0, at most 1
 * @param tables new tables by their names; empty: all, and the checks
 * @param at when it was given
 */
public record WatchOrder(String id, boolean on, double share, List<String> tables, Instant at) {

  public WatchOrder {
    Objects.requireNonNull(id, "id");
    tables = List.copyOf(tables);
    Objects.requireNonNull(at, "at");
    if (!(share > 0 && share <= 1)) {
      throw new IllegalArgumentException("share: " + share);
    }
  }
}
