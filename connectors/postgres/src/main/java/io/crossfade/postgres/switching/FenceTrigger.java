package io.crossfade.postgres.switching;

import io.crossfade.core.switching.FencePass;
import io.crossfade.core.table.TableId;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HexFormat;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The SQL of a fence: one function for all, and for each table a trigger whose arguments say who
 * may pass.
 *
 * <p>Who is one of us? Not a role: applications may well use the one that we have. Not the mere
 * presence of a setting, which anybody can copy and nobody ever takes back. It is a setting of the
 * session, {@code crossfade.pass}, that has the secret of this very fence. The trigger knows its
 * hash, so the catalogue does not tell it to who reads it. It needs no privilege, no table that
 * each writer would have to be able to read, and no snapshot, which in a serializable transaction
 * may be older than the fence.
 *
 * <p>The function runs as who writes, with the names of pg_catalog only, so that nobody can put an
 * operator of his own in its way.
 */
final class FenceTrigger {

  private static final String BODY =
      """

      BEGIN
        IF encode(sha256(convert_to(coalesce(current_setting('crossfade.pass', true), ''), 'UTF8')),
                  'hex') = TG_ARGV[1] THEN
          IF TG_LEVEL = 'STATEMENT' THEN
            RETURN NULL;
          ELSIF TG_OP = 'DELETE' THEN
            RETURN OLD;
          END IF;
          RETURN NEW;
        END IF;
        RAISE EXCEPTION 'table %.% takes no writes since %: migration % has fenced it',
            TG_TABLE_SCHEMA, TG_TABLE_NAME, TG_ARGV[2], TG_ARGV[0]
          USING ERRCODE = 'XF001', HINT = TG_ARGV[4],
            SCHEMA = TG_TABLE_SCHEMA, TABLE = TG_TABLE_NAME;
      END
      """;

  private static final String FUNCTION =
      "CREATE OR REPLACE FUNCTION crossfade.fence() RETURNS trigger LANGUAGE plpgsql"
          + " SET search_path = pg_catalog, pg_temp AS $fence$"
          + BODY
          + "$fence$";

  /** For all that two of us might make at once. */
  private static final String ALONE =
      "SELECT pg_catalog.pg_advisory_xact_lock(pg_catalog.hashtext('crossfade.fence'))";

  private final String migration;

  FenceTrigger(String migration) {
    this.migration = migration;
  }

  /** As slot and publication are named; a migration's name leaves room for the prefix. */
  String forStatements() {
    return "crossfade_" + migration.replace('-', '_');
  }

  /** Another name of the same length. */
  String forRows() {
    return "crossfade:" + migration.replace('-', '_');
  }

  /** What a session has that may pass is known to the trigger by its hash. */
  static String hash(FencePass pass) {
    try {
      return HexFormat.of()
          .formatHex(
              MessageDigest.getInstance("SHA-256")
                  .digest(pass.token().getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  /** Lets all statements of this session through the fence that has this pass. */
  static void show(Connection connection, FencePass pass) throws SQLException {
    try (PreparedStatement set =
        connection.prepareStatement("SELECT pg_catalog.set_config('crossfade.pass', ?, false)")) {
      set.setString(1, pass.token());
      set.executeQuery().close();
    }
  }

  /**
   * Makes the function where it is missing or another version's. In a transaction of its own, so
   * that no table waits for it; not where it is there, since it may be another role's.
   */
  void prepare(Connection connection) throws SQLException {
    connection.setAutoCommit(false);
    try (Statement statement = connection.createStatement()) {
      statement.executeQuery(ALONE).close();
      if (!hasFunction(connection)) {
        if (!hasSchema(statement)) {
          statement.execute("CREATE SCHEMA crossfade");
        }
        statement.execute(FUNCTION);
      }
      connection.commit();
    } catch (SQLException e) {
      connection.rollback();
      throw e;
    } finally {
      connection.setAutoCommit(true);
    }
  }

  /** {@code IF NOT EXISTS} would want the privilege to make one though it is there. */
  private static boolean hasSchema(Statement statement) throws SQLException {
    try (ResultSet rows =
        statement.executeQuery("SELECT FROM pg_catalog.pg_namespace WHERE nspname = 'crossfade'")) {
      return rows.next();
    }
  }

  private static boolean hasFunction(Connection connection) throws SQLException {
    try (PreparedStatement query =
        connection.prepareStatement(
            "SELECT FROM pg_catalog.pg_proc"
                + " WHERE oid = pg_catalog.to_regprocedure('crossfade.fence()') AND prosrc = ?")) {
      query.setString(1, BODY);
      try (ResultSet rows = query.executeQuery()) {
        return rows.next();
      }
    }
  }

  /**
   * The statements that close a table or a part of one. Also for sessions in the role of a replica.
   */
  String close(FencedRelations.Relation relation, String hash, String since, String message) {
    String arguments =
        Stream.of(migration, hash, since, relation.root(), message)
            .map(Sql::literal)
            .collect(Collectors.joining(", ", "(", ")"));
    String statements =
        create(
            forStatements(), "INSERT OR UPDATE OR DELETE OR TRUNCATE", relation.id(), "STATEMENT");
    String rows = create(forRows(), "INSERT OR UPDATE OR DELETE", relation.id(), "ROW");
    return statements
        + arguments
        + always(relation.id(), forStatements())
        + (relation.byRow() ? rows + arguments + always(relation.id(), forRows()) : "");
  }

  private static String create(String name, String events, TableId table, String level) {
    return "CREATE OR REPLACE TRIGGER \""
        + name
        + "\" BEFORE "
        + events
        + " ON "
        + Sql.name(table)
        + " FOR EACH "
        + level
        + " EXECUTE FUNCTION crossfade.fence";
  }

  private static String always(TableId table, String name) {
    return "; ALTER TABLE ONLY " + Sql.name(table) + " ENABLE ALWAYS TRIGGER \"" + name + "\"; ";
  }

  /** The statements that open it and leave the triggers: to drop them would wait for readers. */
  String open(FencedRelations.Relation relation) {
    String alter = "ALTER TABLE ONLY " + Sql.name(relation.id()) + " DISABLE TRIGGER \"";
    return (relation.statements().isPresent() ? alter + forStatements() + "\"; " : "")
        + (relation.rows().isPresent() ? alter + forRows() + "\"; " : "");
  }

  /** The statements that leave nothing of it. */
  String drop(FencedRelations.Relation relation) {
    String end = "\" ON " + Sql.name(relation.id()) + "; ";
    return (relation.statements().isPresent() ? "DROP TRIGGER \"" + forStatements() + end : "")
        + (relation.rows().isPresent() ? "DROP TRIGGER \"" + forRows() + end : "");
  }
}
