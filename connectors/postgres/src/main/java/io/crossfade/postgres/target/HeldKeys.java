package io.crossfade.postgres.target;

import io.crossfade.core.table.TableId;
import io.crossfade.core.target.Flush;
import io.crossfade.core.target.InputPartition;
import io.crossfade.core.target.TableBatch;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What a session remembers of {@code crossfade.displaced} and {@code crossfade.dead}, so that a
 * flush that touches none of it asks for none of it. Only the owner of a partition changes what
 * counts here, so it is read once in a tenure.
 */
final class HeldKeys {

  private static final String READ =
      """
      SELECT h.topic, h.part, h.table_schema, h.table_name, h.record_key
      FROM unnest(?::text[], ?::integer[]) AS p(topic, part)
      JOIN (SELECT consumer_group, topic, part, NULL AS table_schema, NULL AS table_name,
                   NULL AS record_key
            FROM crossfade.displaced
            UNION ALL
            SELECT consumer_group, topic, part, table_schema, table_name, record_key
            FROM crossfade.dead WHERE state <> 'superseded') h
        ON h.consumer_group = ? AND h.topic = p.topic AND h.part = p.part
      """;

  private final Connection connection;
  private final String group;
  private final Map<InputPartition, Held> known = new HashMap<>();

  private record BadKey(TableId table, String key) {}

  private static final class Held {
    long parked;
    final Set<BadKey> bad = new HashSet<>();
  }

  HeldKeys(Connection connection, String group) {
    this.connection = connection;
    this.group = group;
  }

  /** The partition is taken, or its rows have changed. */
  void forget(InputPartition partition) {
    known.remove(partition);
  }

  void forget(Flush flush) {
    flush.moves().forEach(move -> known.remove(move.partition()));
  }

  /** How many rows of the flush's partitions wait. Asks where it does not know. */
  long parked(Flush flush) throws SQLException {
    learn(flush);
    return flush.moves().stream().mapToLong(move -> known.get(move.partition()).parked).sum();
  }

  /** Whether a row of the flush, or its absence, is held. Asks where it does not know. */
  boolean concerns(Flush flush) throws SQLException {
    if (flush.batches().stream().anyMatch(batch -> !batch.bad().isEmpty())) {
      return true;
    }
    if (parked(flush) > 0) {
      return true;
    }
    for (Flush.Move move : flush.moves()) {
      for (BadKey bad : known.get(move.partition()).bad) {
        for (TableBatch batch : flush.batches()) {
          if (batch.table().id().equals(bad.table())
              && batch.origins().has(move.partition(), bad.key())) {
            return true;
          }
        }
      }
    }
    return false;
  }

  private void learn(Flush flush) throws SQLException {
    List<InputPartition> unknown = new ArrayList<>();
    for (Flush.Move move : flush.moves()) {
      if (!known.containsKey(move.partition())) {
        unknown.add(move.partition());
      }
    }
    if (unknown.isEmpty()) {
      return;
    }
    Map<InputPartition, Held> learned = new HashMap<>();
    unknown.forEach(partition -> learned.put(partition, new Held()));
    try (PreparedStatement statement = connection.prepareStatement(READ)) {
      Partitions.set(connection, statement, 1, unknown);
      statement.setString(3, group);
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          Held held = learned.get(new InputPartition(rows.getString(1), rows.getInt(2)));
          if (rows.getString(5) == null) {
            held.parked++;
          } else {
            held.bad.add(
                new BadKey(new TableId(rows.getString(3), rows.getString(4)), rows.getString(5)));
          }
        }
      }
    }
    known.putAll(learned);
  }
}
