package io.crossfade.transform;

import io.crossfade.core.table.Row;
import io.crossfade.core.target.BadRow;
import io.crossfade.core.target.InputPartition;
import io.crossfade.core.target.Origin;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiConsumer;

/**
 * What happens to one new table by the records of one partition since the last commit: the last
 * change of each key. Keys are told apart by the record's key, whose bytes are canonical, and not
 * by the new row's values.
 */
final class TableChanges {

  /** What is to be done with a key. */
  enum Kind {
    DELETE,
    UPSERT,
    /** The first record of its key, so that no row of it can be there. */
    INSERT,
    /** Nothing here: its rows are written from where they meet others. */
    ELSEWHERE
  }

  /**
   * A key's last change.
   *
   * @param row the whole row; of a delete the key alone; null where nothing is to be done here
   * @param offset its record's
   * @param value its record's; null for a delete
   */
  record Change(Kind kind, Row row, long offset, byte[] value) {}

  private final InputPartition partition;
  private final MappedTable table;

  /** As they came: rows of a first load come in the order of their keys, which spares sorting. */
  private final Map<RecordKey, Change> changes = new LinkedHashMap<>();

  private final Set<Long> transactions = new HashSet<>();

  /** Keys whose last record could not be evaluated. */
  private final Map<RecordKey, BadRow.Unevaluated> bad = new LinkedHashMap<>();

  TableChanges(InputPartition partition, MappedTable table) {
    this.partition = partition;
    this.table = table;
  }

  InputPartition partition() {
    return partition;
  }

  MappedTable table() {
    return table;
  }

  Iterable<Change> changes() {
    return changes.values();
  }

  Collection<BadRow.Unevaluated> bad() {
    return bad.values();
  }

  int size() {
    return changes.size() + bad.size();
  }

  /** Those that records come from, where it matters who sees them. */
  Set<Long> transactions() {
    return transactions;
  }

  void by(long transaction) {
    transactions.add(transaction);
  }

  /** Whether something is to be written here. */
  boolean hasRows() {
    return changes.values().stream().anyMatch(change -> change.kind() != Kind.ELSEWHERE);
  }

  void delete(long offset, byte[] key, Row targetKey) {
    RecordKey at = new RecordKey(key);
    changes.put(at, new Change(Kind.DELETE, targetKey, offset, null));
    good(at);
  }

  void write(long offset, byte[] key, byte[] value, Row row, boolean first) {
    RecordKey at = new RecordKey(key);
    Change before =
        changes.put(at, new Change(first ? Kind.INSERT : Kind.UPSERT, row, offset, value));
    if (first && before != null) {
      changes.put(at, new Change(Kind.UPSERT, row, offset, value));
    }
    good(at);
  }

  /** The record was good, and its rows are written elsewhere. */
  void elsewhere(long offset, byte[] key) {
    RecordKey at = new RecordKey(key);
    changes.put(at, new Change(Kind.ELSEWHERE, null, offset, null));
    good(at);
  }

  private void good(RecordKey at) {
    if (!bad.isEmpty()) {
      bad.remove(at);
    }
  }

  /**
   * The record could not be evaluated.
   *
   * @param value null for a delete
   * @param targetKey empty where not even that could be
   */
  void bad(
      long offset,
      byte[] key,
      byte[] value,
      Optional<Row> targetKey,
      String error,
      String sqlState) {
    RecordKey at = new RecordKey(key);
    changes.remove(at);
    bad.put(at, new BadRow.Unevaluated(origin(at, offset, value), targetKey, error, sqlState));
  }

  boolean has(String key) {
    RecordKey at = new RecordKey(key.getBytes(StandardCharsets.UTF_8));
    return changes.containsKey(at) || bad.containsKey(at);
  }

  /** Each row with its record. */
  void origins(BiConsumer<Row, Origin> consumer) {
    changes.forEach(
        (key, change) -> {
          if (change.row() != null) {
            consumer.accept(change.row(), origin(key, change.offset(), change.value()));
          }
        });
  }

  private Origin origin(RecordKey key, long offset, byte[] value) {
    return new Origin(
        partition,
        offset,
        new String(key.bytes, StandardCharsets.UTF_8),
        Optional.ofNullable(value).map(bytes -> new String(bytes, StandardCharsets.UTF_8)));
  }

  void clear() {
    changes.clear();
    bad.clear();
    transactions.clear();
  }

  /** A record's key with equality by content. */
  private static final class RecordKey {

    private final byte[] bytes;
    private final int hash;

    RecordKey(byte[] bytes) {
      this.bytes = bytes;
      this.hash = Arrays.hashCode(bytes);
    }

    @Override
    public boolean equals(Object other) {
      return other instanceof RecordKey key && Arrays.equals(bytes, key.bytes);
    }

    @Override
    public int hashCode() {
      return hash;
    }
  }
}
