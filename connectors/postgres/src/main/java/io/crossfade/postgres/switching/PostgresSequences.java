package io.crossfade.postgres.switching;

import io.crossfade.core.switching.ColumnId;
import io.crossfade.core.switching.SequenceAdvance;
import io.crossfade.core.switching.SequenceMove;
import io.crossfade.core.switching.SequenceState;
import io.crossfade.core.switching.Sequences;
import io.crossfade.core.table.TableId;
import java.math.BigInteger;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** Sequences, moved by {@code setval}: it waits for nobody, and needs {@code UPDATE} on them. */
final class PostgresSequences implements Sequences {

  private final Server server;

  PostgresSequences(Server server) {
    this.server = server;
  }

  @Override
  public List<SequenceState> of(Collection<TableId> tables) {
    Set<TableId> all = new TreeSet<>(tables);
    return server.with(
        "reading the sequences of " + all,
        connection ->
            new SequenceReader(connection)
                .behind(all).stream().map(SequenceReader.Found::state).toList());
  }

  @Override
  public List<SequenceMove> plan(
      Collection<TableId> tables, Map<ColumnId, SequenceState> old, long margin) {
    Set<TableId> all = new TreeSet<>(tables);
    return server.patiently(
        "reading how far the sequences of " + all + " have to go",
        connection -> moves(connection, all, old, margin));
  }

  @Override
  public List<SequenceMove> advance(
      Collection<TableId> tables, Map<ColumnId, SequenceState> old, long margin) {
    Set<TableId> all = new TreeSet<>(tables);
    return server.patiently(
        "advancing the sequences of " + all,
        connection -> {
          List<SequenceMove> moves = moves(connection, all, old, margin);
          if (moves.stream().noneMatch(SequenceMove.DoesNotFit.class::isInstance)) {
            for (SequenceMove move : moves) {
              if (move instanceof SequenceMove.Forward forward) {
                set(connection, forward);
              }
            }
          }
          return moves;
        });
  }

  private static List<SequenceMove> moves(
      Connection connection, Set<TableId> tables, Map<ColumnId, SequenceState> old, long margin)
      throws SQLException {
    SequenceReader reader = new SequenceReader(connection);
    List<SequenceMove> moves = new ArrayList<>();
    for (SequenceReader.Found found : reader.behind(tables)) {
      List<SequenceState> before =
          found.state().columns().stream().filter(old::containsKey).map(old::get).toList();
      moves.add(
          SequenceAdvance.of(found.state(), reader.columns(found, old.keySet()), before, margin));
    }
    return moves;
  }

  /** Not where somebody has taken it further since it was read: it would go back. */
  private static void set(Connection connection, SequenceMove.Forward move) throws SQLException {
    boolean ascending = move.from().compareTo(BigInteger.valueOf(move.to())) < 0;
    try (PreparedStatement statement =
        connection.prepareStatement(
            "SELECT pg_catalog.setval(?::pg_catalog.regclass, ?, false) FROM "
                + Sql.name(move.sequence())
                + " WHERE last_value "
                + (ascending ? "<" : ">")
                + " ?")) {
      statement.setString(1, Sql.name(move.sequence()));
      statement.setLong(2, move.to());
      statement.setLong(3, move.to());
      statement.executeQuery().close();
    }
  }
}
