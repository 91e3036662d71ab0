package io.crossfade.transform;

import io.crossfade.core.table.Row;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

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
    INSERT
  }

  /**
   * A key's last change.
   *
   * @param row the whole row; of a delete the key alone
   */
  record Change(Kind kind, Row row) {}

  private final MappedTable table;

  /** As they came: rows of a first load come in the order of their keys, which spares sorting. */
  private final Map<RecordKey, Change> changes = new LinkedHashMap<>();

  TableChanges(MappedTable table) {
    this.table = table;
  }

  MappedTable table() {
    return table;
  }

  Iterable<Change> changes() {
    return changes.values();
  }

  int size() {
    return changes.size();
  }

  void delete(byte[] key, Row targetKey) {
    changes.put(new RecordKey(key), new Change(Kind.DELETE, targetKey));
  }

  void write(byte[] key, Row row, boolean first) {
    RecordKey at = new RecordKey(key);
    Change before = changes.put(at, new Change(first ? Kind.INSERT : Kind.UPSERT, row));
    if (first && before != null) {
      changes.put(at, new Change(Kind.UPSERT, row));
    }
  }

  void clear() {
    changes.clear();
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
