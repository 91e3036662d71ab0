package io.crossfade.postgres.source;

import io.crossfade.core.BlockedException;
import io.crossfade.core.FaultPoint;
import io.crossfade.core.source.CapturedTable;
import io.crossfade.core.source.Extent;
import io.crossfade.core.source.RowSink;
import io.crossfade.core.source.Snapshot;
import io.crossfade.core.source.SourceDatabase.ChunkRead;
import io.crossfade.core.source.SourceDatabase.LogBeginning;
import io.crossfade.core.table.Column;
import io.crossfade.core.table.Row;
import io.crossfade.core.table.Table;
import io.crossfade.core.table.TableId;
import io.crossfade.postgres.CanonicalSession;
import io.crossfade.postgres.TableReader;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyOut;
import org.postgresql.jdbc.PgConnection;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads of rows by {@code COPY}, each in one short transaction with one snapshot (I3, I4). The
 * order within the transaction is what makes it right: first the lock, so that the table cannot be
 * rewritten any more; then the snapshot; then the look at the table's file and columns; then the
 * rows. Any other order can read no rows of a table that has just been rewritten.
 *
 * <p>A place is a {@code ctid}: page number in the upper bits, line in the lower sixteen.
 */
final class ChunkReads {

  private static final int LINE_BITS = 16;
  private static final long LINE_MASK = (1L << LINE_BITS) - 1;

  private static final String BEGIN = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";

  /** A table that somebody rewrites is not waited for longer: the chunk is tried again later. */
  private static final String LOCK_TIMEOUT = "SET LOCAL lock_timeout = '10s'";

  private static final Logger LOG = LoggerFactory.getLogger(ChunkReads.class);

  private ChunkReads() {}

  /** The place of the first line of a page. */
  static long placeOfPage(long page) {
    return page << LINE_BITS;
  }

  /**
   * See {@link io.crossfade.core.source.SourceDatabase#extents}: the table itself, or its leaves.
   */
  static List<Extent> extents(Connection connection, TableId table) throws SQLException {
    List<Extent> extents = new ArrayList<>();
    try (PreparedStatement query =
        connection.prepareStatement(
            """
            WITH root AS (SELECT ?::regclass AS oid)
            SELECT n.nspname, c.relname, pg_catalog.pg_relation_filenode(c.oid)::text,
                   pg_catalog.pg_relation_size(c.oid)
                     / pg_catalog.current_setting('block_size')::bigint,
                   greatest(c.reltuples, 0)::bigint
            FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
            WHERE c.relkind = 'r' AND c.oid IN (
              SELECT oid FROM root
              UNION SELECT t.relid FROM root, pg_catalog.pg_partition_tree(root.oid) t)
            ORDER BY n.nspname, c.relname
            """)) {
      query.setString(1, ReplicationLog.quoted(table));
      try (ResultSet rows = query.executeQuery()) {
        while (rows.next()) {
          extents.add(
              new Extent(
                  table,
                  new TableId(rows.getString(1), rows.getString(2)),
                  rows.getString(3),
                  placeOfPage(rows.getLong(4)),
                  rows.getLong(5)));
        }
      }
    }
    return extents;
  }

  static ChunkRead chunk(
      Connection connection,
      boolean primary,
      CapturedTable columns,
      Extent extent,
      long from,
      long to,
      LogBeginning beginning,
      RowSink sink)
      throws SQLException {
    try (Statement statement = connection.createStatement()) {
      boolean done = false;
      try {
        statement.execute(BEGIN);
        statement.execute(LOCK_TIMEOUT);
        String part = ReplicationLog.quoted(extent.part());
        statement.execute("LOCK TABLE ONLY " + part + " IN ACCESS SHARE MODE");
        Snapshot snapshot = snapshot(statement, primary);
        if (hasMoved(connection, extent)) {
          done = true;
          return new ChunkRead(snapshot, from, true);
        }
        String sql =
            "COPY (SELECT ctid, xmin, "
                + names(connection, columns, extent.part())
                + " FROM ONLY "
                + part
                + " WHERE ctid >= '"
                + ctid(from)
                + "'::tid AND ctid < '"
                + ctid(to)
                + "'::tid) TO STDOUT";
        long end = copy(connection, sql, columns.table().columns().size(), to, beginning, sink);
        done = true;
        return new ChunkRead(snapshot, end, false);
      } finally {
        endTransaction(connection, done);
      }
    }
  }

  static Snapshot keys(Connection connection, CapturedTable captured, List<Row> keys, RowSink sink)
      throws SQLException {
    Table columns = captured.table();
    try (Statement statement = connection.createStatement()) {
      boolean done = false;
      try {
        statement.execute(BEGIN);
        // Whatever the statistics of a table that is just growing say: a few keys are looked up by
        // the index.
        statement.execute(
            LOCK_TIMEOUT
                + "; SET LOCAL enable_seqscan = off; SET LOCAL enable_hashjoin = off;"
                + " SET LOCAL enable_mergejoin = off");
        String table = ReplicationLog.quoted(columns.id());
        statement.execute("LOCK TABLE " + table + " IN ACCESS SHARE MODE");
        Snapshot snapshot = snapshot(statement, true);
        String sql =
            "COPY (SELECT ctid, xmin, "
                + names(connection, captured, columns.id())
                + " FROM "
                + table
                + " WHERE ("
                + columns.primaryKey().stream()
                    .map(CanonicalSession::quote)
                    .collect(Collectors.joining(", "))
                + ") IN ("
                + keyList(connection, columns, keys)
                + ")) TO STDOUT";
        copy(
            connection,
            sql,
            columns.columns().size(),
            Long.MAX_VALUE,
            new LogBeginning("", ""),
            sink);
        done = true;
        return snapshot;
      } finally {
        endTransaction(connection, done);
      }
    }
  }

  /** A session that failed may be gone: its first error is the one to tell of. */
  private static void endTransaction(Connection connection, boolean done) throws SQLException {
    try {
      if (!connection.unwrap(PgConnection.class).isClosed()) {
        try (Statement statement = connection.createStatement()) {
          statement.execute("ROLLBACK");
        }
      }
    } catch (SQLException e) {
      if (done) {
        throw e;
      }
      LOG.debug("ending the transaction of a read that failed", e);
    }
  }

  /**
   * The snapshot of a transaction.
   *
   * @throws BlockedException where a standby is none any more: what is written there is not in the
   *     primary's log
   */
  static PostgresSnapshot snapshot(Statement statement, boolean primary) throws SQLException {
    try (ResultSet rows =
        statement.executeQuery(
            "SELECT pg_catalog.pg_current_snapshot()::text, pg_catalog.pg_is_in_recovery()")) {
      rows.next();
      if (primary) {
        return PostgresSnapshot.ofPrimary(rows.getString(1));
      }
      if (!rows.getBoolean(2)) {
        throw new BlockedException(
            "the server of source.read-from is no standby any more: it was promoted",
            "name another standby of the primary, or take source.read-from out, and start again");
      }
      return PostgresSnapshot.ofStandby(rows.getString(1));
    }
  }

  /** The lock is held: what the catalogue says now, stays. */
  private static boolean hasMoved(Connection connection, Extent extent) throws SQLException {
    List<Extent> now = extents(connection, extent.table());
    return now.stream()
        .noneMatch(
            other ->
                other.part().equals(extent.part()) && other.identity().equals(extent.identity()));
  }

  /**
   * The columns as a SELECT names them. One that no mapping uses may be gone or be another: it is
   * NULL, or what it prints now.
   */
  private static String names(Connection connection, CapturedTable expected, TableId part)
      throws SQLException {
    TableId id = expected.table().id();
    Table now =
        TableReader.read(connection, part)
            .orElseThrow(() -> changed(id, "table " + part + " is gone"));
    List<String> names = new ArrayList<>();
    for (Column column : expected.table().columns()) {
      boolean there = now.indexOf(column.name()).isPresent();
      if (expected.uses(column.name())) {
        if (!there) {
          throw changed(id, "column " + column.name() + " is gone");
        }
        if (!now.column(column.name()).type().equals(column.type())) {
          throw changed(
              id,
              "column "
                  + column.name()
                  + " is now "
                  + now.column(column.name()).type()
                  + ", it was "
                  + column.type());
        }
      }
      names.add(there ? CanonicalSession.quote(column.name()) : "NULL");
    }
    return String.join(", ", names);
  }

  private static BlockedException changed(TableId table, String what) {
    return new BlockedException(
        table + " has changed while it is migrated: " + what,
        "undo the change and start again; or start with a SELECT that fits, then `crossfade resync --table "
            + table
            + "`");
  }

  /** Returns the place up to which rows were taken. */
  private static long copy(
      Connection connection, String sql, int columns, long to, LogBeginning beginning, RowSink sink)
      throws SQLException {
    CopyOut copy = connection.unwrap(PGConnection.class).getCopyAPI().copyOut(sql);
    try {
      Optional<Long> before =
          beginning.before().isEmpty()
              ? Optional.empty()
              : Optional.of(Long.parseLong(beginning.before()));
      for (byte[] line = copy.readFromCopy(); line != null; line = copy.readFromCopy()) {
        String[] fields = CopyText.fields(line, columns + 2);
        boolean sinceLog = before.isEmpty() || !isOlder(fields[1], before.get());
        Row row = Row.of(Arrays.copyOfRange(fields, 2, fields.length));
        FaultPoint.INSIDE_CHUNK.reached();
        if (!sink.take(row, sinceLog)) {
          return Math.min(to, place(fields[0]) + 1);
        }
      }
      return to;
    } finally {
      if (copy.isActive()) {
        // Not cancelCopy(): its request reaches the server by another way, and may hit the
        // session's next statement.
        connection.unwrap(PgConnection.class).abort(Runnable::run);
      }
    }
  }

  /**
   * {@code xmin} has 32 bits. One that seems to lie ahead may be a very old one: then nothing is
   * certain.
   */
  private static boolean isOlder(String xmin, long before) {
    return (int) (Long.parseLong(xmin) - before) < 0;
  }

  /** {@code VALUES ('1'::bigint, 'a'::text), …}; the connection escapes the texts. */
  private static String keyList(Connection connection, Table columns, List<Row> keys)
      throws SQLException {
    org.postgresql.core.BaseConnection escaper =
        connection.unwrap(org.postgresql.core.BaseConnection.class);
    StringBuilder list = new StringBuilder("VALUES ");
    int[] indexes = columns.keyIndexes();
    for (int i = 0; i < keys.size(); i++) {
      list.append(i == 0 ? "(" : ", (");
      for (int k = 0; k < indexes.length; k++) {
        list.append(k == 0 ? "'" : ", '")
            .append(escaper.escapeString(keys.get(i).get(indexes[k])))
            .append("'::")
            .append(columns.columns().get(indexes[k]).type().name());
      }
      list.append(')');
    }
    return list.toString();
  }

  private static String ctid(long place) {
    return "(" + (place >> LINE_BITS) + "," + (place & LINE_MASK) + ")";
  }

  private static long place(String ctid) {
    int comma = ctid.indexOf(',');
    return (Long.parseLong(ctid.substring(1, comma)) << LINE_BITS)
        | Long.parseLong(ctid.substring(comma + 1, ctid.length() - 1));
  }
}
