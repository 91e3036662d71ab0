package io.crossfade.core.capture;

import io.crossfade.core.source.Snapshot;
import io.crossfade.core.table.Key;
import io.crossfade.core.table.TableId;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Predicate;

/**
 * Rows of one table that somebody wants to have again though nothing has changed them, for instance
 * since the target has lost them. Decides whether what was read of them may be published, so that
 * neither a row nor the news that there is none hides a newer change (I3).
 *
 * <p>The order: from {@link #Resend the beginning} on, events of the keys are told; then the keys
 * are read under a snapshot S of the primary that {@link #mayUse}; then a marker is written. When
 * it is met, what S shows of a key may be published, a row as its row and no row as its delete,
 * unless an event of the key was told that S does not include.
 *
 * <p><em>Why.</em> Each event of the key that was streamed before the beginning is one that S
 * includes; so is each that was told. So what S shows is at least as new as the last of them. An
 * event that S does not include and that was not told yet comes later in the stream, so it is
 * published behind. What gives way is no loss: the event is in the topic already, and what is
 * published of it has the same effect. That S is taken later than the beginning does not suffice: a
 * commit is in the log while it waits for a synchronous standby, and S does not show it.
 *
 * <p>Not safe for use by several threads, {@link #mayUse} excepted.
 */
public final class Resend {

  private static final long NONE = Long.MIN_VALUE;

  private final TableId table;
  private final Predicate<Snapshot> includesWhatWasStreamed;

  /** The last event of each key since the beginning. */
  private final Map<Key, Long> told = new HashMap<>();

  private long emptied = NONE;

  /**
   * Begins.
   *
   * @param keys of one table
   * @param includesWhatWasStreamed whether a snapshot includes each transaction of which an event
   *     was streamed until now; asked by any thread
   */
  public Resend(TableId table, List<Key> keys, Predicate<Snapshot> includesWhatWasStreamed) {
    this.table = Objects.requireNonNull(table, "table");
    this.includesWhatWasStreamed =
        Objects.requireNonNull(includesWhatWasStreamed, "includesWhatWasStreamed");
    keys.forEach(key -> told.put(key, NONE));
  }

  /** The table whose rows these are. */
  public TableId table() {
    return table;
  }

  /** An event of some key was streamed, whole or not, for the first time or again. */
  public void streamed(Key key, long transaction) {
    told.computeIfPresent(key, (k, before) -> transaction);
  }

  /** The table was emptied, which is an event of each of its keys. */
  public void emptied(TableId which, long transaction) {
    if (which.equals(table)) {
      emptied = transaction;
    }
  }

  /** Whether what was read under this snapshot is of use. If not, read again a little later. */
  public boolean mayUse(Snapshot read) {
    return includesWhatWasStreamed.test(read);
  }

  /** The marker was met: whether what the read shows of the key may be published. */
  public boolean mayPublish(Key key, Snapshot read) {
    long last = told.getOrDefault(key, NONE);
    return (last == NONE || read.includes(last)) && (emptied == NONE || read.includes(emptied));
  }
}
