package io.crossfade.sql.bind;

import io.crossfade.core.table.ColumnType;
import io.crossfade.core.table.TypeFamily;
import io.crossfade.sql.eval.Routine;
import java.util.List;
import java.util.Optional;

/**
 * One overload of an operator or function.
 *
 * @param parameters what it takes, after implicit casts
 * @param result what it gives
 * @param routine what it does; empty for one that PostgreSQL has and we refuse. It is listed all
 *     the same, so that overloads are chosen as PostgreSQL chooses them
 * @param refusal why, where there is no routine
 */
record Signature(
    List<TypeFamily> parameters, ColumnType result, Optional<Routine> routine, String refusal) {

  Signature {
    parameters = List.copyOf(parameters);
  }

  static Signature of(ColumnType result, Routine routine, TypeFamily... parameters) {
    return new Signature(List.of(parameters), result, Optional.of(routine), "");
  }

  static Signature refused(String why, ColumnType result, TypeFamily... parameters) {
    return new Signature(List.of(parameters), result, Optional.empty(), why);
  }
}
