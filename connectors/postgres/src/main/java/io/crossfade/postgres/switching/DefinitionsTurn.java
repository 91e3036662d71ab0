package io.crossfade.postgres.switching;

import io.crossfade.core.switching.SwitchingException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * One at a time: an advisory lock that ends with its session. It is asked for again and again and
 * not waited for: who waits for it has a snapshot, and an index that the other builds {@code
 * CONCURRENTLY} would wait for that.
 */
final class DefinitionsTurn {

  private static final long EVERY_MILLIS = 300;
  private static final long SAID_EVERY_NANOS = TimeUnit.SECONDS.toNanos(10);
  private static final long FIRST_SAID_NANOS = TimeUnit.SECONDS.toNanos(3);

  private static final String HOLDER =
      """
      SELECT a.pid, coalesce(a.client_addr::text, 'this machine'), a.backend_start::text
      FROM pg_catalog.pg_locks l JOIN pg_catalog.pg_stat_activity a ON a.pid = l.pid
      WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 1
        AND l.database = (SELECT oid FROM pg_catalog.pg_database
                          WHERE datname = pg_catalog.current_database())
        AND (l.classid::bigint << 32) | l.objid::bigint = pg_catalog.hashtextextended(?, 0)
      """;

  private final String key;

  DefinitionsTurn(String migration) {
    this.key = "crossfade.definitions " + migration;
  }

  /** Takes it, for as long as the session lives. */
  void take(Connection connection, Consumer<String> told) throws SQLException {
    long say = System.nanoTime() + FIRST_SAID_NANOS;
    while (!isOurs(connection)) {
      if (System.nanoTime() - say >= 0) {
        told.accept(
            "waiting for another instance that executes these statements" + who(connection));
        say = System.nanoTime() + SAID_EVERY_NANOS;
      }
      try {
        TimeUnit.MILLISECONDS.sleep(EVERY_MILLIS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new SwitchingException(
            "interrupted while another instance executes the statements; nothing has changed",
            true,
            e);
      }
    }
  }

  private boolean isOurs(Connection connection) throws SQLException {
    try (PreparedStatement query =
        connection.prepareStatement(
            "SELECT pg_catalog.pg_try_advisory_lock(pg_catalog.hashtextextended(?, 0))")) {
      query.setString(1, key);
      try (ResultSet rows = query.executeQuery()) {
        rows.next();
        return rows.getBoolean(1);
      }
    }
  }

  private String who(Connection connection) throws SQLException {
    try (PreparedStatement query = connection.prepareStatement(HOLDER)) {
      query.setString(1, key);
      try (ResultSet rows = query.executeQuery()) {
        return rows.next()
            ? ": pid %d, from %s, since %s"
                .formatted(rows.getInt(1), rows.getString(2), rows.getString(3))
            : "";
      }
    }
  }
}
