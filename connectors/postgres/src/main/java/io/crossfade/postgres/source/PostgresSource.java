package io.crossfade.postgres.source;

import io.crossfade.core.Check;
import io.crossfade.core.serving.ServingTable;
import io.crossfade.core.source.CapturedTable;
import io.crossfade.core.source.Extent;
import io.crossfade.core.source.LogListener;
import io.crossfade.core.source.LogStream;
import io.crossfade.core.source.RowSink;
import io.crossfade.core.source.Snapshot;
import io.crossfade.core.source.SourceDatabase;
import io.crossfade.core.source.SourceException;
import io.crossfade.core.source.TableDefinition;
import io.crossfade.core.table.Row;
import io.crossfade.core.table.Table;
import io.crossfade.core.table.TableId;
import io.crossfade.postgres.DatabaseIdentity;
import io.crossfade.postgres.ServingRows;
import io.crossfade.postgres.TableReader;
import io.crossfade.postgres.catalog.TableList;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/** A PostgreSQL server, 14 or later, as the source of a migration. */
public final class PostgresSource implements SourceDatabase {

  /**
   * The prefix of our logical messages, the same for all migrations; the content tells them apart.
   */
  static final String MESSAGE_PREFIX = "crossfade";

  private static final String RETAINED =
      """
      SELECT coalesce(pg_catalog.pg_wal_lsn_diff(pg_catalog.pg_current_wal_lsn(), min(restart_lsn)), 0)
               ::bigint,
             pg_catalog.pg_size_bytes(pg_catalog.current_setting('max_slot_wal_keep_size')),
             coalesce(bool_or(active), false)
      FROM pg_catalog.pg_replication_slots WHERE slot_name = ?
      """;

  private final PostgresAddress address;
  private final String migration;
  private final String name;
  private final PostgresSessions sessions;

  /** Where chunks are read: a standby's, or the primary's. */
  private final PostgresSessions chunks;

  private final Optional<PostgresAddress> standby;
  private final ReplicaLag replicaLag = new ReplicaLag();

  /** A source whose chunks are read from the primary. */
  public PostgresSource(PostgresAddress address, String migration) {
    this(address, Optional.empty(), migration);
  }

  /**
   * @param address the primary
   * @param readFrom a physical standby of it, where chunks are read; empty for the primary
   * @param migration names the slot, the publication and the lock
   */
  public PostgresSource(
      PostgresAddress address, Optional<PostgresAddress> readFrom, String migration) {
    this.address = address;
    this.standby = readFrom;
    this.migration = migration;
    this.name = "crossfade_" + migration.replace('-', '_');
    this.sessions = new PostgresSessions(address, "crossfade " + migration);
    this.chunks =
        readFrom
            .map(replica -> new PostgresSessions(replica, "crossfade " + migration))
            .orElse(sessions);
  }

  /** The name of the replication slot and of the publication. */
  public String slot() {
    return name;
  }

  /** What tells this database from all others. */
  public String identity() {
    return sessions.with("asking which database this is", DatabaseIdentity::of);
  }

  @Override
  public ServingTable serving() {
    return new ServingRows(
        (doing, work) ->
            sessions.with(
                doing,
                connection -> {
                  work.on(connection);
                  return true;
                }));
  }

  @Override
  public Optional<Table> describe(TableId table) {
    return sessions.with("reading the columns of " + table, c -> TableReader.read(c, table));
  }

  @Override
  public List<TableId> tables(String schema) {
    return sessions.with(
        "listing the tables of " + schema, c -> TableList.read(c, Optional.of(schema)));
  }

  @Override
  public Map<String, String> notCarried(TableId table) {
    return sessions.with(
        "reading the types of " + table, c -> new ColumnChecks(c, name, table).notCarried());
  }

  @Override
  public List<Check> check(Collection<TableId> tables) {
    // Not by way of the pool, which would try a wrong password again and again.
    String doing = "looking at the server";
    try (Connection connection = sessions.open(doing)) {
      List<Check> checks = new ArrayList<>(new SourceChecks(connection, name).all(tables));
      if (standby.isPresent()) {
        checks.add(checkStandby(connection, tables));
      }
      return checks;
    } catch (SQLException e) {
      throw sessions.failed(doing, e);
    }
  }

  private Check checkStandby(Connection primary, Collection<TableId> tables) {
    String doing = "looking at the standby";
    try (Connection connection = chunks.open(doing)) {
      return StandbyCheck.of(primary, connection, tables);
    } catch (SQLException | SourceException e) {
      String why =
          e instanceof SQLException sql ? chunks.failed(doing, sql).getMessage() : e.getMessage();
      return Check.fail(
          "source.read-from", why, "see that the standby runs and that source.read-from is right");
    }
  }

  @Override
  public Optional<Leadership> lead() {
    Connection connection = sessions.open("asking the source for the right to capture");
    boolean leads = false;
    try (PreparedStatement lock =
        connection.prepareStatement(
            "SELECT pg_catalog.pg_try_advisory_lock(pg_catalog.hashtextextended(?, 0))")) {
      lock.setString(1, "crossfade " + migration);
      try (ResultSet rows = lock.executeQuery()) {
        leads = rows.next() && rows.getBoolean(1);
      }
      return leads ? Optional.of(new SessionLeadership(connection)) : Optional.empty();
    } catch (SQLException e) {
      throw sessions.failed("asking the source for the right to capture", e);
    } finally {
      if (!leads) {
        PostgresSessions.closeQuietly(connection);
      }
    }
  }

  @Override
  public PreparedLog prepareLog(
      Set<TableId> tables, Optional<KnownLog> known, boolean mayBeginAnew) {
    // A slot waits for all transactions that are open when it is made.
    return sessions.patiently(
        "preparing the log",
        connection -> new ReplicationLog(name).prepare(connection, tables, known, mayBeginAnew));
  }

  @Override
  public void removeLog() {
    sessions.patiently(
        "removing slot and publication " + name,
        connection -> {
          new ReplicationLog(name).remove(connection);
          return true;
        });
  }

  @Override
  public LogStream stream(Collection<CapturedTable> tables, LogListener listener) {
    List<LogTable> known =
        sessions.with(
            "reading the types of the tables",
            connection -> {
              List<LogTable> read = new ArrayList<>();
              for (CapturedTable table : tables) {
                read.add(
                    new LogTable(table, DefinitionReader.types(connection, table.table().id())));
              }
              return read;
            });
    String timeline =
        sessions.with("asking for the timeline", connection -> LogPosition.timeline(connection));
    return DebeziumStream.start(address, name, timeline, known, listener);
  }

  @Override
  public List<TableDefinition> definitions(Collection<TableId> tables) {
    return sessions.with("reading definitions", c -> DefinitionReader.read(c, name, tables));
  }

  @Override
  public boolean cameEmpty(TableId table, String part) {
    return sessions.patiently(
        "looking at the new partition " + part, c -> DefinitionReader.cameEmpty(c, table, part));
  }

  @Override
  public void mark(String content) {
    sessions.with(
        "writing a marker",
        connection -> {
          // With an id the transaction is flushed at its commit; without, a marker may lie in
          // memory for a while.
          try (PreparedStatement emit =
              connection.prepareStatement(
                  "SELECT pg_catalog.pg_logical_emit_message(false, ?, ?),"
                      + " pg_catalog.pg_current_xact_id()")) {
            emit.setString(1, MESSAGE_PREFIX);
            emit.setString(2, content);
            emit.executeQuery().close();
          }
          return null;
        });
  }

  @Override
  public Snapshot snapshot() {
    return PostgresSnapshot.ofPrimary(
        text("taking a snapshot", "SELECT pg_catalog.pg_current_snapshot()::text"));
  }

  @Override
  public Snapshot snapshot(String text) {
    return PostgresSnapshot.ofPrimary(text);
  }

  @Override
  public String line() {
    return sessions.with("drawing a line between transactions", ReplicationLog::currentTransaction);
  }

  @Override
  public Settled settled(String line) {
    long transaction = Long.parseLong(line);
    if (!((PostgresSnapshot) snapshot()).settled(transaction)) {
      return waitingFor();
    }
    if (standby.isPresent() && !standbySnapshot().settled(transaction)) {
      return new Settled(false, "the standby, which has not replayed that far", Duration.ZERO);
    }
    return Settled.DONE;
  }

  private PostgresSnapshot standbySnapshot() {
    return chunks.with(
        "taking a snapshot of the standby",
        connection -> {
          try (Statement statement = connection.createStatement()) {
            return ChunkReads.snapshot(statement, false);
          }
        });
  }

  /**
   * The oldest transaction that has an id, whichever database it is in: it is what {@code xmin}
   * stands at.
   */
  private Settled waitingFor() {
    return sessions.with(
        "asking for the oldest transaction",
        connection -> {
          try (Statement statement = connection.createStatement();
              ResultSet rows =
                  statement.executeQuery(
                      """
                      SELECT who, extract(epoch FROM now() - since)::bigint FROM (
                        SELECT 'transaction ' || backend_xid || ' (pid ' || pid || ', user '
                                 || coalesce(usename, '?') || ', ' || coalesce(state, '?')
                                 || coalesce(', waits for ' || wait_event, '') || ')' AS who,
                               xact_start AS since, age(backend_xid) AS age
                        FROM pg_catalog.pg_stat_activity WHERE backend_xid IS NOT NULL
                          AND pid <> pg_catalog.pg_backend_pid()
                        UNION ALL
                        SELECT 'prepared transaction ' || quote_literal(gid), prepared,
                               age(transaction)
                        FROM pg_catalog.pg_prepared_xacts) t
                      ORDER BY age DESC LIMIT 1
                      """)) {
            return rows.next()
                ? new Settled(false, rows.getString(1), Duration.ofSeconds(rows.getLong(2)))
                : new Settled(false, "a transaction that is just ending", Duration.ZERO);
          }
        });
  }

  @Override
  public List<Extent> extents(TableId table) {
    return chunks.with("measuring " + table, connection -> ChunkReads.extents(connection, table));
  }

  @Override
  public ChunkRead readChunk(
      CapturedTable columns,
      Extent extent,
      long from,
      long to,
      LogBeginning beginning,
      RowSink sink) {
    return chunks.with(
        "reading a chunk of " + extent.part(),
        c -> ChunkReads.chunk(c, standby.isEmpty(), columns, extent, from, to, beginning, sink));
  }

  @Override
  public Snapshot readKeys(CapturedTable columns, List<Row> keys, RowSink sink) {
    return sessions.with(
        "reading rows of " + columns.table().id() + " by key",
        connection -> ChunkReads.keys(connection, columns, keys, sink));
  }

  @Override
  public RetainedLog retainedLog() {
    return sessions.with(
        "asking how much log the slot keeps",
        connection -> {
          try (PreparedStatement query = connection.prepareStatement(RETAINED)) {
            query.setString(1, name);
            try (ResultSet rows = query.executeQuery()) {
              rows.next();
              long limit = rows.getLong(2);
              return new RetainedLog(
                  rows.getLong(1),
                  limit < 0 ? OptionalLong.empty() : OptionalLong.of(limit),
                  rows.getBoolean(3));
            }
          }
        });
  }

  @Override
  public Duration replicaLag() {
    if (standby.isEmpty()) {
      return Duration.ZERO;
    }
    long end = lsn(sessions, "asking where the log ends", "pg_current_wal_flush_lsn");
    long nanos = System.nanoTime();
    long replayed = lsn(chunks, "asking how far the standby is", "pg_last_wal_replay_lsn");
    return replicaLag.observe(end, replayed, nanos);
  }

  private static long lsn(PostgresSessions sessions, String doing, String function) {
    return sessions.with(
        doing,
        connection -> {
          try (Statement statement = connection.createStatement();
              ResultSet rows =
                  statement.executeQuery(
                      "SELECT pg_catalog.pg_wal_lsn_diff(pg_catalog."
                          + function
                          + "(), '0/0')::bigint")) {
            rows.next();
            return rows.getLong(1);
          }
        });
  }

  private String text(String doing, String sql) {
    return sessions.with(
        doing,
        connection -> {
          try (Statement statement = connection.createStatement();
              ResultSet rows = statement.executeQuery(sql)) {
            rows.next();
            return rows.getString(1);
          }
        });
  }

  @Override
  public void close() {
    if (standby.isPresent()) {
      chunks.close();
    }
    sessions.close();
  }

  /** An advisory lock lives as long as its session. */
  private record SessionLeadership(Connection connection) implements Leadership {

    @Override
    public boolean holds() {
      try {
        return connection.isValid(5);
      } catch (SQLException e) {
        return false;
      }
    }

    @Override
    public void close() {
      PostgresSessions.closeQuietly(connection);
    }
  }
}
