package io.crossfade.wire;

import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

/**
 * A comparison that somebody has asked for once. It outlives the job, is followed by the instance
 * that captures, and is removed when it has ended.
 *
 * @param id tells it from all others
 * @param tables new tables by their names; empty: all, and the checks
 * @param masked whether values are left out of what is written down
 * @param at when it was asked for
 * @param wentOn when it went on after an interruption, the last {@value #REMEMBERED} times
 */
public record VerifyOrder(
    String id, List<String> tables, boolean masked, Instant at, List<Instant> wentOn) {

  /** A job that falls again and again must not make the record grow for ever. */
  static final int REMEMBERED = 20;

  public VerifyOrder {
    Objects.requireNonNull(id, "id");
    tables = List.copyOf(tables);
    Objects.requireNonNull(at, "at");
    wentOn = List.copyOf(wentOn);
  }

  /** The same, gone on once more. */
  public VerifyOrder goneOn(Instant now) {
    List<Instant> all = Stream.concat(wentOn.stream(), Stream.of(now)).toList();
    return new VerifyOrder(
        id, tables, masked, at, all.subList(Math.max(0, all.size() - REMEMBERED), all.size()));
  }
}
