package io.crossfade.postgres.target;

import io.crossfade.core.target.InputPartition;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.List;

/** Partitions as two arrays: topics and numbers. */
final class Partitions {

  private Partitions() {}

  static void set(
      Connection connection, PreparedStatement statement, int first, List<InputPartition> all)
      throws SQLException {
    statement.setArray(
        first, connection.createArrayOf("text", all.stream().map(InputPartition::topic).toArray()));
    statement.setArray(
        first + 1,
        connection.createArrayOf("int4", all.stream().map(InputPartition::partition).toArray()));
  }
}
