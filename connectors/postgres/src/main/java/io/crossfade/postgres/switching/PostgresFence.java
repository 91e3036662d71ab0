package io.crossfade.postgres.switching;

import io.crossfade.core.switching.Fence;
import io.crossfade.core.switching.FencePass;
import io.crossfade.core.switching.FenceState;
import io.crossfade.core.switching.LockOutcome;
import io.crossfade.core.switching.OpenTransaction;
import io.crossfade.core.switching.Patience;
import io.crossfade.core.switching.SwitchingException;
import io.crossfade.core.table.TableId;
import io.crossfade.postgres.switching.FencedRelations.Relation;
import io.crossfade.postgres.switching.TransactionReader.Against;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Predicate;

/**
 * Fences as triggers that run for all but who has the pass.
 *
 * <p>To make a trigger, or to disable it, takes {@code SHARE ROW EXCLUSIVE}, which each writer's
 * {@code ROW EXCLUSIVE} keeps out until the end of his transaction. So once the triggers are
 * committed nobody is left who has written before; and who comes later takes his lock after that
 * commit, and reads the table's triggers after he has the lock, whatever plan or snapshot he has.
 */
final class PostgresFence implements Fence {

  private static final LockOutcome NOTHING_TO_DO = new LockOutcome.Done(0, Duration.ZERO);

  /** What is done to a table or a part of one. */
  @FunctionalInterface
  private interface Script {

    /**
     * SQL; empty where nothing is to be done.
     *
     * @param now when the locks were had
     */
    String of(Relation relation, String now);
  }

  /**
   * A change of a fence.
   *
   * @param tables around which
   * @param message that triggers are compared with
   * @param against whom its locks keep out
   * @param which of the tables and their parts are changed
   * @param script what is done to each
   */
  private record Change(
      Set<TableId> tables,
      String message,
      Against against,
      Predicate<Relation> which,
      Script script) {

    List<Relation> relations(FencedRelations reader, Connection connection) throws SQLException {
      return reader.of(connection, tables, message).stream().filter(which).toList();
    }

    Change only(TableId id) {
      return new Change(
          tables, message, against, which.and(relation -> relation.id().equals(id)), script);
    }
  }

  private final Server server;
  private final FenceTrigger trigger;
  private final FencedRelations relations;

  PostgresFence(Server server, String migration) {
    this.server = server;
    this.trigger = new FenceTrigger(migration);
    this.relations = new FencedRelations(trigger);
  }

  @Override
  public LockOutcome raise(
      Collection<TableId> tables, FencePass pass, String message, Patience patience) {
    Set<TableId> all = some(tables);
    if (message.isBlank() || message.indexOf('\0') >= 0) {
      throw new IllegalArgumentException("a fence says what to do");
    }
    String hash = FenceTrigger.hash(pass);
    return server.with(
        "raising the fence around " + all,
        connection -> {
          if (lacking(relations.of(connection, all, message), hash).isEmpty()) {
            return NOTHING_TO_DO;
          }
          trigger.prepare(connection);
          Script close =
              (relation, now) ->
                  relation.closed(hash) ? "" : trigger.close(relation, hash, now, message);
          return close(
              connection,
              patience,
              new Change(all, message, Against.WRITING, Relation::part, close));
        });
  }

  private static List<Relation> lacking(List<Relation> relations, String hash) {
    return relations.stream().filter(r -> r.part() && !r.closed(hash)).toList();
  }

  @Override
  public LockOutcome lower(Collection<TableId> tables, Patience patience) {
    Script open = (relation, now) -> trigger.open(relation);
    return undo(
        "lowering",
        patience,
        new Change(some(tables), "", Against.WRITING, Relation::enabled, open));
  }

  @Override
  public LockOutcome remove(Collection<TableId> tables, Patience patience) {
    Script drop = (relation, now) -> trigger.drop(relation);
    return undo(
        "removing",
        patience,
        new Change(some(tables), "", Against.EVERYTHING, Relation::marked, drop));
  }

  private LockOutcome undo(String doing, Patience patience, Change change) {
    return server.with(
        doing + " the fence around " + change.tables(),
        connection ->
            change.relations(relations, connection).isEmpty()
                ? NOTHING_TO_DO
                : change(connection, patience, change));
  }

  /**
   * Changes all in one transaction. Which relations there are is read before the locks, and again
   * when they are held: from then on no part can join or leave.
   */
  private LockOutcome change(Connection connection, Patience patience, Change change)
      throws SQLException {
    Attempts attempts = new Attempts(connection, patience);
    return attempts.run(
        before -> TransactionReader.holding(connection, change.tables(), change.against(), before),
        attempts.inTransaction(() -> make(connection, attempts, change)));
  }

  private void make(Connection connection, Attempts attempts, Change change) throws SQLException {
    List<TableId> locked = ids(change.relations(relations, connection));
    attempts.lock(locked, change.against().lock());
    List<Relation> found = change.relations(relations, connection);
    if (!ids(found).equals(locked)) {
      throw Attempts.missed("a part has joined or left the table meanwhile");
    }
    String now = now(connection);
    StringBuilder sql = new StringBuilder();
    found.forEach(relation -> sql.append(change.script().of(relation, now)));
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql.toString());
    }
  }

  /**
   * All in one transaction; or, where an attempt has failed and nobody is in the way any more, one
   * after the other. For then those were in the way who waited for us: where some write t and then
   * u, and others u and then t, we have the one and wait for who has the other and waits for ours,
   * each time. With one lock at a time nobody waits for us who has what we want: he runs into the
   * first trigger, and gives the second table free.
   */
  private LockOutcome close(Connection connection, Patience patience, Change change)
      throws SQLException {
    Attempts attempts = new Attempts(connection, patience);
    AtomicBoolean convoy = new AtomicBoolean();
    Attempts.Attempt atOnce = attempts.inTransaction(() -> make(connection, attempts, change));
    return attempts.run(
        before -> {
          List<OpenTransaction> found =
              TransactionReader.holding(connection, change.tables(), change.against(), before);
          convoy.set(found.isEmpty());
          return found;
        },
        () -> {
          if (convoy.get()) {
            oneByOne(connection, attempts, change);
          } else {
            atOnce.make();
          }
        });
  }

  /** Where one cannot be closed, those that were closed before are opened again: all or nothing. */
  private void oneByOne(Connection connection, Attempts attempts, Change change)
      throws SQLException {
    List<TableId> closed = new ArrayList<>();
    try {
      for (Relation relation : change.relations(relations, connection)) {
        if (!change.script().of(relation, "").isEmpty()) {
          attempts
              .inTransaction(() -> make(connection, attempts, change.only(relation.id())))
              .make();
          closed.add(relation.id());
        }
      }
      for (Relation relation : change.relations(relations, connection)) {
        if (!change.script().of(relation, "").isEmpty()) {
          throw Attempts.missed("a part has joined the table meanwhile");
        }
      }
    } catch (SQLException e) {
      Change undo =
          new Change(
              change.tables(),
              "",
              Against.WRITING,
              relation -> closed.contains(relation.id()),
              (relation, now) -> trigger.open(relation));
      try {
        // Nobody but us writes to them, so there is no queue to wait in.
        attempts.inTransaction(() -> make(connection, attempts, undo)).make();
      } catch (SQLException second) {
        e.addSuppressed(second);
        throw new SwitchingException(
            "the fence was not raised, and stays around " + closed + ": lower it", true, e);
      }
      throw e;
    }
  }

  private static List<TableId> ids(List<Relation> relations) {
    return relations.stream().map(Relation::id).toList();
  }

  @Override
  public FenceState state(TableId table) {
    return server.with(
        "looking at the fence around " + table,
        connection -> {
          List<Relation> all =
              relations.of(connection, Set.of(table), "").stream().filter(Relation::part).toList();
          List<TableId> open = ids(all.stream().filter(relation -> !relation.closed()).toList());
          if (open.isEmpty()) {
            // What joined later was closed later: the whole is closed since the last.
            return all.stream()
                .flatMap(relation -> relation.statements().stream())
                .map(mark -> Instant.parse(mark.since()))
                .max(Instant::compareTo)
                .<FenceState>map(FenceState.Up::new)
                .orElseThrow();
          }
          return all.stream().anyMatch(Relation::enabled)
              ? new FenceState.Partly(open)
              : new FenceState.Down();
        });
  }

  private static String now(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery("SELECT pg_catalog.clock_timestamp()")) {
      rows.next();
      return rows.getObject(1, OffsetDateTime.class)
          .toInstant()
          .truncatedTo(ChronoUnit.MILLIS)
          .toString();
    }
  }

  private static Set<TableId> some(Collection<TableId> tables) {
    if (tables.isEmpty()) {
      throw new SwitchingException("a fence is around one table at least");
    }
    return new TreeSet<>(tables);
  }
}
