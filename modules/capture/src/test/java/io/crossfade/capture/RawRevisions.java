package io.crossfade.capture;

import io.crossfade.core.table.Row;
import io.crossfade.sandbox.Database;
import io.crossfade.sandbox.SharedSandbox;
import io.crossfade.wire.Provenance;
import io.crossfade.wire.RowCodec;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;

/**
 * What {@link RawHistory} tells, of a topic too large to be kept: its table's first columns are
 * {@code (id, rev)} with ids from 0, each row begins with revision 0, each change of it adds one,
 * and none is deleted. So the records of a key have to be 0, 1, 2 and so on, and a number for each
 * key is all that has to be remembered.
 */
final class RawRevisions {

  private static final int MOST = 10;

  /** By id: how many records it has, which is the revision of the next one. */
  private final int[] records;

  private final BitSet sequences = new BitSet();
  private final List<String> wrong = new ArrayList<>();
  private long total;

  private RawRevisions(int ids) {
    this.records = new int[ids];
  }

  /**
   * Reads a raw topic up to a barrier.
   *
   * @param ids the greatest id and one
   */
  static RawRevisions read(
      RowCodec codec, String topic, Map<TopicPartition, Long> barrier, int ids) {
    RawRevisions revisions = new RawRevisions(ids);
    RawHistory.forEach(
        SharedSandbox.kafka().bootstrapServers(),
        topic,
        barrier,
        record -> revisions.add(codec, record));
    return revisions;
  }

  private void add(RowCodec codec, ConsumerRecord<byte[], byte[]> record) {
    Row row = codec.row(record.value());
    int id = Integer.parseInt(row.get(0));
    int revision = Integer.parseInt(row.get(1));
    long sequence = Provenance.of(record.headers()).sequence();
    if (revision != records[id]) {
      wrong("id " + id + " has revision " + revision + " where " + records[id] + " is next");
    }
    records[id] = revision + 1;
    if (sequences.get(Math.toIntExact(sequence))) {
      wrong("sequence " + sequence + " comes again at id " + id);
    }
    sequences.set(Math.toIntExact(sequence));
    total++;
  }

  private void wrong(String what) {
    if (wrong.size() < MOST) {
      wrong.add(what);
    }
  }

  /** How many records there are. */
  long total() {
    return total;
  }

  /** The first of what should not be: events twice, left out, in another order, not numbered. */
  List<String> wrong() {
    if (sequences.length() - 1 != sequences.cardinality()) {
      wrong("sequences up to " + (sequences.length() - 1) + ", but " + sequences.cardinality());
    }
    return List.copyOf(wrong);
  }

  /** The first rows of the table of which the last revision is missing, or should not be. */
  List<String> differences(Database database, String table) throws SQLException {
    List<String> differences = new ArrayList<>();
    BitSet found = new BitSet();
    try (Connection connection = database.connect();
        Statement statement = connection.createStatement()) {
      connection.setAutoCommit(false); // with a size to fetch: row by row, not all at once
      statement.setFetchSize(10_000);
      try (ResultSet rows = statement.executeQuery("SELECT id, rev FROM " + table)) {
        while (rows.next() && differences.size() < MOST) {
          int id = rows.getInt(1);
          found.set(id);
          if (records[id] != rows.getInt(2) + 1) {
            differences.add(
                "id " + id + ": revision " + rows.getInt(2) + ", but " + records[id] + " records");
          }
        }
      }
    }
    for (int id = 0; id < records.length && differences.size() < MOST; id++) {
      if (records[id] > 0 && !found.get(id)) {
        differences.add("id " + id + ": " + records[id] + " records, but no row");
      }
    }
    return differences;
  }
}
