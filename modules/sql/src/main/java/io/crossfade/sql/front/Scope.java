package io.crossfade.sql.front;

import io.crossfade.core.table.Column;
import io.crossfade.core.table.Table;
import io.crossfade.core.table.TableId;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.calcite.sql.SqlIdentifier;
import org.apache.calcite.sql.parser.SqlParserPos;

/**
 * What a FROM makes visible: relations by their names, side by side in one row. Calcite is shown
 * one table with all their columns, and never a join.
 */
final class Scope {

  /**
   * A relation of the FROM.
   *
   * @param name what its columns are qualified with
   * @param what for messages
   * @param key the columns that tell its rows apart; empty where none do
   */
  record Relation(String name, String what, List<Column> columns, List<String> key) {
    Relation {
      columns = List.copyOf(columns);
      key = List.copyOf(key);
    }

    static Relation of(String name, Table table) {
      return new Relation(name, table.id().toString(), table.columns(), table.primaryKey());
    }
  }

  private static final TableId SEVERAL = new TableId("crossfade", "row");

  private final List<Relation> relations;
  private final Table row;
  private final String alias;

  /** One table. */
  Scope(Table table, String name) {
    this.relations = List.of(Relation.of(name, table));
    this.row = table;
    this.alias = name;
  }

  private Scope(List<Relation> relations) {
    this.relations = List.copyOf(relations);
    List<Column> columns = new ArrayList<>();
    for (Relation relation : relations) {
      for (Column column : relation.columns()) {
        columns.add(Column.nullable("c" + columns.size(), column.type()));
      }
    }
    this.row = new Table(SEVERAL, columns, List.of());
    this.alias = "crossfade_row";
  }

  /** The same with one more relation on the right. */
  Scope with(Relation relation) {
    List<Relation> all = new ArrayList<>(relations);
    all.add(relation);
    return new Scope(all);
  }

  List<Relation> relations() {
    return relations;
  }

  /** The one table that Calcite is shown. */
  Table row() {
    return row;
  }

  /** What that is called. */
  String alias() {
    return alias;
  }

  /** The relation of that name. */
  Optional<Relation> relation(String name) {
    return relations.stream().filter(relation -> relation.name().equals(name)).findFirst();
  }

  /** The place of a relation's first column in the row. */
  int offset(Relation relation) {
    int offset = 0;
    for (Relation before : relations) {
      if (before == relation) {
        return offset;
      }
      offset += before.columns().size();
    }
    throw new IllegalArgumentException(relation + " is none of this FROM");
  }

  /** A column of the row, as Calcite is to see it. */
  SqlIdentifier column(int place, SqlParserPos pos) {
    // Qualified, or Calcite would take a column current_path for a function of that name.
    return new SqlIdentifier(List.of(alias, row.columns().get(place).name()), pos);
  }
}
