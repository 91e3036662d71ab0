package io.crossfade.postgres.source;

import io.crossfade.core.BlockedException;
import io.crossfade.core.Check;
import io.crossfade.core.source.SourceDatabase.KnownLog;
import io.crossfade.core.source.SourceDatabase.LogBeginning;
import io.crossfade.core.source.SourceDatabase.PreparedLog;
import io.crossfade.core.table.TableId;
import io.crossfade.postgres.CanonicalSession;
import io.crossfade.postgres.DatabaseIdentity;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Collection;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * The publication and the slot of a migration: made, compared with what should be, never repaired
 * in silence.
 */
final class ReplicationLog {

  private final String name;

  /**
   * @param name of both the publication and the slot
   */
  ReplicationLog(String name) {
    this.name = name;
  }

  /** See {@link io.crossfade.core.source.SourceDatabase#prepareLog}. */
  PreparedLog prepare(
      Connection connection, Set<TableId> tables, Optional<KnownLog> known, boolean mayBeginAnew)
      throws SQLException {
    String server = DatabaseIdentity.of(connection);
    if (known.isPresent() && !known.get().beginning().identity().equals(server)) {
      throw new BlockedException(
          "the source is another server than the one whose log was published: system identifier "
              + server
              + " where "
              + known.get().beginning().identity()
              + " was expected",
          "point source.url to the server that the migration began on, or begin again as docs/runbook.md says");
    }
    Optional<Slot> slot = slot(connection);
    if (known.isPresent()) {
      Optional<String> gap = gap(connection, slot, known.get().reached());
      if (gap.isEmpty()) {
        Slot kept = slot.orElseThrow();
        publish(connection, tables);
        free(connection, kept);
        return new PreparedLog(
            known.get().beginning(), false, position(connection, kept.confirmed()).toString());
      }
      if (!mayBeginAnew) {
        throw new BlockedException(
            gap.get() + ": changes of the source are missing",
            "`crossfade resync` copies all tables again, behind a new slot; their rows stay readable");
      }
    }
    publish(connection, tables);
    if (slot.isPresent()) {
      // Its log is of no use to us, and makes the server keep WAL: left by a start that published
      // nothing, or not the one that we have read.
      free(connection, slot.get());
      drop(connection);
    }
    // Slot creation waits for all that runs when it starts; so what has an id below this one is not
    // in the log.
    String before = currentTransaction(connection);
    create(connection);
    return new PreparedLog(
        new LogBeginning(server, before),
        known.isPresent(),
        position(connection, slot(connection).orElseThrow().confirmed()).toString());
  }

  /** Takes both away, where they are there. */
  void remove(Connection connection) throws SQLException {
    Optional<Slot> slot = slot(connection);
    if (slot.isPresent()) {
      free(connection, slot.get());
      drop(connection);
    }
    try (Statement statement = connection.createStatement()) {
      statement.execute("DROP PUBLICATION IF EXISTS " + CanonicalSession.quote(name));
    }
  }

  /**
   * Why the slot does not give what follows on what was read; empty where it does.
   *
   * <p>The slot stands where we have confirmed, or, after a crash of the server, before it. What we
   * may have confirmed is remembered before it is. So a slot that stands further was moved by
   * somebody else, or made anew, which puts it at the end of the log of that moment. A log that
   * ends before what we have read from it was set back.
   */
  private Optional<String> gap(Connection connection, Optional<Slot> slot, Optional<String> reached)
      throws SQLException {
    String name = "replication slot " + this.name;
    if (slot.isEmpty()) {
      return Optional.of(name + " is gone");
    }
    if (slot.get().lost()) {
      return Optional.of(name + " has lost log that was not read yet (wal_status is lost)");
    }
    if (!publicationExists(connection)) {
      // Made again it would not be there for what the slot still has to read: that would be left
      // out, or, before PostgreSQL 18, fail for ever.
      return Optional.of("publication " + this.name + " is gone");
    }
    if (reached.isEmpty()) {
      return Optional.empty(); // an older Crossfade did not write it down
    }
    LogPosition read = LogPosition.parse(reached.get());
    LogPosition confirmed = position(connection, slot.get().confirmed());
    if (!confirmed.timeline().equals(read.timeline())) {
      return Optional.of(
          "the source writes timeline "
              + confirmed.timeline()
              + ", it was "
              + read.timeline()
              + ": a standby was promoted, or a backup restored");
    }
    if (read.isBehind(confirmed)) {
      return Optional.of(
          name
              + " stands at "
              + slot.get().confirmed()
              + ", beyond what was read ("
              + LogRecords.position(read.lsn())
              + "): it was moved forward, or dropped and made again");
    }
    LogPosition end =
        position(connection, text(connection, "SELECT pg_catalog.pg_current_wal_lsn()::text"));
    if (end.isBehind(read)) {
      return Optional.of(
          "the source's log ends at "
              + LogRecords.position(end.lsn())
              + ", before what was read ("
              + LogRecords.position(read.lsn())
              + "): the server was set back");
    }
    return Optional.empty();
  }

  private static LogPosition position(Connection connection, String lsn) throws SQLException {
    return LogPosition.parse(lsn + "@" + LogPosition.timeline(connection));
  }

  /**
   * A table that has just joined is added. That one which was there before comes back is for its
   * definition to tell ({@link DefinitionReader}).
   *
   * @throws BlockedException where it leaves out something of what happens
   */
  private void publish(Connection connection, Set<TableId> tables) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      if (!publicationExists(connection)) {
        statement.execute(createPublication(connection, name, tables));
        return;
      }
      if (!published(connection).equals(tables)) {
        statement.execute(
            "ALTER PUBLICATION " + CanonicalSession.quote(name) + " SET TABLE " + list(tables));
      }
    }
    Check whole = PublicationCheck.of(connection, name, tables);
    if (whole.level() == Check.Level.FAIL) {
      throw new BlockedException(
          whole.found() + ": changes of the source are missing",
          "ALTER PUBLICATION "
              + CanonicalSession.quote(name)
              + " SET ("
              + options(connection)
              + "); ALTER PUBLICATION "
              + CanonicalSession.quote(name)
              + " SET TABLE "
              + list(tables)
              + "; then `crossfade resync`, which copies all tables again");
    }
  }

  /** The statement that makes the publication as it has to be. */
  static String createPublication(Connection connection, String name, Collection<TableId> tables)
      throws SQLException {
    return "CREATE PUBLICATION "
        + CanonicalSession.quote(name)
        + " FOR TABLE "
        + list(tables)
        + " WITH ("
        + options(connection)
        + ")";
  }

  private static String options(Connection connection) throws SQLException {
    return "publish = 'insert, update, delete, truncate', publish_via_partition_root = true"
        + (publishesGenerated(connection) ? ", publish_generated_columns = stored" : "");
  }

  private static String list(Collection<TableId> tables) {
    return new TreeSet<>(tables)
        .stream().map(ReplicationLog::quoted).collect(Collectors.joining(", "));
  }

  /** Whether this server can have stored generated columns in its log: since PostgreSQL 18. */
  static boolean publishesGenerated(Connection connection) throws SQLException {
    return connection.getMetaData().getDatabaseMajorVersion() >= 18;
  }

  private boolean publicationExists(Connection connection) throws SQLException {
    try (PreparedStatement query =
        connection.prepareStatement("SELECT 1 FROM pg_catalog.pg_publication WHERE pubname = ?")) {
      query.setString(1, name);
      try (ResultSet rows = query.executeQuery()) {
        return rows.next();
      }
    }
  }

  private Set<TableId> published(Connection connection) throws SQLException {
    Set<TableId> tables = new TreeSet<>();
    try (PreparedStatement query =
        connection.prepareStatement(
            "SELECT n.nspname, c.relname FROM pg_catalog.pg_publication p"
                + " JOIN pg_catalog.pg_publication_rel r ON r.prpubid = p.oid"
                + " JOIN pg_catalog.pg_class c ON c.oid = r.prrelid"
                + " JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE p.pubname = ?")) {
      query.setString(1, name);
      try (ResultSet rows = query.executeQuery()) {
        while (rows.next()) {
          tables.add(new TableId(rows.getString(1), rows.getString(2)));
        }
      }
    }
    return tables;
  }

  private record Slot(int activePid, boolean lost, String confirmed) {}

  private Optional<Slot> slot(Connection connection) throws SQLException {
    try (PreparedStatement query =
        connection.prepareStatement(
            "SELECT coalesce(active_pid, 0), coalesce(wal_status = 'lost', false),"
                + " coalesce(confirmed_flush_lsn, '0/0')::text FROM pg_catalog.pg_replication_slots WHERE slot_name = ?")) {
      query.setString(1, name);
      try (ResultSet rows = query.executeQuery()) {
        return rows.next()
            ? Optional.of(new Slot(rows.getInt(1), rows.getBoolean(2), rows.getString(3)))
            : Optional.empty();
      }
    }
  }

  /**
   * A walsender of a former run may hold the slot until it notices that its client is gone. We have
   * the right to capture, so nobody else may use it.
   */
  private void free(Connection connection, Slot slot) throws SQLException {
    if (slot.activePid() == 0) {
      return;
    }
    try (PreparedStatement end =
        connection.prepareStatement("SELECT pg_catalog.pg_terminate_backend(?, 10000)")) {
      end.setInt(1, slot.activePid());
      end.executeQuery().close();
    }
  }

  /** One that was still being made is gone by now: whoever made it has been ended. */
  private void drop(Connection connection) throws SQLException {
    try (PreparedStatement drop =
        connection.prepareStatement(
            "SELECT pg_catalog.pg_drop_replication_slot(slot_name)"
                + " FROM pg_catalog.pg_replication_slots WHERE slot_name = ?")) {
      drop.setString(1, name);
      drop.executeQuery().close();
    }
  }

  private void create(Connection connection) throws SQLException {
    try (PreparedStatement create =
        connection.prepareStatement(
            "SELECT pg_catalog.pg_create_logical_replication_slot(?, 'pgoutput')")) {
      create.setString(1, name);
      create.executeQuery().close();
    }
  }

  static String currentTransaction(Connection connection) throws SQLException {
    return text(connection, "SELECT pg_catalog.pg_current_xact_id()::text");
  }

  private static String text(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      rows.next();
      return rows.getString(1);
    }
  }

  static String quoted(TableId table) {
    return CanonicalSession.quote(table.schema()) + "." + CanonicalSession.quote(table.name());
  }
}
