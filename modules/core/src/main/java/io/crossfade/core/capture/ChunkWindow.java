package io.crossfade.core.capture;

import io.crossfade.core.source.Snapshot;
import io.crossfade.core.table.Key;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Predicate;

/**
 * Decides which rows of a chunk may be published (I3), so that a copy never hides a newer change.
 *
 * <p>A chunk is read under a snapshot S; then a marker is written; when the marker is met, all that
 * S includes has been streamed. A row of key k may be published then, unless an event of k was
 * streamed that S does not include: that event is newer than the row.
 *
 * <p><em>Why the last event of each key is enough.</em> Two transactions that write one key do so
 * one after the other, the second when the first has become visible. So if S includes the later one
 * it includes the earlier one.
 *
 * <p><em>What may be forgotten.</em> A snapshot taken later on the same node includes all that an
 * earlier one includes. An event that each open chunk's snapshot includes, and that some snapshot
 * taken before the next chunk opens includes too, can hold no row back any more. While a chunk is
 * open whose snapshot is not known yet, nothing is forgotten.
 *
 * <p>One window for each table that is being copied. Not safe for use by several threads.
 */
public final class ChunkWindow {

  /** A chunk between its opening and its end. Compared by identity. */
  public static final class Ticket {
    private Snapshot snapshot;

    private Ticket() {}
  }

  private final Map<Key, Long> streamed = new HashMap<>();
  private final Set<Ticket> open = new HashSet<>();
  private Snapshot forgotten;
  private final int smallestSweep;
  private int sizeToSweep;

  public ChunkWindow() {
    this(1024);
  }

  /**
   * @param smallestSweep how many keys there must be before it is worth looking which can be
   *     forgotten
   */
  ChunkWindow(int smallestSweep) {
    this.smallestSweep = smallestSweep;
    this.sizeToSweep = smallestSweep;
  }

  /** An event of the key was streamed, for the first time or again. */
  public void streamed(Key key, long transaction) {
    streamed.put(key, transaction);
  }

  /** Call before the chunk's snapshot is taken. */
  public Ticket open() {
    Ticket ticket = new Ticket();
    open.add(ticket);
    return ticket;
  }

  /**
   * The chunk was read under this snapshot.
   *
   * @return false where the snapshot is behind what was forgotten: the chunk has to be read again,
   *     and is no longer open
   */
  public boolean read(Ticket ticket, Snapshot snapshot) {
    requireOpen(ticket);
    if (forgotten != null && !snapshot.includesAllOf(forgotten)) {
      open.remove(ticket);
      return false;
    }
    ticket.snapshot = Objects.requireNonNull(snapshot, "snapshot");
    return true;
  }

  /**
   * The chunk's marker was met, and its rows are published next.
   *
   * @return which keys may be published; valid until the next call of any other method
   */
  public Predicate<Key> close(Ticket ticket) {
    requireOpen(ticket);
    Snapshot snapshot = Objects.requireNonNull(ticket.snapshot, "the chunk was not read");
    open.remove(ticket);
    return key -> {
      Long transaction = streamed.get(key);
      return transaction == null || snapshot.includes(transaction);
    };
  }

  /**
   * Forgets what no chunk needs, now that a snapshot was taken before any chunk that will open from
   * now on.
   */
  public void forget(Snapshot taken) {
    if (streamed.size() < sizeToSweep || open.stream().anyMatch(t -> t.snapshot == null)) {
      return;
    }
    List<Snapshot> needed = new ArrayList<>();
    needed.add(taken);
    open.forEach(ticket -> needed.add(ticket.snapshot));
    streamed.values().removeIf(id -> needed.stream().allMatch(s -> s.includes(id)));
    if (forgotten == null || taken.includesAllOf(forgotten)) {
      forgotten = taken;
    }
    sizeToSweep = Math.max(smallestSweep, 2 * streamed.size());
  }

  /** The chunk will not be published. */
  public void abandon(Ticket ticket) {
    open.remove(ticket);
  }

  /**
   * Forgets everything. Allowed when no chunk is open; the next one may open when a line drawn
   * after this call has settled, for then its snapshot includes all that was streamed until now.
   */
  public void clear() {
    if (!open.isEmpty()) {
      throw new IllegalStateException(open.size() + " chunks are open");
    }
    streamed.clear();
    sizeToSweep = smallestSweep;
  }

  /** How many keys are remembered. */
  public int size() {
    return streamed.size();
  }

  /** How many chunks are open. */
  public int openChunks() {
    return open.size();
  }

  private void requireOpen(Ticket ticket) {
    if (!open.contains(ticket)) {
      throw new IllegalStateException("the chunk is not open");
    }
  }
}
