package io.crossfade.sql.reverse;

import io.crossfade.core.table.TableId;
import io.crossfade.sql.front.SqlName;
import java.util.ArrayList;
import java.util.List;

/** The text of a SELECT that is put together column by column. */
final class SelectText {

  private record Item(String expression, String column, String comment) {}

  private final List<Item> items = new ArrayList<>();

  /** An output column. */
  void add(String expression, String column) {
    items.add(new Item(expression, column, ""));
  }

  /** An output column that somebody has to fill in. */
  void addGap(String column, String comment) {
    items.add(new Item("...", column, comment));
  }

  /** The SELECT, an output a line. */
  String from(TableId table) {
    StringBuilder sql = new StringBuilder("SELECT\n");
    for (int i = 0; i < items.size(); i++) {
      Item item = items.get(i);
      String name = SqlName.of(item.column());
      if (!item.comment().isEmpty()) {
        // A name may hold a line break; a comment may not.
        sql.append("  -- ").append(item.comment().replaceAll("\\s+", " ")).append('\n');
      }
      sql.append("  ").append(item.expression());
      if (!item.expression().equals(name)) {
        sql.append(" AS ").append(name);
      }
      sql.append(i + 1 < items.size() ? ",\n" : "\n");
    }
    return sql.append("FROM ").append(SqlName.of(table)).toString();
  }
}
