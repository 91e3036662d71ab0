package io.crossfade.postgres.target;

import io.crossfade.core.table.Row;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * Rows in statements of bounded size, so that none runs into a time-out or holds all values a
 * second time in memory. A single row may be larger than the bound.
 */
final class Slices {

  private static final int ROWS = 5_000;
  private static final long CHARACTERS = 4L << 20;

  private Slices() {}

  /** What is done with a slice. */
  @FunctionalInterface
  interface Statement {
    void execute(List<Row> rows) throws SQLException;
  }

  static List<List<Row>> of(List<Row> rows) {
    return of(rows, row -> row);
  }

  /** As {@link #of(List)}, of what has a row in it. */
  static <T> List<List<T>> of(List<T> rows, Function<T, Row> row) {
    List<List<T>> slices = new ArrayList<>();
    int from = 0;
    long characters = 0;
    for (int i = 0; i < rows.size(); i++) {
      long size = characters(row.apply(rows.get(i)));
      if (i > from && (i - from == ROWS || characters + size > CHARACTERS)) {
        slices.add(rows.subList(from, i));
        from = i;
        characters = 0;
      }
      characters += size;
    }
    if (from < rows.size()) {
      slices.add(rows.subList(from, rows.size()));
    }
    return slices;
  }

  private static long characters(Row row) {
    long sum = 0;
    for (int i = 0; i < row.size(); i++) {
      String value = row.get(i);
      sum += value == null ? 0 : value.length();
    }
    return sum;
  }
}
