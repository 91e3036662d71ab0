package io.crossfade.transform;

import io.crossfade.core.table.Row;
import io.crossfade.core.table.Table;
import io.crossfade.core.table.TableId;
import io.crossfade.core.table.TypeFamily;
import io.crossfade.core.target.BadRow;
import io.crossfade.core.target.TableBatch;
import io.crossfade.core.target.Writing;
import io.crossfade.wire.OrphanDelete;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** A mapping, prepared: where the key's columns are, in which order rows are written. */
final class MappedTable {

  private final Mapping mapping;
  private final Comparator<Row> byKey;
  private final Comparator<Row> byKeyInRow;

  MappedTable(Mapping mapping) {
    this.mapping = mapping;
    Table target = mapping.target();
    List<String> key = target.primaryKey();
    int[] inKey = new int[key.size()];
    int[] inRow = new int[key.size()];
    boolean[] numbers = new boolean[key.size()];
    for (int i = 0; i < inKey.length; i++) {
      inKey[i] = i;
      inRow[i] = mapping.mapper().columns().indexOf(key.get(i));
      TypeFamily family = target.column(key.get(i)).type().family();
      numbers[i] = family.isInteger();
    }
    this.byKey = comparator(inKey, numbers);
    this.byKeyInRow = comparator(inRow, numbers);
  }

  RowsMapper mapper() {
    return mapping.mapper();
  }

  /** The same, of a table that is written from the topic with the mapper's rows. */
  RowMapper direct() {
    return (RowMapper) mapping.mapper();
  }

  Table target() {
    return mapping.target();
  }

  /** Whether the row goes from this table, and no old row can make its key still. */
  boolean loses(OrphanDelete orphan) {
    return orphan.into().equals(target().id()) && orphan.mapping().equals(mapper().fingerprint());
  }

  Writing writing() {
    return mapping.writing();
  }

  boolean targetWasEmpty() {
    return mapping.targetWasEmpty();
  }

  /** The changes of all partitions: one batch for each new table. */
  static List<TableBatch> batches(List<TableChanges> changes) {
    Map<TableId, List<TableChanges>> byTable = new LinkedHashMap<>();
    changes.forEach(
        one ->
            byTable.computeIfAbsent(one.table().target().id(), id -> new ArrayList<>()).add(one));
    List<TableBatch> batches = new ArrayList<>();
    byTable.forEach(
        (id, all) -> {
          // Of a mapping whose rows go on there are bad ones only, in no columns.
          MappedTable written =
              all.stream().filter(TableChanges::hasRows).findFirst().orElse(all.get(0)).table();
          batches.add(written.batch(all));
        });
    return batches;
  }

  /** The changes of all partitions as one batch, keys sorted. */
  private TableBatch batch(List<TableChanges> partitions) {
    List<Row> deletes = new ArrayList<>();
    List<Row> upserts = new ArrayList<>();
    List<Row> inserts = new ArrayList<>();
    List<BadRow.Unevaluated> bad = new ArrayList<>();
    Set<Long> transactions = new HashSet<>();
    for (TableChanges partition : partitions) {
      transactions.addAll(partition.transactions());
      bad.addAll(partition.bad());
      for (TableChanges.Change change : partition.changes()) {
        switch (change.kind()) {
          case DELETE:
            deletes.add(change.row());
            break;
          case UPSERT:
            upserts.add(change.row());
            break;
          case INSERT:
            inserts.add(change.row());
            break;
          case ELSEWHERE:
            break;
        }
      }
    }
    deletes.sort(byKey);
    upserts.sort(byKeyInRow);
    inserts.sort(byKeyInRow);
    return new TableBatch(
        target(),
        mapper().columns(),
        deletes,
        upserts,
        inserts,
        bad,
        new BatchOrigins(partitions),
        writing(),
        transactions);
  }

  /**
   * Any order does against deadlocks, as long as it is always the same; whole numbers by value,
   * since neighbours in the index are written together then.
   */
  private static Comparator<Row> comparator(int[] places, boolean[] numbers) {
    return (a, b) -> {
      for (int i = 0; i < places.length; i++) {
        String left = a.get(places[i]);
        String right = b.get(places[i]);
        int order = numbers[i] ? compareNumbers(left, right) : compare(left, right);
        if (order != 0) {
          return order;
        }
      }
      return 0;
    };
  }

  /** A key that is NULL is refused by the target, which says so better. */
  private static int compare(String left, String right) {
    if (left == null || right == null) {
      return Boolean.compare(left == null, right == null);
    }
    return left.compareTo(right);
  }

  private static int compareNumbers(String left, String right) {
    if (left == null || right == null) {
      return compare(left, right);
    }
    boolean negative = left.startsWith("-");
    if (negative != right.startsWith("-")) {
      return negative ? -1 : 1;
    }
    int order =
        left.length() != right.length()
            ? Integer.compare(left.length(), right.length())
            : left.compareTo(right);
    return negative ? -order : order;
  }
}
