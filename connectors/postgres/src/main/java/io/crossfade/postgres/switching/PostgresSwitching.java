package io.crossfade.postgres.switching;

import io.crossfade.core.switching.Ddl;
import io.crossfade.core.switching.Definitions;
import io.crossfade.core.switching.Fence;
import io.crossfade.core.switching.FencePass;
import io.crossfade.core.switching.OpenTransactions;
import io.crossfade.core.switching.OwnSchema;
import io.crossfade.core.switching.Patience;
import io.crossfade.core.switching.Retirement;
import io.crossfade.core.switching.Sequences;
import io.crossfade.core.switching.Trial;
import io.crossfade.postgres.source.PostgresAddress;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.TreeSet;

/**
 * What a switch does at one PostgreSQL database, the one with the old tables or the one with the
 * new ones. Nothing is opened until it is needed, and nothing stays open. For several threads.
 */
public final class PostgresSwitching {

  /**
   * How long a step of a list asks for its locks. An index that is built waits for all transactions
   * that were open when it began, without anybody waiting for it.
   */
  private static final Duration DEFINITIONS = Duration.ofMinutes(10);

  private final Server server;
  private final String migration;

  /**
   * @param address of the database, and a role that is a member of the tables' owners
   * @param migration its name, for what it makes and for what writers are told
   */
  public PostgresSwitching(PostgresAddress address, String migration) {
    this.server = new Server(address);
    if (!migration.matches("[a-z0-9][a-z0-9-]{0,52}")) {
      throw new IllegalArgumentException("no name of a migration: " + migration);
    }
    this.migration = migration;
  }

  /** Fences of this migration. */
  public Fence fence() {
    return new PostgresFence(server, migration);
  }

  /** Who has been at it for long. */
  public OpenTransactions openTransactions() {
    return (limit, tables) ->
        server.with(
            "looking for open transactions",
            connection -> TransactionReader.olderThan(connection, limit, new TreeSet<>(tables)));
  }

  /** The sequences of this database. */
  public Sequences sequences() {
    return new PostgresSequences(server);
  }

  /** Where a row is written that is to come to the other side. */
  public Trial trialSent() {
    return new PostgresTrial(server, migration, "trial_sent");
  }

  /** Where a row comes that was written on the other side. */
  public Trial trialReceived() {
    return new PostgresTrial(server, migration, "trial_received");
  }

  /** Old tables that nobody writes to any more. */
  public Retirement retirement() {
    return new PostgresRetirement(server);
  }

  /** What we have made for ourselves here. */
  public OwnSchema ownSchema() {
    return new PostgresOwnSchema(server, migration);
  }

  /** Changes of this database's definitions. */
  public Ddl ddl() {
    return new PostgresDdl(server);
  }

  /** The lists of statements that are executed here once. */
  public Definitions definitions() {
    return definitions(Patience.within(DEFINITIONS));
  }

  /** As {@link #definitions()}, with another patience for the locks of each step. */
  public Definitions definitions(Patience patience) {
    return new StatementList(server, migration, patience);
  }

  /**
   * Lets a session of ours, from now on, write through the fence that was raised with this pass.
   * Blocks for one round trip; may be repeated. An open transaction that is rolled back takes it
   * back.
   */
  public static void show(Connection connection, FencePass pass) throws SQLException {
    FenceTrigger.show(connection, pass);
  }
}
