package io.crossfade.sql.group;

import io.crossfade.core.table.Row;
import io.crossfade.sql.value.PgError;

/** What the rows of one group have come to so far, for one aggregate. For one thread. */
interface Accumulator {

  /**
   * Takes a row in, or out again: one that was taken in with the same values.
   *
   * @param arguments of this aggregate
   * @param times 1, or -1
   */
  void take(Row arguments, int times);

  /** All that has to be remembered. */
  String text();

  /**
   * The aggregate's value, as canonical text; null is NULL.
   *
   * @param members of this aggregate's arguments
   * @throws PgError where PostgreSQL would raise one
   */
  String result(Members members);
}
