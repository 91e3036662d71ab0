package io.crossfade.postgres.switching;

import io.crossfade.core.switching.OpenTransaction;
import io.crossfade.core.table.TableId;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;

/** Reads who has a transaction open, and which of some tables he holds. */
final class TransactionReader {

  /** Whom a lock of ours keeps out, and so waits for. */
  enum Against {
    /** All who write, not who reads: enough to make a trigger, or to disable it. */
    WRITING(
        "SHARE ROW EXCLUSIVE",
        "{RowExclusiveLock,ShareUpdateExclusiveLock,ShareLock,ShareRowExclusiveLock,"
            + "ExclusiveLock,AccessExclusiveLock}"),
    /** All: to drop a trigger. */
    EVERYTHING(
        "ACCESS EXCLUSIVE",
        "{AccessShareLock,RowShareLock,RowExclusiveLock,ShareUpdateExclusiveLock,ShareLock,"
            + "ShareRowExclusiveLock,ExclusiveLock,AccessExclusiveLock}");

    private final String lock;
    private final String modes;

    Against(String lock, String modes) {
      this.lock = lock;
      this.modes = modes;
    }

    /** The mode of our lock. */
    String lock() {
      return lock;
    }
  }

  /**
   * The locks of a prepared transaction have no pid; one of them is that on its own id.
   * Housekeeping between two transactions of its own has a statement that is older than its
   * transaction. A parallel worker is listed as its leader. {@code pg_stat_activity} hides the
   * times and the kind of others from a role that may not see them.
   */
  private static final String OPEN =
      """
      WITH RECURSIVE tree(oid, root) AS (
        SELECT c.oid, t.nsp || '/' || t.rel
        FROM unnest(?::text[], ?::text[]) AS t(nsp, rel)
        JOIN pg_catalog.pg_namespace n ON n.nspname = t.nsp
        JOIN pg_catalog.pg_class c ON c.relnamespace = n.oid AND c.relname = t.rel
        UNION
        SELECT i.inhrelid, tree.root
        FROM pg_catalog.pg_inherits i JOIN tree ON i.inhparent = tree.oid
      ),
      lock AS MATERIALIZED (
        SELECT locktype, database, relation, mode, granted, pid, virtualtransaction, transactionid
        FROM pg_catalog.pg_locks
      ),
      held AS MATERIALIZED (
        SELECT l.pid, l.virtualtransaction, array_agg(DISTINCT tree.root) AS roots
        FROM lock l JOIN tree ON tree.oid = l.relation
        WHERE l.locktype = 'relation' AND l.granted AND l.mode = ANY (?::text[])
          AND l.database = (SELECT oid FROM pg_catalog.pg_database
                            WHERE datname = pg_catalog.current_database())
        GROUP BY 1, 2
      ),
      one AS (
        SELECT a.pid, 'pid ' || a.pid AS name, a.usename AS usename, a.application_name,
               a.datname, least(a.xact_start, a.query_start) AS began,
               coalesce(a.state, '?') || coalesce(', waits for ' || a.wait_event_type || ' '
                 || a.wait_event, '') AS state,
               a.query_start, h.roots, 'SELECT pg_terminate_backend(' || a.pid || ')' AS ending,
               coalesce(a.backend_type, CASE WHEN a.usesysid IS NULL THEN 'housekeeping'
                                             ELSE 'client backend' END) AS backend_type
        FROM pg_catalog.pg_stat_activity a LEFT JOIN held h ON h.pid = a.pid
        WHERE a.pid <> pg_catalog.pg_backend_pid() AND a.backend_type IS DISTINCT FROM 'parallel worker'
          AND (a.xact_start IS NOT NULL OR a.backend_xid IS NOT NULL OR a.backend_xmin IS NOT NULL
               OR h.pid IS NOT NULL)
        UNION ALL
        SELECT 0, 'prepared transaction ' || pg_catalog.quote_literal(p.gid), p.owner, '', p.database,
               p.prepared, 'prepared', NULL, h.roots,
               'ROLLBACK PREPARED ' || pg_catalog.quote_literal(p.gid), 'prepared'
        FROM pg_catalog.pg_prepared_xacts p
        LEFT JOIN lock own ON own.locktype = 'transactionid' AND own.pid IS NULL
          AND own.transactionid = p.transaction
        LEFT JOIN held h ON h.pid IS NULL AND h.virtualtransaction = own.virtualtransaction
      )
      SELECT name, coalesce(usename, backend_type, '?') AS usename,
             coalesce(application_name, '') AS application, coalesce(datname, '?') AS datname,
             began, extract(epoch FROM pg_catalog.clock_timestamp() - began)::float8 AS age, state,
             query_start, roots, ending
      FROM one
      """;

  /** Housekeeping and replication count where they hold a table. */
  private static final String OLDER =
      OPEN
          + """
            WHERE (roots IS NOT NULL OR backend_type IN ('client backend', 'prepared'))
              AND coalesce(began < pg_catalog.clock_timestamp() - ? * interval '1 millisecond', true)
            ORDER BY began NULLS FIRST, name
            """;

  private static final String HOLDING =
      OPEN
          + """
            WHERE roots IS NOT NULL AND coalesce(began < ?, true)
            ORDER BY began NULLS FIRST, name
            """;

  /** A prepared transaction counts as pid 0, whichever it is. */
  private static final String BLOCKING =
      OPEN + " WHERE pid = ANY (pg_catalog.pg_blocking_pids(?)) ORDER BY began NULLS FIRST, name";

  private TransactionReader() {}

  /** See {@link io.crossfade.core.switching.OpenTransactions#olderThan}. */
  static List<OpenTransaction> olderThan(
      Connection connection, Duration limit, Collection<TableId> tables) throws SQLException {
    try (PreparedStatement query = connection.prepareStatement(OLDER)) {
      Sql.tables(query, 1, 2, tables);
      query.setString(3, Against.WRITING.modes);
      query.setLong(4, limit.toMillis());
      return read(query);
    }
  }

  /**
   * Those that hold one of the tables since before a moment.
   *
   * @param before by the server's clock: who has begun later was not in the way until now
   */
  static List<OpenTransaction> holding(
      Connection connection, Collection<TableId> tables, Against against, OffsetDateTime before)
      throws SQLException {
    try (PreparedStatement query = connection.prepareStatement(HOLDING)) {
      Sql.tables(query, 1, 2, tables);
      query.setString(3, against.modes);
      query.setObject(4, before);
      return read(query);
    }
  }

  /** Those that a session waits for at this moment. */
  static List<OpenTransaction> blocking(Connection connection, int pid) throws SQLException {
    try (PreparedStatement query = connection.prepareStatement(BLOCKING)) {
      Sql.tables(query, 1, 2, List.of());
      query.setString(3, Against.EVERYTHING.modes);
      query.setInt(4, pid);
      return read(query);
    }
  }

  private static List<OpenTransaction> read(PreparedStatement query) throws SQLException {
    List<OpenTransaction> found = new ArrayList<>();
    try (ResultSet rows = query.executeQuery()) {
      while (rows.next()) {
        found.add(
            new OpenTransaction(
                rows.getString("name"),
                rows.getString("usename"),
                rows.getString("application"),
                rows.getString("datname"),
                instant(rows, "began"),
                Duration.ofMillis(Math.max(0, Math.round(rows.getDouble("age") * 1000))),
                rows.getString("state"),
                instant(rows, "query_start"),
                tables(rows.getArray("roots")),
                rows.getString("ending")));
      }
    }
    return found;
  }

  private static Optional<Instant> instant(ResultSet rows, String column) throws SQLException {
    return Optional.ofNullable(rows.getObject(column, OffsetDateTime.class))
        .map(OffsetDateTime::toInstant);
  }

  private static List<TableId> tables(Array roots) throws SQLException {
    TreeSet<TableId> tables = new TreeSet<>();
    if (roots != null) {
      for (String root : (String[]) roots.getArray()) {
        int end = root.indexOf('/');
        tables.add(new TableId(root.substring(0, end), root.substring(end + 1)));
      }
    }
    return List.copyOf(tables);
  }
}
