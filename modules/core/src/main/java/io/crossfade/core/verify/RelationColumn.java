package io.crossfade.core.verify;

import io.crossfade.core.table.ColumnType;
import io.crossfade.core.table.TypeFamily;
import java.util.Objects;

/**
 * A column of a {@link Relation}.
 *
 * @param name as the relation puts it out
 * @param type as the relation has it
 * @param as what it is compared as: the type of the new table's column
 */
public record RelationColumn(String name, ColumnType type, ColumnType as) {

  public RelationColumn {
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(type, "type");
    Objects.requireNonNull(as, "as");
  }

  /** A column that is compared as what it is. */
  public static RelationColumn plain(String name, ColumnType type) {
    return new RelationColumn(name, type, type);
  }

  /** Whether the database has to cast it. What no expression may touch is compared by its text. */
  public boolean isCast() {
    return !type.name().equals(as.name())
        && type.family() != TypeFamily.OPAQUE
        && as.family() != TypeFamily.OPAQUE;
  }

  /**
   * Whether the values themselves can be looked up, so that an index on them is of use: the cast
   * changes neither their text nor their order.
   */
  public boolean isLookedUpAsItIs() {
    return !isCast()
        || (type.family().isInteger() && as.family().isInteger())
        || (isVarying(type) && isVarying(as));
  }

  private static boolean isVarying(ColumnType type) {
    return type.family() == TypeFamily.TEXT || type.family() == TypeFamily.VARCHAR;
  }
}
