package io.crossfade.postgres.target;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;

/**
 * {@code session_replication_role = replica}, as PostgreSQL's own logical replication writes: a
 * change that has happened at the source is not checked and not acted upon a second time. Foreign
 * keys would refuse it, for each new table is filled by itself and a child may come before its
 * parent; triggers would make it another row, or do at the target what the source's log brings
 * anyway. Triggers that are {@code ENABLE ALWAYS} or {@code ENABLE REPLICA} run.
 *
 * <p>Superusers may set it, and since PostgreSQL 15 whom it is granted to.
 */
final class ReplicaRole {

  private static final String INSUFFICIENT_PRIVILEGE = "42501";

  private ReplicaRole() {}

  /**
   * Takes it for this session, outside of a transaction.
   *
   * @return false where the session's role may not
   */
  static boolean take(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute("SET session_replication_role = replica");
      return true;
    } catch (SQLException e) {
      if (INSUFFICIENT_PRIVILEGE.equals(e.getSQLState())) {
        return false;
      }
      throw e;
    }
  }
}
