package io.crossfade.sql.eval;

import io.crossfade.core.table.Row;

/**
 * A compiled expression. Safe for several threads. The result is a value as {@link
 * io.crossfade.sql.value.Values} describes them, or {@code null} for NULL; what PostgreSQL refuses
 * is a {@link io.crossfade.sql.value.PgError}.
 */
@FunctionalInterface
public interface Eval {

  Object of(Row row);

  /** An expression without a row: known when it is compiled. */
  record Known(Object value) implements Eval {
    @Override
    public Object of(Row row) {
      return value;
    }
  }
}
