package io.crossfade.verify;

import io.crossfade.core.table.Row;
import io.crossfade.core.table.TypeFamily;
import io.crossfade.core.verify.ReadFailedException;
import io.crossfade.core.verify.Relation;
import io.crossfade.core.verify.RelationColumn;
import io.crossfade.verify.Difference.ColumnDifference;
import io.crossfade.verify.Difference.Kind;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Compares rows of one new table, value by value. */
final class RowComparison {

  /** What is shown of a value. */
  private static final int SHOWN = 200;

  private final List<RelationColumn> columns;
  private final List<RelationColumn> key;
  private final int[] keyIndexes;

  RowComparison(Relation actual) {
    this.columns = actual.columns();
    this.key = actual.key();
    List<String> names = columns.stream().map(RelationColumn::name).toList();
    this.keyIndexes = key.stream().mapToInt(column -> names.indexOf(column.name())).toArray();
  }

  boolean equal(Row expected, Row actual) {
    for (int i = 0; i < columns.size(); i++) {
      if (compare(i, expected, actual) != ValueComparison.Result.EQUAL) {
        return false;
      }
    }
    return true;
  }

  private ValueComparison.Result compare(int column, Row expected, Row actual) {
    return ValueComparison.compare(
        columns.get(column).as().family(), expected.get(column), actual.get(column));
  }

  /** What is wrong, of two rows that are not equal. */
  Kind kind(Optional<Row> expected, Optional<Row> actual, boolean wasExpectedBefore) {
    if (expected.isEmpty()) {
      return Kind.EXTRA;
    }
    if (actual.isEmpty()) {
      return Kind.MISSING;
    }
    if (wasExpectedBefore) {
      return Kind.STALE;
    }
    for (int i = 0; i < columns.size(); i++) {
      if (compare(i, expected.get(), actual.get()) == ValueComparison.Result.DIFFERENT) {
        return Kind.VALUE;
      }
    }
    return Kind.PRECISION;
  }

  List<ColumnDifference> differing(Row expected, Row actual) {
    List<ColumnDifference> differing = new ArrayList<>();
    for (int i = 0; i < columns.size(); i++) {
      if (compare(i, expected, actual) != ValueComparison.Result.EQUAL) {
        differing.add(
            new ColumnDifference(
                columns.get(i).name(), shown(expected.get(i)), shown(actual.get(i))));
      }
    }
    return differing;
  }

  private static Optional<String> shown(String value) {
    return Optional.ofNullable(value)
        .map(
            text ->
                text.length() <= SHOWN
                    ? text
                    : text.substring(0, SHOWN) + "… (" + text.length() + " characters)");
  }

  /** A key that is the same text on both sides; still to be looked up by. */
  Row key(Row values) {
    String[] normal = new String[key.size()];
    for (int i = 0; i < normal.length; i++) {
      if (values.get(i) == null) {
        throw new ReadFailedException(
            "there is a row whose key column " + key.get(i).name() + " is NULL", false, null);
      }
      normal[i] = normal(key.get(i).as().family(), values.get(i));
    }
    return Row.of(normal);
  }

  /** The key of a whole row. */
  Row keyOf(Row row) {
    String[] values = new String[keyIndexes.length];
    for (int i = 0; i < values.length; i++) {
      values[i] = row.get(keyIndexes[i]);
    }
    return key(Row.of(values));
  }

  Map<String, String> named(Row keyRow) {
    Map<String, String> named = new LinkedHashMap<>();
    for (int i = 0; i < key.size(); i++) {
      named.put(key.get(i).name(), keyRow.get(i));
    }
    return named;
  }

  /** The same text for values that the database holds to be the same. */
  static String normal(TypeFamily family, String text) {
    return switch (family) {
      case NUMERIC -> text.indexOf('.') < 0 ? text : plain(new BigDecimal(text));
      case FLOAT4, FLOAT8 -> text.equals("-0") ? "0" : text;
      case CHAR -> text.replaceFirst(" +$", "");
      default -> text;
    };
  }

  private static String plain(BigDecimal number) {
    return number.signum() == 0 ? "0" : number.stripTrailingZeros().toPlainString();
  }
}
