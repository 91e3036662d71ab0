package io.crossfade.sql;

import io.crossfade.core.table.Column;
import io.crossfade.core.table.ColumnType;
import io.crossfade.core.table.Row;
import io.crossfade.core.table.Table;
import io.crossfade.core.table.TypeFamily;
import io.crossfade.sql.bind.Compiler;
import io.crossfade.sql.bind.Expr;
import io.crossfade.sql.eval.Eval;
import io.crossfade.sql.front.ParsedSelect.Elements;
import io.crossfade.sql.problem.SqlProblem;
import io.crossfade.sql.value.Jsonb;
import io.crossfade.sql.value.PgArray;
import io.crossfade.sql.value.PgError;
import io.crossfade.sql.value.PgTypes;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * One row of a table becomes one for each element of an array in it: the row's values, the element,
 * and its number where that is asked for. Safe for use by several threads.
 */
final class Splitting {

  private final Elements elements;
  private final Expr array;
  private final Eval text;
  private final Table rows;

  private Splitting(Elements elements, Expr array, Table rows) {
    this.elements = elements;
    this.array = array;
    this.text = Compiler.compileToText(array);
    this.rows = rows;
  }

  /**
   * Of elements that were parsed.
   *
   * @param array the bound expression
   * @param problems takes why it cannot be
   */
  static Optional<Splitting> of(
      Elements elements, Expr array, Table table, List<SqlProblem> problems) {
    Optional<ColumnType> element = element(elements, array, problems);
    if (element.isEmpty()) {
      return Optional.empty();
    }
    List<Column> columns = new ArrayList<>(table.columns());
    // Found by their places; the user's names may be those of the table's columns.
    columns.add(Column.nullable("crossfade element", element.get()));
    if (elements.ordinality().isPresent()) {
      String name = "crossfade ordinality";
      columns.add(
          elements.outer()
              ? Column.nullable(name, PgTypes.INT8)
              : Column.required(name, PgTypes.INT8));
    }
    return Optional.of(
        new Splitting(elements, array, new Table(table.id(), columns, table.primaryKey())));
  }

  private static Optional<ColumnType> element(
      Elements elements, Expr array, List<SqlProblem> problems) {
    TypeFamily wanted =
        switch (elements.of()) {
          case SQL_ARRAY -> TypeFamily.ARRAY;
          case JSONB, JSONB_TEXT -> TypeFamily.JSONB;
          case JSON, JSON_TEXT -> TypeFamily.JSON;
        };
    if (array.type().family() != wanted) {
      problems.add(
          elements
              .position()
              .problem(
                  "this is "
                      + array.type()
                      + "; "
                      + (wanted == TypeFamily.ARRAY
                          ? "UNNEST takes an array"
                          : "the function takes " + PgTypes.plain(wanted).name())));
      return Optional.empty();
    }
    return Optional.of(
        switch (elements.of()) {
          case SQL_ARRAY -> PgTypes.element(array.type());
          case JSONB -> PgTypes.JSONB;
          case JSON -> PgTypes.JSON;
          case JSONB_TEXT, JSON_TEXT -> PgTypes.TEXT;
        });
  }

  /** The rows that come of it; the key is the table's, of which several rows may have the same. */
  Table rows() {
    return rows;
  }

  void collectInputs(Set<Integer> inputs) {
    array.collectInputs(inputs);
  }

  /**
   * The rows of a row.
   *
   * @throws EvaluationException where PostgreSQL would raise an error
   */
  List<Row> of(Row row) throws EvaluationException {
    try {
      List<String> found = elements((String) text.of(row));
      if (found.isEmpty() && elements.outer()) {
        return List.of(with(row, null, null));
      }
      List<Row> split = new ArrayList<>(found.size());
      for (int i = 0; i < found.size(); i++) {
        split.add(with(row, found.get(i), Integer.toString(i + 1)));
      }
      return split;
    } catch (PgError e) {
      throw new EvaluationException(e.sqlState(), null, "FROM: " + e.getMessage(), e);
    }
  }

  private List<String> elements(String value) {
    if (value == null) {
      return List.of();
    }
    return switch (elements.of()) {
      case SQL_ARRAY -> PgArray.parse(value).elements();
      case JSONB, JSON -> Jsonb.elements(value);
      case JSONB_TEXT, JSON_TEXT -> Jsonb.elementsText(value);
    };
  }

  private Row with(Row row, String element, String number) {
    String[] values = new String[rows.columns().size()];
    for (int i = 0; i < row.size(); i++) {
      values[i] = row.get(i);
    }
    values[row.size()] = element;
    if (elements.ordinality().isPresent()) {
      values[row.size() + 1] = number;
    }
    return Row.of(values);
  }
}
