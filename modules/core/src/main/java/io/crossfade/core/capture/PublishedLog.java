package io.crossfade.core.capture;

import io.crossfade.core.source.Snapshot;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * Which events of the log are published already (I2). The source sends whole transactions again
 * after a restart, and says of each event only which transaction it belongs to; places in the log
 * repeat and run backwards, so they decide nothing.
 *
 * <p>A transaction is known when it was published to its end. The ids of those are kept, but only
 * since the <em>horizon</em>: a snapshot P that was taken before a marker was written, which has
 * been met since. What P includes was committed before the marker, so it stood before it in the
 * log, so it has been published. Hence
 *
 * <pre>   known(t)  ⇔  horizon includes t  ∨  t ∈ ids beyond the horizon</pre>
 *
 * <p>and the ids do not grow with the age of the migration, however far back the source goes: it
 * may forget a confirmation in a crash of its own, since it writes them to disk only now and then.
 *
 * <p>Of the one transaction that was published in part the number of its events is kept; its events
 * come in the same order again. Not safe for use by several threads.
 */
public final class PublishedLog {

  /**
   * What has to survive a restart.
   *
   * @param horizon the snapshot's text; empty before the first marker
   * @param beyond ids of transactions published whole that the horizon does not include
   * @param open the transaction published in part, if there is one
   */
  public record State(Optional<String> horizon, String beyond, Optional<Open> open) {

    /** Nothing was published yet. */
    public static final State NOTHING = new State(Optional.empty(), "", Optional.empty());

    public State {
      Objects.requireNonNull(horizon, "horizon");
      Objects.requireNonNull(beyond, "beyond");
      Objects.requireNonNull(open, "open");
    }
  }

  /**
   * A transaction of which not all is published.
   *
   * @param transaction its id
   * @param events how many of its events are
   */
  public record Open(long transaction, long events) {}

  private static final long ALL = Long.MAX_VALUE;

  private Optional<Snapshot> horizon;
  private TransactionIds beyond;
  private Optional<Open> half;

  private boolean within;
  private long transaction;
  private long seen;
  private long known;

  public PublishedLog(State state, Function<String, Snapshot> snapshots) {
    this.horizon = state.horizon().map(snapshots);
    this.beyond = TransactionIds.parse(state.beyond());
    this.half = state.open();
  }

  /** A transaction begins. */
  public void begin(long id) {
    if (within) {
      throw new IllegalStateException("transaction " + id + " begins within " + transaction);
    }
    within = true;
    transaction = id;
    seen = 0;
    if (isKnown(id)) {
      known = ALL;
    } else {
      known = half.filter(open -> open.transaction() == id).map(Open::events).orElse(0L);
    }
  }

  /**
   * Whether the next event has to be published, without its coming: for one that takes several
   * commits, and counts when it is published whole.
   */
  public boolean nextIsNew() {
    if (!within) {
      throw new IllegalStateException("an event outside of any transaction");
    }
    return seen >= known;
  }

  /**
   * The next event of the transaction comes: whether it has to be published. If so it counts as
   * published from now on.
   */
  public boolean next() {
    if (!within) {
      throw new IllegalStateException("an event outside of any transaction");
    }
    seen++;
    return seen > known;
  }

  /** The transaction has come to its end. */
  public void commit(long id) {
    if (!within || transaction != id) {
      throw new IllegalStateException("transaction " + id + " ends, but did not begin");
    }
    within = false;
    if (known != ALL) {
      beyond.add(id);
    }
    half = half.filter(open -> open.transaction() != id);
  }

  /** A marker has been met; the snapshot was taken before the marker was written. */
  public void advance(Snapshot taken) {
    if (horizon.isPresent() && !taken.includesAllOf(horizon.get())) {
      return;
    }
    horizon = Optional.of(taken);
    beyond = beyond.without(taken::includes);
  }

  /** Whether a transaction has begun, has been published in part, and has not come to its end. */
  public boolean inside() {
    return within && seen > known;
  }

  /** What has to be written beside all that was published so far. */
  public State state() {
    return new State(horizon.map(Snapshot::toString), beyond.toString(), open());
  }

  /**
   * A test of snapshots that are taken from now on, on the primary: whether it includes each
   * transaction of which an event was streamed until now. Most are visible at once; one that waits
   * for a synchronous standby is not. The test may be used by any thread.
   */
  public Predicate<Snapshot> streamedUntilNow() {
    TransactionIds ids = beyond.without(id -> false);
    // What the horizon includes each later snapshot includes too.
    half.ifPresent(open -> ids.add(open.transaction()));
    if (within && known != ALL) {
      ids.add(transaction);
    }
    return snapshot -> ids.allMatch(snapshot::includes);
  }

  private Optional<Open> open() {
    if (!within || known == ALL) {
      return half;
    }
    long published = Math.max(seen, known);
    return published == 0 ? half : Optional.of(new Open(transaction, published));
  }

  private boolean isKnown(long id) {
    return horizon.isPresent() && horizon.get().includes(id) || beyond.contains(id);
  }
}
