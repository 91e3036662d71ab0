package io.crossfade.core.table;

import java.util.Arrays;
import java.util.Objects;

/**
 * A row's key within all tables of a migration: the table and the canonical bytes of its primary
 * key.
 */
public final class Key {

  private final TableId table;
  private final byte[] bytes;
  private final int hash;

  /** The bytes belong to the key from now on. */
  public Key(TableId table, byte[] bytes) {
    this.table = Objects.requireNonNull(table, "table");
    this.bytes = Objects.requireNonNull(bytes, "bytes");
    this.hash = Arrays.hashCode(bytes);
  }

  /** The table. */
  public TableId table() {
    return table;
  }

  /** The canonical bytes; not to be changed. */
  public byte[] bytes() {
    return bytes;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Key key
        && hash == key.hash
        && Arrays.equals(bytes, key.bytes)
        && table.equals(key.table);
  }

  @Override
  public int hashCode() {
    return hash;
  }

  @Override
  public String toString() {
    return table + " " + new String(bytes, java.nio.charset.StandardCharsets.UTF_8);
  }
}
