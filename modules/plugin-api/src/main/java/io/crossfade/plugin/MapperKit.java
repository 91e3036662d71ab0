package io.crossfade.plugin;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Calls a mapper in a test as a migration would:
 *
 * <pre>{@code
 * MapperKit kit = MapperKit.of(new InvoiceMapper());
 * assertEquals(
 *     List.of(Row.of(NUMBER.of("2024-7"), TOTAL.of(new BigDecimal("11.90")))),
 *     kit.map(Row.of(ID.of(7L), YEAR.of(2024), NET.of(BigDecimal.TEN))));
 * }</pre>
 */
public final class MapperKit {

  private final MapperCall call;

  private MapperKit(MapperCall call) {
    this.call = call;
  }

  /**
   * A kit for a mapper.
   *
   * @throws IllegalArgumentException where its declaration is wrong
   */
  public static MapperKit of(Mapper mapper) {
    return new MapperKit(MapperCall.of(mapper));
  }

  /**
   * The new rows of one old row. The mapper is called twice: one that gives other rows the second
   * time cannot be used.
   *
   * @param old a value for each column that the mapper reads
   * @throws IllegalArgumentException where the old row has other columns than the mapper reads
   * @throws MapperFailure where a migration would refuse the row: the mapper throws, gives
   *     something else than it declares, is not pure, or gives a key that is NULL or comes twice
   */
  public List<Row> map(Row old) {
    if (!old.columns().equals(new HashSet<>(call.reads()))) {
      throw new IllegalArgumentException(
          call.name() + " reads " + call.reads() + ", this row has " + old.columns());
    }
    List<Row> first = call.map(old);
    List<Row> second = call.map(old);
    if (!first.equals(second)) {
      throw new MapperFailure(
          call.name() + " gave " + first + " and then " + second + ": it is not pure", null);
    }
    requireKeys(first, new HashSet<>());
    return first;
  }

  /**
   * The new rows of several old rows, which a migration may come upon in any order.
   *
   * @throws IllegalArgumentException as {@link #map(Row)}
   * @throws MapperFailure as {@link #map(Row)}, and where two old rows give the same key: each
   *     would take the other's row
   */
  public List<Row> mapAll(List<Row> olds) {
    List<Row> rows = new ArrayList<>();
    Set<List<Object>> keys = new HashSet<>();
    for (Row old : olds) {
      List<Row> given = map(old);
      requireKeys(given, keys);
      rows.addAll(given);
    }
    return rows;
  }

  private void requireKeys(List<Row> rows, Set<List<Object>> seen) {
    for (Row row : rows) {
      List<Object> key = new ArrayList<>();
      for (Column<?> column : call.columns()) {
        if (call.key().contains(column.name())) {
          Object value = row.get(column);
          if (value == null) {
            throw new MapperFailure(
                call.name() + " gave NULL for " + column.name() + ", which is in the key", null);
          }
          // The database knows one number where Java knows 1.5 and 1.50.
          key.add(value instanceof BigDecimal n ? n.stripTrailingZeros() : value);
        }
      }
      if (!seen.add(key)) {
        throw new MapperFailure(
            call.name() + " gave two rows with the key " + call.key() + " = " + key, null);
      }
    }
  }
}
