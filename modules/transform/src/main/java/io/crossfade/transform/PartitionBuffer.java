package io.crossfade.transform;

import io.crossfade.core.BlockedException;
import io.crossfade.core.FaultPoint;
import io.crossfade.core.table.Operation;
import io.crossfade.core.table.Row;
import io.crossfade.core.target.BadRow;
import io.crossfade.core.target.InputPartition;
import io.crossfade.core.target.Resume;
import io.crossfade.core.target.Writing;
import io.crossfade.sql.EvaluationException;
import io.crossfade.wire.MalformedRecordException;
import io.crossfade.wire.OrphanDelete;
import io.crossfade.wire.Provenance;
import io.crossfade.wire.ReservedKey;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.common.header.Headers;

/**
 * One tenure of one partition on one stream thread: from taking it until it is lost or given back.
 * Holds what its records do to the new tables since the last commit.
 */
final class PartitionBuffer {

  private static final int FIRST_TIMES = 256;

  private final InputPartition partition;
  private final InputTopic topic;
  private final String token;
  private final Resume.GoOn from;
  private final long begin;
  private final List<TableChanges> tables;

  /** Of those whose rows go on from here. */
  private final Map<Contributing, TableChanges> contributing = new LinkedHashMap<>();

  /** What Kafka's group has committed for certain. */
  private long committed;

  /** What the target has. */
  private long cur;

  private long records;
  private long bytes;

  /** When the source committed the log events in here; milliseconds since 1970. */
  private long[] times = new long[FIRST_TIMES];

  private int timesSize;

  /** Bad rows that the target has written down and that the dead topic does not have yet. */
  private final List<BadRow> unsent;

  /**
   * @param begin records below this offset mean nothing to this flow
   * @param unsent those of former owners
   */
  PartitionBuffer(
      InputPartition partition,
      InputTopic topic,
      String token,
      Resume.GoOn from,
      long begin,
      List<BadRow> unsent) {
    this.partition = partition;
    this.topic = topic;
    this.token = token;
    this.from = from;
    this.begin = begin;
    this.tables = topic.tables().stream().map(table -> new TableChanges(partition, table)).toList();
    topic
        .contributing()
        .forEach(
            mapping -> contributing.put(mapping, new TableChanges(partition, mapping.table())));
    this.unsent = new ArrayList<>(unsent);
    this.committed = from.committed();
    this.cur = from.writeFrom();
  }

  InputPartition partition() {
    return partition;
  }

  String token() {
    return token;
  }

  /** What happens to each table by the records so far. */
  List<TableChanges> tables() {
    List<TableChanges> all = new ArrayList<>(tables);
    all.addAll(contributing.values());
    return all;
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
    tables().forEach(TableChanges::clear);
    records = 0;
    bytes = 0;
    timesSize = 0;
  }

  /** The target has written a bad row down. */
  void writtenDown(BadRow row) {
    unsent.add(row);
  }

  /** What the dead topic is to get together with this offset. */
  List<BadRow> unsent(long offset) {
    return unsent.stream().filter(row -> row.origin().offset() < offset).toList();
  }

  /** Kafka has committed {@code offset}, and what belongs to it. */
  void committed(long offset) {
    committed = offset;
    unsent.removeIf(row -> row.origin().offset() < offset);
  }

  /** A record of before, as changes of one table. */
  Optional<TableChanges> again(BadRow row) {
    for (MappedTable table : topic.tables()) {
      if (table.target().id().equals(row.table())) {
        TableChanges changes = new TableChanges(partition, table);
        byte[] key = row.origin().key().getBytes(StandardCharsets.UTF_8);
        if (ReservedKey.is(key)) {
          orphan(row.origin().offset(), key, changes);
        } else if (row.origin().value().isPresent()) {
          byte[] value = row.origin().value().get().getBytes(StandardCharsets.UTF_8);
          write(row.origin().offset(), key, value, topic.codec().row(value), changes, false);
        } else {
          delete(row.origin().offset(), key, topic.codec().keyRow(key), changes);
        }
        return Optional.of(changes);
      }
    }
    return topic.contributing().stream()
        .filter(mapping -> mapping.table().target().id().equals(row.table()))
        .findFirst()
        .map(mapping -> again(row, mapping));
  }

  /** Its rows would have to go on from here, which they do when the record is read again. */
  private TableChanges again(BadRow row, Contributing mapping) {
    TableChanges changes = new TableChanges(partition, mapping.table());
    byte[] key = row.origin().key().getBytes(StandardCharsets.UTF_8);
    byte[] value =
        row.origin().value().map(text -> text.getBytes(StandardCharsets.UTF_8)).orElse(null);
    String error = "its rows can be made now: `crossfade replay --from start` makes them";
    String sqlState = row.code();
    try {
      if (value == null) {
        // Of a group that has come to nothing that can be said.
        error = row.error();
      } else {
        mapping.rows(key, topic.codec().row(value));
      }
    } catch (EvaluationException | RuntimeException e) {
      error = error(e);
      sqlState = sqlState(e);
    }
    changes.bad(row.origin().offset(), key, value, Optional.empty(), error, sqlState);
    return changes;
  }

  /**
   * Takes a record up.
   *
   * @param value null for a delete
   * @throws BlockedException where it cannot be read
   */
  void add(long offset, byte[] key, byte[] value, Headers headers) {
    // Nothing is kept between records here, so what the target has need not be evaluated either.
    if (!isNew(offset)) {
      return;
    }
    if (ReservedKey.is(key)) {
      tables.forEach(changes -> orphan(offset, key, changes));
      return;
    }
    if (topic.meeting().isPresent()) {
      // Its rows are read where they meet.
      count(key, value);
      return;
    }
    if (offset < from.copyFrom()) {
      FaultPoint.IN_REPLAY.reached();
    }
    try {
      Operation operation = Provenance.operation(headers);
      rememberTransaction(headers);
      if (value == null) {
        delete(offset, key);
      } else {
        write(offset, key, value, operation == Operation.LOAD && offset >= from.copyFrom());
      }
      if (operation != Operation.LOAD && operation != Operation.READ && !tables.isEmpty()) {
        // A row that was read has a time of reading: no measure of how far behind the source we
        // are. Nor is one that is not in the target yet.
        time(Provenance.committed(headers).toEpochMilli());
      }
    } catch (MalformedRecordException e) {
      throw blocked(offset, key, e);
    }
    count(key, value);
  }

  private void count(byte[] key, byte[] value) {
    records++;
    bytes += key.length + (value == null ? 0 : value.length);
  }

  /** A row that was read was seen by whoever read it, so it has none. */
  private void rememberTransaction(Headers headers) {
    for (TableChanges changes : tables) {
      if (changes.table().writing() == Writing.OWN_COLUMNS) {
        String transaction = Provenance.of(headers).transaction();
        if (!transaction.isEmpty()) {
          changes.by(Long.parseLong(transaction));
        }
      }
    }
  }

  /** The record's rows go on to where they meet others. */
  void good(Contributing mapping, long offset, byte[] key) {
    if (isNew(offset)) {
      contributing.get(mapping).elsewhere(offset, key);
    }
  }

  /**
   * The record has no rows to go on.
   *
   * @param value null for a delete
   */
  void bad(Contributing mapping, long offset, byte[] key, byte[] value, Exception why) {
    if (isNew(offset)) {
      contributing
          .get(mapping)
          .bad(offset, key, value, Optional.empty(), error(why), sqlState(why));
    }
  }

  /** Whether the target does not have what comes of a record. */
  private boolean isNew(long offset) {
    return offset >= from.writeFrom() && offset >= begin;
  }

  /** Of all that carries no row only this says something here. */
  private void orphan(long offset, byte[] key, TableChanges changes) {
    if (OrphanDelete.is(key)) {
      OrphanDelete orphan = decoded(offset, key);
      if (changes.table().loses(orphan)) {
        changes.delete(offset, key, Row.of(orphan.key().toArray(String[]::new)));
        records++;
        bytes += key.length;
      }
    }
  }

  private OrphanDelete decoded(long offset, byte[] key) {
    try {
      return OrphanDelete.decode(key);
    } catch (MalformedRecordException e) {
      throw blocked(offset, key, e);
    }
  }

  private void delete(long offset, byte[] key) {
    Row keyRow = topic.codec().keyRow(key);
    for (TableChanges changes : tables) {
      delete(offset, key, keyRow, changes);
    }
  }

  private static void delete(long offset, byte[] key, Row keyRow, TableChanges changes) {
    if (changes.table().writing() == Writing.OWN_COLUMNS) {
      // Its columns went with it. A row with this key by now is another one, which comes too.
      changes.elsewhere(offset, key);
      return;
    }
    try {
      changes.delete(offset, key, changes.table().direct().key(keyRow));
    } catch (EvaluationException | RuntimeException e) {
      changes.bad(offset, key, null, Optional.empty(), error(e), sqlState(e));
    }
  }

  private void write(long offset, byte[] key, byte[] value, boolean first) {
    Row row = topic.codec().row(value);
    for (TableChanges changes : tables) {
      write(offset, key, value, row, changes, first);
    }
  }

  private static void write(
      long offset, byte[] key, byte[] value, Row row, TableChanges changes, boolean first) {
    MappedTable table = changes.table();
    try {
      Optional<Row> mapped = table.direct().map(row);
      if (mapped.isPresent()) {
        changes.write(offset, key, value, mapped.get(), first && table.targetWasEmpty());
      } else {
        // It may have passed the filter before.
        changes.delete(offset, key, table.direct().key(row));
      }
    } catch (EvaluationException | RuntimeException e) {
      changes.bad(offset, key, value, key(table, row), error(e), sqlState(e));
    }
  }

  /** The key may be as bad as the rest of the row. */
  private static Optional<Row> key(MappedTable table, Row row) {
    try {
      return Optional.of(table.direct().key(row));
    } catch (EvaluationException | RuntimeException e) {
      return Optional.empty();
    }
  }

  private static String error(Exception e) {
    return "cannot be evaluated: " + e.getMessage();
  }

  /** A function of the user's own may throw anything: an external routine's exception. */
  private static String sqlState(Exception e) {
    return e instanceof EvaluationException evaluation ? evaluation.sqlState() : "38000";
  }

  private void time(long millis) {
    if (timesSize == times.length) {
      times = Arrays.copyOf(times, 2 * timesSize);
    }
    times[timesSize++] = millis;
  }

  private BlockedException blocked(long offset, byte[] key, Exception e) {
    return new BlockedException(
        topic.name()
            + ": the row "
            + new String(key, StandardCharsets.UTF_8)
            + " of "
            + topic.codec().table().id()
            + " cannot be read: "
            + e.getMessage()
            + " ("
            + partition
            + ", offset "
            + offset
            + ")",
        "no Crossfade wrote this record; begin again as docs/runbook.md says",
        e);
  }
}
