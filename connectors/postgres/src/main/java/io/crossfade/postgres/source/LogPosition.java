package io.crossfade.postgres.source;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/**
 * A place in the log of one timeline, as text {@code 16/B374D848@00000001}. A server that was
 * promoted, or restored to a point in time, writes another timeline: what stands before a place
 * there need not be what was read.
 *
 * @param timeline eight hex digits, as in the names of WAL files
 */
record LogPosition(long lsn, String timeline) {

  static LogPosition parse(String text) {
    int slash = text.indexOf('/');
    int at = text.indexOf('@');
    if (slash < 0 || at < slash) {
      throw new IllegalArgumentException("not a place in the log: " + text);
    }
    return new LogPosition(
        Long.parseLong(text.substring(0, slash), 16) << 32
            | Long.parseLong(text.substring(slash + 1, at), 16),
        text.substring(at + 1));
  }

  boolean isBehind(LogPosition other) {
    return Long.compareUnsigned(lsn, other.lsn) < 0;
  }

  /** Of what the server writes now. The checkpoint's would be the former one for a while. */
  static String timeline(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet rows =
            statement.executeQuery(
                "SELECT substr(pg_catalog.pg_walfile_name(pg_catalog.pg_current_wal_lsn()), 1, 8)")) {
      rows.next();
      return rows.getString(1);
    }
  }

  @Override
  public String toString() {
    return LogRecords.position(lsn) + "@" + timeline;
  }
}
