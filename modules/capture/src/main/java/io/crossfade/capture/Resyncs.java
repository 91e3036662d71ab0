package io.crossfade.capture;

import io.crossfade.core.capture.Resync;
import io.crossfade.core.source.CapturedTable;
import io.crossfade.core.source.Snapshot;
import io.crossfade.core.source.TableDefinition;
import io.crossfade.core.table.TableId;
import io.crossfade.wire.ResyncOrder;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Which tables are copied again, at the start of a term: those whose copy a former term has begun
 * and not ended, and those that somebody has ordered since. An order is taken up at a start, since
 * that is where a log is begun anew, a line drawn, and everything read anew.
 */
final class Resyncs {

  private final Collection<TableId> tables;
  private final Map<TableId, Resync> all = new HashMap<>();
  private final Map<TableId, ResyncOrder> ordered = new LinkedHashMap<>();

  private Resyncs(Collection<TableId> tables) {
    this.tables = tables;
  }

  static Resyncs of(Collection<TableId> tables, Remembered remembered) {
    Resyncs resyncs = new Resyncs(tables);
    for (TableId table : tables) {
      remembered.resync(table).ifPresent(resync -> resyncs.all.put(table, resync));
      if (remembered.position().isPresent()) {
        remembered.openOrder(table).ifPresent(order -> resyncs.ordered.put(table, order));
      }
    }
    return resyncs;
  }

  /** Whether each table is to be copied again from now on: then the log may be a new one. */
  boolean ofAll() {
    return ordered.size() == tables.size();
  }

  /**
   * What was ordered begins.
   *
   * @param sequence the last one published
   * @param snapshot taken after the log is there
   */
  void begin(long sequence, Supplier<Snapshot> snapshot) {
    if (ordered.isEmpty()) {
      return;
    }
    String seen = snapshot.get().toString();
    ordered.forEach(
        (table, order) -> {
          // What an unfinished one has published is no reason to keep a row.
          all.put(table, new Resync(order.id(), sequence, seen, false));
        });
  }

  /** Whether the table's copy begins again with this term. */
  boolean hasBegun(TableId table) {
    return ordered.containsKey(table);
  }

  /** The table's copy that goes on or begins; empty where there is none. */
  Optional<Resync> unfinished(TableId table) {
    return Optional.ofNullable(all.get(table)).filter(resync -> !resync.done());
  }

  Map<TableId, Resync> all() {
    return Map.copyOf(all);
  }

  /** Adds what begins to the open transaction. */
  void publish(Publisher publisher) {
    for (TableId table : ordered.keySet()) {
      publisher.resync(table, all.get(table));
      publisher.backfillAnew(table);
    }
  }

  /**
   * The definitions to compare with from now on: those that were accepted last, or as they are now
   * where a table is new or copied again.
   *
   * @throws io.crossfade.core.BlockedException where one has changed
   */
  static Map<TableId, TableDefinition> accepted(
      List<TableDefinition> definitions,
      Collection<CapturedTable> tables,
      Remembered remembered,
      Resyncs resyncs) {
    Map<TableId, TableDefinition> accepted = new HashMap<>();
    List<CapturedTable> inOrder = new ArrayList<>(tables);
    for (int i = 0; i < inOrder.size(); i++) {
      CapturedTable captured = inOrder.get(i);
      TableId table = captured.table().id();
      TableDefinition now = definitions.get(i);
      Optional<TableDefinition> before =
          resyncs.hasBegun(table) ? Optional.empty() : remembered.definition(table);
      before
          .flatMap(definition -> definition.shapeChangedTo(now, captured.used()))
          .ifPresent(
              what -> {
                throw Definitions.changed(table, what);
              });
      accepted.put(table, before.orElse(now));
    }
    return accepted;
  }
}
