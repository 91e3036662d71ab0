package io.crossfade.sql.reverse;

import io.crossfade.core.table.Column;
import io.crossfade.core.table.ColumnType;
import io.crossfade.core.table.Table;
import io.crossfade.sql.front.ParsedSelect;
import io.crossfade.sql.front.ParsedSelect.Item;
import io.crossfade.sql.front.SqlName;
import io.crossfade.sql.front.Term;
import io.crossfade.sql.front.Term.CastTerm;
import io.crossfade.sql.front.Term.ColumnTerm;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** Which new columns hold an old one. */
final class Origins {

  /**
   * A new column from which an old one comes back.
   *
   * @param column the new one
   * @param back how
   */
  record Origin(Column column, WayBack back) {}

  private final ParsedSelect forward;
  private final Table target;

  Origins(Forward mapping) {
    forward = mapping.select().parsed();
    target = mapping.target();
  }

  /**
   * All new columns that hold an old one, the best first. A part of the old key comes from the new
   * key only: nothing else in the new table is sure to tell rows apart.
   */
  List<Origin> of(int oldColumn) {
    Column old = forward.source().columns().get(oldColumn);
    boolean key = forward.source().primaryKey().contains(old.name());
    List<Origin> origins = new ArrayList<>();
    for (Item item : forward.items()) {
      if (!key || target.primaryKey().contains(item.name())) {
        origin(item, oldColumn).ifPresent(origins::add);
      }
    }
    origins.sort(
        Comparator.comparing((Origin origin) -> origin.back().kind())
            .thenComparing(origin -> !origin.column().name().equals(old.name())));
    return origins;
  }

  private Optional<Origin> origin(Item item, int oldColumn) {
    Column column = target.column(item.name());
    List<ColumnType> types = new ArrayList<>();
    types.add(column.type());
    Term term = item.term();
    while (term instanceof CastTerm cast) {
      add(types, cast.target());
      term = cast.argument();
    }
    if (!(term instanceof ColumnTerm source) || source.index() != oldColumn) {
      return Optional.empty();
    }
    add(types, forward.source().columns().get(oldColumn).type());
    Collections.reverse(types);
    return WayBack.of(types, SqlName.of(column.name())).map(back -> new Origin(column, back));
  }

  private static void add(List<ColumnType> types, ColumnType type) {
    if (!types.get(types.size() - 1).equals(type)) {
      types.add(type);
    }
  }

  /** The outputs that read an old column, as somebody would write them. */
  List<String> readers(int oldColumn) {
    TermText text = new TermText(forward.source());
    return forward.items().stream()
        .map(Item::term)
        .filter(term -> Filter.columnsOf(term).contains(oldColumn))
        .map(text::of)
        .distinct()
        .toList();
  }
}
