package io.crossfade.sql.group;

import io.crossfade.core.table.Row;
import io.crossfade.core.table.TypeFamily;
import io.crossfade.sql.eval.Comparison;
import io.crossfade.sql.value.Values;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.Function;

/**
 * Aggregates of all values in their order: {@code ARRAY_AGG} and those of JSON. Nothing is
 * remembered beside the rows.
 */
final class Collected implements Accumulator {

  /**
   * A value that the rows are ordered by.
   *
   * @param place of it among the aggregate's arguments
   */
  record By(
      int place,
      TypeFamily family,
      Comparison.Order order,
      boolean descending,
      boolean nullsFirst) {

    Comparator<Row> comparator() {
      return (a, b) -> {
        String left = a.get(place);
        String right = b.get(place);
        if (left == null || right == null) {
          return left == right ? 0 : (left == null) == nullsFirst ? -1 : 1;
        }
        int compared = order.compare(Values.read(family, left), Values.read(family, right));
        return descending ? -compared : compared;
      };
    }
  }

  private final List<By> by;
  private final Function<List<String>, String> made;

  /**
   * @param made of the first arguments in their order
   */
  Collected(List<By> by, Function<List<String>, String> made) {
    this.by = List.copyOf(by);
    this.made = made;
  }

  @Override
  public void take(Row arguments, int times) {
    // They are looked at at the end.
  }

  @Override
  public String text() {
    return "";
  }

  @Override
  public String result(Members members) {
    List<Row> rows = new ArrayList<>();
    members.each(rows::add);
    if (rows.isEmpty()) {
      return null;
    }
    Comparator<Row> order =
        by.stream().map(By::comparator).reduce((a, b) -> 0, Comparator::thenComparing);
    rows.sort(order);
    List<String> values = new ArrayList<>();
    rows.forEach(row -> values.add(row.get(0)));
    return made.apply(values);
  }
}
