package io.crossfade.cli.job;

import io.crossfade.capture.Orders;
import io.crossfade.core.table.TableId;
import io.crossfade.server.Status;
import io.crossfade.verify.Outcome;
import io.crossfade.wire.LastVerified;
import io.crossfade.wire.VerificationCodec;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * How each table's last comparison ended: kept in the control topic, so that all instances know.
 */
final class VerifiedTables {

  private final Orders orders;
  private final Verifier verifier;

  /** Results that were kept, by when they ended: each is written once. */
  private final Map<TableId, Instant> kept = new HashMap<>();

  VerifiedTables(Orders orders, Verifier verifier) {
    this.orders = orders;
    this.verifier = verifier;
  }

  /** Writes down what has ended since. */
  synchronized void keep() throws InterruptedException {
    Map<String, byte[]> records = new HashMap<>();
    Map<TableId, Instant> now = new HashMap<>();
    for (Verifier.Ended ended : verifier.ended()) {
      Instant at = ended.at();
      if (!at.equals(kept.get(ended.table()))) {
        records.put(
            VerificationCodec.verifiedKey(ended.table()), VerificationCodec.encode(record(ended)));
        now.put(ended.table(), at);
      }
    }
    if (!records.isEmpty()) {
      orders.give(records);
      kept.putAll(now);
    }
  }

  private LastVerified record(Verifier.Ended ended) {
    boolean equal = ended.outcome() == Outcome.EQUAL;
    // What somebody has asked for in between does not make the round forget where it was.
    Optional<LastVerified> before = stored(ended.table());
    return new LastVerified(
        ended.outcome().toString(),
        ended.at(),
        ended
            .round()
            .map(Verifier.Round::order)
            .or(() -> before.map(LastVerified::order))
            .orElse(""),
        ended
            .round()
            .map(Verifier.Round::number)
            .or(() -> before.map(LastVerified::round))
            .orElse(0L),
        ended.rows(),
        equal
            ? ended.position().map(position -> new LastVerified.Equal(ended.at(), position))
            : before.flatMap(LastVerified::equal));
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
                    last.equal().map(LastVerified.Equal::position)));
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
