package io.crossfade.sql;

import io.crossfade.core.table.ColumnType;
import io.crossfade.sql.problem.SourcePosition;
import java.util.Objects;
import java.util.Optional;

/**
 * A column that a SELECT puts out.
 *
 * @param name as PostgreSQL names it
 * @param type its type with modifiers
 * @param nullable whether it may be NULL, as far as can be told from the expression
 * @param passedFrom the source's column where it is only passed on, unread and unchanged
 * @param injectiveOf the source's column of which it is an injective function: the column itself,
 *     or a cast that loses nothing. Such an output tells rows apart exactly as the column does
 * @param position where it stands in the SELECT
 */
public record OutputColumn(
    String name,
    ColumnType type,
    boolean nullable,
    Optional<String> passedFrom,
    Optional<String> injectiveOf,
    SourcePosition position) {

  public OutputColumn {
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(type, "type");
    Objects.requireNonNull(passedFrom, "passedFrom");
    Objects.requireNonNull(injectiveOf, "injectiveOf");
    Objects.requireNonNull(position, "position");
  }
}
