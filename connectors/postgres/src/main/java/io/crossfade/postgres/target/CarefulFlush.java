package io.crossfade.postgres.target;

import io.crossfade.core.table.Row;
import io.crossfade.core.table.Table;
import io.crossfade.core.table.TableId;
import io.crossfade.core.target.BadRow;
import io.crossfade.core.target.Flush;
import io.crossfade.core.target.Flushed;
import io.crossfade.core.target.InputPartition;
import io.crossfade.core.target.OnBadRow;
import io.crossfade.core.target.Origin;
import io.crossfade.core.target.Placement;
import io.crossfade.core.target.Placement.Left;
import io.crossfade.core.target.Placement.Refusal;
import io.crossfade.core.target.TableBatch;
import io.crossfade.core.target.Writing;
import io.crossfade.postgres.TableReader;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * One flush, where the target does not take all of its rows, or where rows wait that it may take by
 * now. Within the flush's transaction, after its offsets were moved; the caller commits or rolls
 * back.
 */
final class CarefulFlush {

  /** Of one thread's partitions. With more, trying them again would take all its time. */
  private static final int MOST_WAITING = 10_000;

  private final Connection connection;
  private final Writers writers;
  private final CarefulTable.Fillers fillers;
  private final DisplacedTable displaced;
  private final DeadTable dead;
  private final Flush flush;
  private final boolean retry;
  private final List<InputPartition> partitions;
  private final Map<TableId, Work> works = new LinkedHashMap<>();
  private final List<BadRow> bad = new ArrayList<>();

  /** What is worked on, for errors that are of no row. */
  private TableId at = new TableId("crossfade", "displaced");

  /** Statements for a table's columns. */
  @FunctionalInterface
  interface Writers {
    TableWriter of(Table table, List<String> columns) throws SQLException;
  }

  /** What happens to one table. */
  private static final class Work {
    CarefulTable table;
    Optional<TableBatch> batch = Optional.empty();
    final List<DisplacedTable.Entry> entries = new ArrayList<>();
    final Map<Candidate, DisplacedTable.Entry> waitedBefore = new IdentityHashMap<>();
    Placement.Outcome<Candidate> outcome;
    final List<Left<Candidate>> refused = new ArrayList<>();
  }

  CarefulFlush(
      Connection connection,
      String group,
      Writers writers,
      CarefulTable.Fillers fillers,
      Flush flush,
      boolean retry) {
    this.connection = connection;
    this.writers = writers;
    this.fillers = fillers;
    this.displaced = new DisplacedTable(connection, group);
    this.dead = new DeadTable(connection, group);
    this.flush = flush;
    this.retry = retry;
    this.partitions = flush.moves().stream().map(Flush.Move::partition).toList();
  }

  /**
   * Does it.
   *
   * @return done, to be committed; or refused, to be rolled back, with {@link #bad} to be written
   *     down
   * @throws SQLException where the connection breaks
   */
  Flushed run() throws SQLException {
    try {
      return place();
    } catch (SQLException e) {
      if (Failures.passes(e)) {
        throw e;
      }
      return new Flushed.Refused(at, "", Failures.text(e), e.getSQLState(), false);
    }
  }

  /** The bad rows that stop the line, where it was refused. */
  List<BadRow> bad() {
    return bad;
  }

  private Flushed place() throws SQLException {
    try (Statement statement = connection.createStatement()) {
      // Else the commit would say what no row can be found for.
      statement.execute("SET CONSTRAINTS ALL IMMEDIATE");
    }
    gather();
    for (Work work : works.values()) {
      placeFirst(work);
    }
    // A child may come before its parent in one flush.
    long waiting = waiting();
    for (long before = Long.MAX_VALUE; works.size() > 1 && waiting > 0 && waiting < before; ) {
      before = waiting;
      for (Work work : works.values()) {
        placeAgain(work);
      }
      waiting = waiting();
    }
    Optional<Flushed.Refused> refused = judge();
    if (refused.isPresent()) {
      return refused.get();
    }
    writeDown();
    return new Flushed.Done(Set.of(), Set.of(), List.copyOf(bad), waiting);
  }

  private void gather() throws SQLException {
    for (TableBatch batch : flush.batches()) {
      at = batch.table().id();
      Work work = new Work();
      work.batch = Optional.of(batch);
      work.table = careful(batch.table(), batch.columns(), batch.writing());
      works.put(at, work);
    }
    if (partitions.isEmpty()) {
      return;
    }
    for (DisplacedTable.Entry entry : displaced.of(partitions)) {
      Work work = works.get(entry.table());
      if (work == null) {
        at = entry.table();
        Table table =
            TableReader.read(connection, at)
                .orElseThrow(() -> new SQLException(at + " does not exist", "42P01"));
        work = new Work();
        work.table =
            careful(
                table,
                entry.columns().isEmpty() ? table.primaryKey() : entry.columns(),
                entry.writing());
        works.put(at, work);
      }
      work.entries.add(entry);
    }
  }

  private CarefulTable careful(Table table, List<String> columns, Writing writing)
      throws SQLException {
    if (writing.fills()) {
      ColumnsWriter.beBrief(connection);
    }
    return new CarefulTable(connection, c -> writers.of(table, c), fillers, columns, writing);
  }

  private void placeFirst(Work work) throws SQLException {
    at = work.table.writer().table().id();
    Map<String, DisplacedTable.Entry> waited = new HashMap<>();
    work.entries.forEach(entry -> waited.put(place(entry.origin()), entry));
    List<Candidate> deletes = new ArrayList<>();
    List<Candidate> writes = new ArrayList<>();
    if (work.batch.isPresent()) {
      TableBatch batch = work.batch.get();
      refuseUnevaluated(work, batch);
      for (Row key : batch.deletes()) {
        Optional<Origin> origin = batch.origins().of(key);
        deletes.add(Candidate.delete(key, origin, since(waited, origin)));
      }
      for (List<Row> rows : List.of(batch.upserts(), batch.inserts())) {
        for (Row row : rows) {
          Optional<Origin> origin = batch.origins().of(row);
          DisplacedTable.Entry before = origin.map(o -> waited.get(place(o))).orElse(null);
          Candidate write =
              Candidate.write(
                  work.table.writer().keyOf(row),
                  origin,
                  since(waited, origin),
                  batch.columns(),
                  row);
          if (before != null) {
            keepRest(write, before);
          }
          writes.add(write);
        }
      }
    }
    List<Candidate> waiting = new ArrayList<>();
    for (DisplacedTable.Entry entry : work.entries) {
      if (isInBatch(work, entry.origin())) {
        continue;
      }
      Optional<Origin> origin = Optional.of(entry.origin());
      Optional<Instant> since = Optional.of(entry.since());
      Candidate again =
          entry.image().isPresent()
              ? Candidate.write(entry.key(), origin, since, entry.columns(), entry.image().get())
              : Candidate.delete(entry.key(), origin, since);
      work.waitedBefore.put(again, entry);
      (again.isDelete() ? deletes : waiting).add(again);
    }
    if (work.table.writing().fills()) {
      absentFrom(work, deletes, writes, waiting);
    }
    work.outcome = Placement.place(work.table, deletes, writes, waiting);
    work.refused.addAll(work.outcome.refused());
  }

  /** Rows that others insert: of their own log they are gone, of another one they are to come. */
  private void absentFrom(
      Work work, List<Candidate> deletes, List<Candidate> writes, List<Candidate> waiting)
      throws SQLException {
    boolean own = work.table.writing() == Writing.OWN_COLUMNS;
    if (own) {
      List<Candidate> all = new ArrayList<>(deletes);
      all.addAll(writes);
      if (work.table.present(all).size() < all.size() && work.batch.isPresent()) {
        Visibility.require(connection, work.batch.get().transactions());
      }
    }
    Set<Candidate> present = Collections.newSetFromMap(new IdentityHashMap<>());
    present.addAll(work.table.present(writes));
    if (!own) {
      writes.stream().filter(row -> !present.contains(row)).forEach(waiting::add);
    }
    writes.removeIf(row -> !present.contains(row));
  }

  /** What stands of their keys is of the past. */
  private void refuseUnevaluated(Work work, TableBatch batch) throws SQLException {
    List<Candidate> gone = new ArrayList<>();
    for (BadRow.Unevaluated row : batch.bad()) {
      Candidate candidate =
          Candidate.delete(row.key().orElse(Row.of()), Optional.of(row.origin()), Optional.empty());
      row.key().ifPresent(key -> gone.add(candidate));
      work.refused.add(
          new Left<>(candidate, new Refusal(Placement.Fault.THE_ROW, row.error(), row.code(), "")));
    }
    work.table.drop(gone);
  }

  /** What the row held that nobody fills for us went into the entry when it was taken away. */
  private static void keepRest(Candidate write, DisplacedTable.Entry before) {
    if (before.image().isEmpty()) {
      return;
    }
    List<String> rest = new ArrayList<>();
    List<String> values = new ArrayList<>();
    for (int i = 0; i < before.columns().size(); i++) {
      if (!write.columns().contains(before.columns().get(i))) {
        rest.add(before.columns().get(i));
        values.add(before.image().get().get(i));
      }
    }
    write.keep(rest, Row.of(values.toArray(new String[0])));
  }

  private static Optional<Instant> since(
      Map<String, DisplacedTable.Entry> waited, Optional<Origin> origin) {
    return origin.map(o -> waited.get(place(o))).map(DisplacedTable.Entry::since);
  }

  private static String place(Origin origin) {
    return origin.partition() + " " + origin.key();
  }

  private static boolean isInBatch(Work work, Origin origin) {
    return work.batch
        .filter(batch -> batch.origins().has(origin.partition(), origin.key()))
        .isPresent();
  }

  private void placeAgain(Work work) throws SQLException {
    if (work.outcome.waiting().isEmpty()) {
      return;
    }
    at = work.table.writer().table().id();
    List<Candidate> deletes = new ArrayList<>();
    List<Candidate> waiting = new ArrayList<>();
    work.outcome
        .waiting()
        .forEach(left -> (left.row().isDelete() ? deletes : waiting).add(left.row()));
    work.outcome = Placement.place(work.table, deletes, List.of(), waiting);
    work.refused.addAll(work.outcome.refused());
  }

  private long waiting() {
    return works.values().stream().mapToLong(work -> work.outcome.waiting().size()).sum();
  }

  /** Who stops the line; the others become bad rows to be written down. */
  private Optional<Flushed.Refused> judge() throws SQLException {
    Set<String> skipped = new HashSet<>();
    if (!partitions.isEmpty()) {
      for (DeadTable.Entry entry : dead.of(partitions)) {
        if (entry.isSkipped()) {
          skipped.add(entry.table() + " " + entry.partition() + " " + entry.offset());
        }
      }
    }
    List<BadRow> stops = new ArrayList<>();
    for (Map.Entry<TableId, Work> one : works.entrySet()) {
      TableId table = one.getKey();
      Work work = one.getValue();
      Table shape = work.table.writer().table();
      for (Left<Candidate> left : work.refused) {
        Optional<Origin> origin = left.row().origin();
        if (origin.isEmpty()) {
          return Optional.of(refused(table, shape, left, false));
        }
        boolean isSkipped =
            skipped.contains(table + " " + origin.get().partition() + " " + origin.get().offset());
        boolean stop = flush.onBadRow() == OnBadRow.STOP && !retry && !isSkipped;
        BadRow row = badRow(table, shape, left, stop ? BadRow.State.STOPPED : BadRow.State.PARKED);
        (stop ? stops : bad).add(row);
      }
      for (Left<Candidate> left : work.outcome.waiting()) {
        if (left.row().origin().isEmpty()) {
          return Optional.of(refused(table, shape, left, false));
        }
      }
    }
    if (!stops.isEmpty()) {
      bad.clear();
      bad.addAll(stops);
      BadRow first = stops.get(0);
      return Optional.of(
          new Flushed.Refused(first.table(), first.key(), first.error(), first.code(), true));
    }
    return tooMany();
  }

  private Optional<Flushed.Refused> tooMany() {
    if (waiting() <= MOST_WAITING) {
      return Optional.empty();
    }
    for (Map.Entry<TableId, Work> one : works.entrySet()) {
      for (Left<Candidate> left : one.getValue().outcome.waiting()) {
        return Optional.of(
            new Flushed.Refused(
                one.getKey(),
                "",
                waiting()
                    + " rows wait for other rows, the first one because of: "
                    + left.why().error()
                    + "; more than "
                    + MOST_WAITING
                    + " do not. "
                    + (one.getValue().table.writing().fills()
                        ? "Have the rows inserted first, or leave those that have none out in the"
                            + " WHERE"
                        : "Drop the constraint "
                            + left.why().constraint()
                            + " until the migration has caught up"),
                left.why().code(),
                false));
      }
    }
    return Optional.empty();
  }

  private static Flushed.Refused refused(
      TableId table, Table shape, Left<Candidate> left, boolean decidable) {
    return new Flushed.Refused(
        table,
        TableWriter.text(shape, left.row().key()),
        left.why().error(),
        left.why().code(),
        decidable);
  }

  private static BadRow badRow(
      TableId table, Table shape, Left<Candidate> left, BadRow.State state) {
    Origin origin = left.row().origin().orElseThrow();
    Row key = left.row().key();
    return new BadRow(
        table,
        origin,
        key.size() == 0 ? origin.key() : TableWriter.text(shape, key),
        left.why().error(),
        left.why().code(),
        Instant.now(),
        state,
        "");
  }

  private void writeDown() throws SQLException {
    for (Map.Entry<TableId, Work> one : works.entrySet()) {
      Work work = one.getValue();
      Map<DisplacedTable.Entry, Refusal> still = new IdentityHashMap<>();
      for (Left<Candidate> left : work.outcome.waiting()) {
        DisplacedTable.Entry entry = work.waitedBefore.get(left.row());
        if (entry != null) {
          still.put(entry, left.why());
        } else {
          Origin origin = left.row().origin().orElseThrow();
          displaced.add(one.getKey(), work.table.writing(), left.row(), origin, left.why());
        }
      }
      List<Long> gone = new ArrayList<>();
      for (DisplacedTable.Entry entry : work.entries) {
        Refusal why = still.get(entry);
        if (why == null) {
          gone.add(entry.id());
        } else if (!why.constraint().isEmpty() && !why.equals(entry.why())) {
          displaced.why(entry.id(), why);
        }
      }
      displaced.remove(gone);
    }
    if (!partitions.isEmpty()) {
      writeDownBad();
    }
  }

  private void writeDownBad() throws SQLException {
    Map<String, Long> committed = new HashMap<>();
    for (Flush.Move move : flush.moves()) {
      committed.put(move.partition().toString(), move.prev());
      dead.clean(move.partition(), move.prev());
    }
    Map<String, BadRow> now = new HashMap<>();
    bad.forEach(row -> now.put(row.table() + " " + place(row.origin()), row));
    List<Long> known = new ArrayList<>();
    List<Long> mayBeUnknown = new ArrayList<>();
    for (DeadTable.Entry entry : dead.of(partitions)) {
      String place = entry.table() + " " + entry.partition() + " " + entry.key();
      BadRow row = now.get(place);
      Work work = works.get(entry.table());
      boolean touched =
          work != null
              && work.batch
                  .filter(batch -> batch.origins().has(entry.partition(), entry.key()))
                  .isPresent();
      if (row != null && row.origin().offset() == entry.offset()) {
        dead.again(entry.id(), row);
        now.remove(place);
      } else if (row != null || touched) {
        boolean published =
            entry.state().equals("stopped")
                || entry.offset() < committed.get(entry.partition().toString());
        (published ? known : mayBeUnknown).add(entry.id());
      }
    }
    dead.supersede(known, false);
    dead.supersede(mayBeUnknown, true);
    for (BadRow row : now.values()) {
      dead.add(row);
    }
    if (retry) {
      // The others' records are in the dead topic.
      bad.retainAll(now.values());
    }
  }
}
