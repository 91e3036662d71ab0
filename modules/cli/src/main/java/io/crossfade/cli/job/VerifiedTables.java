package io.crossfade.cli.job;

import io.crossfade.capture.Orders;
import io.crossfade.core.table.TableId;
import io.crossfade.server.Status;
import io.crossfade.verify.Loss;
import io.crossfade.verify.Outcome;
import io.crossfade.verify.Turn;
import io.crossfade.wire.LastVerified;
import io.crossfade.wire.VerificationCodec;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * How each table's last comparison ended: kept in the control topic, so that all instances know.
 */
final class VerifiedTables {

  private final Orders orders;
  private final Verifier verifier;
  private final Supplier<Turn> turn;
  private final Consumer<String> said;

  /** Results that were kept: each is written once. */
  private final Map<TableId, Verifier.Ended> kept = new HashMap<>();

  /**
   * @param turn who takes writes now
   * @param said takes what a rollback would lose, whenever that is another than before
   */
  VerifiedTables(Orders orders, Verifier verifier, Supplier<Turn> turn, Consumer<String> said) {
    this.orders = orders;
    this.verifier = verifier;
    this.turn = turn;
    this.said = said;
  }

  /** Writes down what has ended since. */
  synchronized void keep() throws InterruptedException {
    Map<String, byte[]> records = new HashMap<>();
    Map<TableId, Verifier.Ended> now = new HashMap<>();
    List<String> losses = new ArrayList<>();
    for (Verifier.Ended ended : verifier.ended()) {
      if (!ended.equals(kept.get(ended.table()))) {
        records.put(
            VerificationCodec.verifiedKey(ended.table()), VerificationCodec.encode(record(ended)));
        now.put(ended.table(), ended);
        Optional<LastVerified.Reversed> found = reversed(ended);
        if (!found.equals(stored(ended.table()).flatMap(LastVerified::reversed))) {
          found
              .flatMap(its -> Loss.of(ended.table().toString(), its.differences()))
              .ifPresent(losses::add);
        }
      }
    }
    if (!records.isEmpty()) {
      orders.give(records);
      kept.putAll(now);
      losses.forEach(said);
    }
  }

  private LastVerified record(Verifier.Ended ended) {
    // What somebody has asked for in between does not make the round forget where it was.
    Optional<LastVerified> before = stored(ended.table());
    String order =
        ended
            .round()
            .map(Verifier.Round::order)
            .or(() -> before.map(LastVerified::order))
            .orElse("");
    long round =
        ended
            .round()
            .map(Verifier.Round::number)
            .or(() -> before.map(LastVerified::round))
            .orElse(0L);
    if (before.isPresent() && before.get().at().isAfter(ended.at())) {
      // A round that had ended before its instance could say so; its result is not the last one.
      return before.get().within(order, round);
    }
    boolean equal = ended.outcome() == Outcome.EQUAL;
    return new LastVerified(
        ended.outcome().toString(),
        ended.at(),
        order,
        round,
        ended.rows(),
        equal
            ? ended.position().map(position -> new LastVerified.Equal(ended.at(), position))
            : before.flatMap(LastVerified::equal),
        reversed(ended));
  }

  private static Optional<LastVerified.Reversed> reversed(Verifier.Ended ended) {
    return ended.turn().reversed()
        ? Optional.of(new LastVerified.Reversed(ended.turn().round(), ended.differences()))
        : Optional.empty();
  }

  /**
   * What a rollback would lose, by the last comparison since the cutover, as a sentence; empty
   * where there was none, or where the old tables take writes.
   */
  Optional<String> loss(TableId table, LastVerified last) {
    Turn now = turn.get();
    return last.reversed()
        .filter(found -> now.equals(new Turn(true, found.round())))
        .map(
            found ->
                Loss.of(table.toString(), found.differences())
                    .orElse(
                        last.result().equals(Outcome.EQUAL.toString())
                            ? "a rollback would lose nothing of " + table
                            : "what a rollback would lose of "
                                + table
                                + " is not known, not all could be compared"));
  }

  /** As it was written down last, by whichever instance. Does not wait. */
  Optional<LastVerified> stored(TableId table) {
    return orders.last(VerificationCodec.verifiedKey(table)).map(VerificationCodec::lastVerified);
  }

  /** Likewise, with what was not written down yet here. */
  Optional<LastVerified> last(TableId table) {
    Optional<LastVerified> stored = stored(table);
    return verifier.ended().stream()
        .filter(ended -> ended.table().equals(table))
        .map(this::record)
        .filter(here -> stored.isEmpty() || here.at().isAfter(stored.get().at()))
        .findFirst()
        .or(() -> stored);
  }

  /** The last comparison of a table as a status shows it. Does not wait. */
  Optional<Status.Verified> verified(TableId table) {
    return last(table)
        .map(
            last ->
                new Status.Verified(
                    last.result(),
                    ago(last.at()),
                    last.equal().isPresent()
                        ? OptionalLong.of(ago(last.equal().get().at()))
                        : OptionalLong.empty(),
                    last.equal().map(LastVerified.Equal::position),
                    loss(table, last)));
  }

  /** Seconds since 1970 when a table was last found equal; NaN where it never was. */
  double equalAt(TableId table) {
    return last(table)
        .flatMap(LastVerified::equal)
        .map(equal -> equal.at().toEpochMilli() / 1000.0)
        .orElse(Double.NaN);
  }

  private static long ago(Instant at) {
    return Math.max(0, Duration.between(at, Instant.now()).toSeconds());
  }
}
