package io.crossfade.cli.plan;

import io.crossfade.core.table.Column;
import io.crossfade.core.table.ColumnType;
import io.crossfade.core.table.Table;
import io.crossfade.sql.RowsPlan;
import java.util.List;

/**
 * How large what a mapping remembers is: as it is stored, JSON with the columns' names, for values
 * of usual length.
 */
final class StateEstimate {

  /** Quotes, colon and comma of a column. */
  private static final int COLUMN = 6;

  /** A version, a number and a length. */
  private static final int KEYS = 9;

  /** The same, and a sequence and the lengths of four values. */
  private static final int CLAIM = 29;

  private StateEstimate() {}

  /** Bytes of one key that a row of the old table has claimed. */
  static long claimed(Table old, Table target) {
    return KEYS + json(old, old.primaryKey()) + json(target, target.primaryKey());
  }

  /** Bytes of one row of the new table with who claims its key. */
  static long claim(Table old, Table target, List<String> filled) {
    return CLAIM
        + json(target, target.primaryKey())
        + json(old, old.primaryKey())
        + old.id().toString().length()
        + json(target, filled);
  }

  /** Bytes of one row of each old table, as far as it is read, with what they share. */
  static long rows(RowsPlan plan) {
    long bytes = 0;
    for (Table table : plan.sources()) {
      bytes +=
          KEYS
              + 2 * json(table, table.primaryKey())
              + json(table, List.copyOf(plan.inputColumns(table.id())));
    }
    return bytes;
  }

  private static long json(Table table, List<String> columns) {
    long bytes = 2;
    for (String name : columns) {
      Column column = table.column(name);
      bytes += name.length() + COLUMN + width(column.type());
    }
    return bytes;
  }

  private static int width(ColumnType type) {
    return switch (type.family()) {
      case BOOLEAN -> 1;
      case INT2, INT4 -> 5;
      case INT8, NUMERIC, DATE -> 10;
      case FLOAT4, FLOAT8, TIME -> 15;
      case TIMESTAMP, TIMESTAMPTZ -> 29;
      case UUID -> 36;
      case JSON, JSONB -> 200;
      case ARRAY, BYTES -> 50;
      default -> 20;
    };
  }
}
