package io.crossfade.transform;

import io.crossfade.core.table.Row;
import io.crossfade.core.table.Table;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** A mapper written by hand; the key is the source's. */
record TestMapper(Table source, List<String> columns, Function<Row, Optional<Row>> function)
    implements RowMapper {

  @Override
  public Optional<Row> map(Row row) {
    return function.apply(row);
  }

  @Override
  public Row key(Row keyRow) {
    return Row.of(keyRow.get(0));
  }
}
