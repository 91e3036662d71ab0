package io.crossfade.transform;

import io.crossfade.core.BlockedException;
import io.crossfade.core.FaultPoint;
import io.crossfade.core.table.Operation;
import io.crossfade.core.table.Row;
import io.crossfade.core.target.InputPartition;
import io.crossfade.core.target.Resume;
import io.crossfade.sql.EvaluationException;
import io.crossfade.wire.Barrier;
import io.crossfade.wire.MalformedRecordException;
import io.crossfade.wire.Provenance;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.common.header.Headers;

/**
 * One tenure of one partition on one stream thread: from taking it until it is lost or given back.
 * Holds what its records do to the new tables since the last commit.
 */
final class PartitionBuffer {

  private static final int FIRST_TIMES = 256;

  private final InputPartition partition;
  private final RawTopic topic;
  private final String token;
  private final Resume.GoOn from;
  private final List<TableChanges> tables;

  /** What Kafka's group has committed for certain. */
  private long committed;

  /** What the target has. */
  private long cur;

  private long records;
  private long bytes;

  /** When the source committed the log events in here; milliseconds since 1970. */
  private long[] times = new long[FIRST_TIMES];

  private int timesSize;

  PartitionBuffer(InputPartition partition, RawTopic topic, String token, Resume.GoOn from) {
    this.partition = partition;
    this.topic = topic;
    this.token = token;
    this.from = from;
    this.tables = topic.tables().stream().map(table -> new TableChanges(table)).toList();
    this.committed = from.committed();
    this.cur = from.writeFrom();
  }

  InputPartition partition() {
    return partition;
  }

  String token() {
    return token;
  }

  List<TableChanges> tables() {
    return tables;
  }

  long committed() {
    return committed;
  }

  long cur() {
    return cur;
  }

  /** Records since the last flush that were not in the target before. */
  long records() {
    return records;
  }

  /** Size of the records that rows are kept of. */
  long bytes() {
    return bytes;
  }

  long[] times() {
    return Arrays.copyOf(times, timesSize);
  }

  /** The target has all below {@code offset}. */
  void flushed(long offset) {
    cur = Math.max(cur, offset);
    tables.forEach(TableChanges::clear);
    records = 0;
    bytes = 0;
    timesSize = 0;
  }

  /** Kafka has committed {@code offset}. */
  void committed(long offset) {
    committed = offset;
  }

  /**
   * Takes a record up.
   *
   * @param value null for a delete
   * @throws BlockedException where it cannot be read or evaluated
   */
  void add(long offset, byte[] key, byte[] value, Headers headers) {
    // Nothing is kept between records here, so what the target has need not be evaluated either.
    if (offset < from.writeFrom() || Barrier.is(key)) {
      return;
    }
    if (offset < from.copyFrom()) {
      FaultPoint.IN_REPLAY.reached();
    }
    try {
      Operation operation = Provenance.operation(headers);
      if (value == null) {
        delete(offset, key);
      } else {
        write(offset, key, value, operation == Operation.LOAD && offset >= from.copyFrom());
      }
      if (operation != Operation.LOAD && operation != Operation.READ) {
        // A row that was read has a time of reading: no measure of how far behind the source we
        // are.
        time(Provenance.committed(headers).toEpochMilli());
      }
    } catch (MalformedRecordException e) {
      throw blocked(offset, key, topic.name(), e);
    }
    records++;
    bytes += key.length + (value == null ? 0 : value.length);
  }

  private void delete(long offset, byte[] key) {
    Row keyRow = topic.codec().keyRow(key);
    for (TableChanges changes : tables) {
      changes.delete(key, key(offset, key, changes.table(), keyRow));
    }
  }

  private void write(long offset, byte[] key, byte[] value, boolean first) {
    Row row = topic.codec().row(value);
    for (TableChanges changes : tables) {
      MappedTable table = changes.table();
      Optional<Row> mapped = map(offset, key, table, row);
      if (mapped.isPresent()) {
        changes.write(key, mapped.get(), first && table.targetWasEmpty());
      } else {
        // It may have passed the filter before.
        changes.delete(key, key(offset, key, table, row));
      }
    }
  }

  private Optional<Row> map(long offset, byte[] key, MappedTable table, Row row) {
    try {
      return table.mapper().map(row);
    } catch (EvaluationException | RuntimeException e) {
      throw blocked(offset, key, table.target().id().toString(), e);
    }
  }

  private Row key(long offset, byte[] key, MappedTable table, Row row) {
    try {
      return table.mapper().key(row);
    } catch (EvaluationException | RuntimeException e) {
      throw blocked(offset, key, table.target().id().toString(), e);
    }
  }

  private void time(long millis) {
    if (timesSize == times.length) {
      times = Arrays.copyOf(times, 2 * timesSize);
    }
    times[timesSize++] = millis;
  }

  private BlockedException blocked(long offset, byte[] key, String where, Exception e) {
    return new BlockedException(
        where
            + ": the row "
            + new String(key, StandardCharsets.UTF_8)
            + " of "
            + topic.codec().table().id()
            + " cannot be evaluated: "
            + e.getMessage()
            + " ("
            + partition
            + ", offset "
            + offset
            + ")",
        "correct the row at the source or the SELECT, then `crossfade run`",
        e);
  }
}
