package io.crossfade.core.capture;

import java.util.Objects;

/**
 * A table is copied again, into the topic that has its rows already.
 *
 * <p>Two things make it exact. Let {@code seen} be a snapshot that was taken when it began, and
 * {@code since} the last sequence published until then.
 *
 * <ol>
 *   <li>Events of transactions that {@code seen} includes are dropped, now and whenever the source
 *       sends them again. Each chunk is read under a later snapshot, which includes them too: so
 *       what they did is in the rows that chunks read, and what they undid is not. Thereby events
 *       of a former shape, a TRUNCATE, or a row too large to be carried do not come by any more.
 *   <li>When all chunks are published, each row of the table has a record with a sequence beyond
 *       {@code since}: its chunk has published it, or a newer event has. A key whose last record is
 *       a row with a sequence up to {@code since} has no row any more: it was deleted where no
 *       event tells of it. Those are the extras; each gets a tombstone. A key that waits to be read
 *       again is none of them, since its record is still to come.
 * </ol>
 *
 * @param order which order began it; another one begins another
 * @param since the last sequence before it
 * @param seen text of the snapshot; empty when it is not needed any more, since all that it
 *     includes is known as published
 * @param done whether all is published, extras too
 */
public record Resync(String order, long since, String seen, boolean done) {

  public Resync {
    Objects.requireNonNull(order, "order");
    Objects.requireNonNull(seen, "seen");
  }

  /** The same, when all events that {@code seen} includes are known as published. */
  public Resync settled() {
    return new Resync(order, since, "", done);
  }

  /** The same, ended. */
  public Resync finished() {
    return new Resync(order, since, seen, true);
  }
}
