package io.crossfade.sql.group;

import io.crossfade.core.table.Row;
import java.util.function.Consumer;

/** The rows of a group, for aggregates that have to look at all of them. */
@FunctionalInterface
public interface Members {

  /**
   * Gives what each of them contributes, in any order.
   *
   * @param arguments takes the values of all aggregates' arguments, as {@link Aggregates} has them
   */
  void each(Consumer<Row> arguments);
}
