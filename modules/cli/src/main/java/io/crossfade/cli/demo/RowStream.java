package io.crossfade.cli.demo;

import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Arrays;
import java.util.Optional;

/** The rows of one side as (key, digest), in the order of both, each compared byte by byte. */
final class RowStream implements AutoCloseable {

  private static final int FETCH = 10_000;

  private final Statement statement;
  private final ResultSet rows;
  private byte[] key;
  private byte[] digest;
  private boolean ended;

  private RowStream(Statement statement, ResultSet rows) {
    this.statement = statement;
    this.rows = rows;
  }

  /** Opens it and stands on the first row. The connection's autocommit must be off. */
  static RowStream open(Connection connection, String sql) throws SQLException {
    Statement statement = connection.createStatement();
    try {
      statement.setFetchSize(FETCH);
      RowStream stream = new RowStream(statement, statement.executeQuery(sql));
      stream.next();
      return stream;
    } catch (SQLException e) {
      statement.close();
      throw e;
    }
  }

  private void next() throws SQLException {
    ended = !rows.next();
    if (!ended) {
      key = rows.getString(1).getBytes(StandardCharsets.UTF_8);
      digest = rows.getString(2).getBytes(StandardCharsets.UTF_8);
    }
  }

  /** What is ended stands behind everything. */
  private int compareKey(RowStream other) {
    if (ended || other.ended) {
      return Boolean.compare(ended, other.ended);
    }
    return Arrays.compareUnsigned(key, other.key);
  }

  private int compare(RowStream other) {
    int byKey = compareKey(other);
    return byKey != 0 || ended ? byKey : Arrays.compareUnsigned(digest, other.digest);
  }

  @Override
  public void close() throws SQLException {
    statement.close();
  }

  /** The keys under which two streams have different rows, each once. */
  static final class Differences {
    private final RowStream left;
    private final RowStream right;
    private byte[] last = {};
    private boolean any;

    Differences(RowStream left, RowStream right) {
      this.left = left;
      this.right = right;
    }

    /** The next one; empty when both streams have come to their ends. */
    Optional<String> next() throws SQLException {
      while (!(left.ended && right.ended)) {
        int order = left.compare(right);
        if (order == 0) {
          left.next();
          right.next();
          continue;
        }
        RowStream alone = order < 0 ? left : right;
        byte[] key = alone.key;
        alone.next();
        // A row that differs comes from both sides, one after the other.
        if (!any || !Arrays.equals(key, last)) {
          any = true;
          last = key;
          return Optional.of(new String(key, StandardCharsets.UTF_8));
        }
      }
      return Optional.empty();
    }
  }
}
