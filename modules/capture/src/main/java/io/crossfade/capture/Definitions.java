package io.crossfade.capture;

import io.crossfade.core.BlockedException;
import io.crossfade.core.source.SourceDatabase;
import io.crossfade.core.source.TableDefinition;
import io.crossfade.core.table.TableId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The tables' definitions as they were accepted last, against which each look is held (I9). A look
 * is taken by any thread, then a marker is written; it is compared by the log's thread when the
 * marker is met, for by then a TRUNCATE that the look saw the traces of has been told.
 */
final class Definitions {

  /**
   * The definitions at one moment.
   *
   * @param cameEmpty of each table the parts that have joined it since, without rows
   */
  record Look(List<TableDefinition> definitions, Map<TableId, Set<String>> cameEmpty) {}

  private final SourceDatabase source;
  private final Map<TableId, Set<String>> used;
  private final Map<TableId, TableDefinition> accepted = new ConcurrentHashMap<>();

  /**
   * @param used of each table the columns that count
   * @param accepted as they were last
   */
  Definitions(
      SourceDatabase source,
      Map<TableId, Set<String>> used,
      Map<TableId, TableDefinition> accepted) {
    this.source = source;
    this.used = Map.copyOf(used);
    this.accepted.putAll(accepted);
  }

  /** Looks at all tables. Asks the source. */
  Look look() {
    List<TableDefinition> now = source.definitions(used.keySet());
    Map<TableId, Set<String>> cameEmpty = new HashMap<>();
    for (TableDefinition definition : now) {
      TableId table = definition.table();
      Set<String> before = accepted.get(table).parts();
      if (before.isEmpty()) {
        continue; // all are taken as they are
      }
      Set<String> empty = new HashSet<>();
      for (String part : definition.parts()) {
        if (!before.contains(part) && source.cameEmpty(table, part)) {
          empty.add(part);
        }
      }
      cameEmpty.put(table, empty);
    }
    return new Look(now, cameEmpty);
  }

  /**
   * Compares a look.
   *
   * @return those that are another than before, and do no harm
   * @throws BlockedException where rows have changed that no event tells of
   */
  List<TableDefinition> accept(Look look) {
    List<TableDefinition> other = new ArrayList<>();
    for (TableDefinition now : look.definitions()) {
      TableId table = now.table();
      TableDefinition before = accepted.get(table);
      if (before.equals(now)) {
        continue;
      }
      before
          .changedTo(now, used.get(table), look.cameEmpty().getOrDefault(table, Set.of()))
          .ifPresent(
              what -> {
                throw changed(table, what);
              });
      accepted.put(table, now);
      other.add(now);
    }
    return other;
  }

  /** The table was truncated: its parts are taken as they are the next time. */
  Optional<TableDefinition> truncated(TableId table) {
    return Optional.ofNullable(
        accepted.computeIfPresent(table, (t, before) -> before.withoutParts()));
  }

  /** A table's definition has changed so that rows may have changed without an event. */
  static BlockedException changed(TableId table, String what) {
    return new BlockedException(
        table + " has changed while it is migrated: " + what,
        "`crossfade resync --table "
            + table
            + "` copies its rows again; where the change touches what a SELECT says, stop the job,"
            + " start it with a SELECT that fits, then resync");
  }
}
