package io.crossfade.verify;

import io.crossfade.core.table.Row;
import io.crossfade.core.verify.ComparedDatabase;
import io.crossfade.core.verify.Digest;
import io.crossfade.core.verify.KeyRange;
import io.crossfade.core.verify.KeyedHash;
import io.crossfade.core.verify.ReadFailedException;
import io.crossfade.core.verify.Relation;
import io.crossfade.core.verify.RelationReader;
import io.crossfade.core.verify.StoredRow;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * A database that is busy for us during a share of the time only. After each statement comes a
 * pause, as much longer than the statement as the rest is larger than the share: what 300 ms have
 * read is followed by 5.7 s of nothing at 5 %. No transaction is open meanwhile. Time that was not
 * used is not saved up, so no hour is busier than the share because the hour before was quiet.
 *
 * <p>A statement that takes long, the scan of a table whose key has no order, is not cut: its pause
 * comes behind it. Safe for use by several threads; their statements are summed up.
 */
public final class WithinShare implements ComparedDatabase {

  /** What time it is, and how it passes. */
  interface Clock {
    /** Only the distance of two of them means something. */
    long nanos();

    void sleep(long nanos) throws InterruptedException;
  }

  private static final Clock SYSTEM =
      new Clock() {
        @Override
        public long nanos() {
          return System.nanoTime();
        }

        @Override
        public void sleep(long nanos) throws InterruptedException {
          TimeUnit.NANOSECONDS.sleep(nanos);
        }
      };

  private final ComparedDatabase database;
  private final double share;
  private final Clock clock;
  private final long begun;

  /** Nanoseconds of work that are not yet outweighed by time that has passed. */
  private double owed;

  private long paidAt;
  private long busy;

  /**
   * @param share of the time, above 0 and at most 1
   */
  public WithinShare(ComparedDatabase database, double share) {
    this(database, share, SYSTEM);
  }

  WithinShare(ComparedDatabase database, double share, Clock clock) {
    if (!(share > 0 && share <= 1)) {
      throw new IllegalArgumentException("share: " + share);
    }
    this.database = Objects.requireNonNull(database, "database");
    this.share = share;
    this.clock = clock;
    this.begun = clock.nanos();
    this.paidAt = begun;
  }

  /** Which share of the time it was busy so far. */
  public synchronized double used() {
    long passed = clock.nanos() - begun;
    return passed == 0 ? 0 : (double) busy / passed;
  }

  private <T> T spend(Supplier<T> work) {
    try {
      for (long left = left(); left > 0; left = left()) {
        clock.sleep(left);
      }
    } catch (InterruptedException e) {
      // For whoever waits next; the port knows of no interruption.
      Thread.currentThread().interrupt();
      throw new ReadFailedException("it was stopped", false, e);
    }
    long from = clock.nanos();
    try {
      return work.get();
    } finally {
      spent(clock.nanos() - from);
    }
  }

  private synchronized long left() {
    pay();
    return owed <= 0 ? 0 : Math.max(1, (long) Math.ceil(owed / share));
  }

  private synchronized void spent(long nanos) {
    pay();
    // What passed while it ran is paid for by nobody else.
    owed += nanos * (1 - share);
    busy += nanos;
  }

  private void pay() {
    long now = clock.nanos();
    owed = Math.max(0, owed - (now - paidAt) * share);
    paidAt = now;
  }

  private void spend(Runnable work) {
    spend(
        () -> {
          work.run();
          return null;
        });
  }

  @Override
  public RelationReader open(Relation relation) {
    return new Reader(spend(() -> database.open(relation)));
  }

  @Override
  public String position() {
    return spend(database::position);
  }

  @Override
  public List<Row> query(String sql, int most) {
    return spend(() -> database.query(sql, most));
  }

  private final class Reader implements RelationReader {

    private final RelationReader reader;

    Reader(RelationReader reader) {
      this.reader = reader;
    }

    @Override
    public Optional<Row> boundary(KeyRange within, long rows) {
      return spend(() -> reader.boundary(within, rows));
    }

    @Override
    public Map<Integer, Digest> digests(KeyRange range, int buckets) {
      return spend(() -> reader.digests(range, buckets));
    }

    @Override
    public void hashes(KeyRange range, int buckets, Set<Integer> wanted, Consumer<KeyedHash> sink) {
      spend(() -> reader.hashes(range, buckets, wanted, sink));
    }

    @Override
    public void rows(KeyRange range, Consumer<Row> sink) {
      spend(() -> reader.rows(range, sink));
    }

    @Override
    public void rows(Collection<Row> keys, Consumer<StoredRow> sink) {
      spend(() -> reader.rows(keys, sink));
    }

    @Override
    public void close() {
      reader.close();
    }
  }
}
