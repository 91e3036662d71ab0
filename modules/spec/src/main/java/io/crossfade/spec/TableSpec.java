package io.crossfade.spec;

import io.crossfade.core.table.TableId;
import java.util.Objects;
import java.util.Optional;

/**
 * One mapping: a new table and the SELECT that it is kept equal to, or the mapper that fills it.
 *
 * @param into the new table
 * @param place where the spec names it, for problems that only the target can tell
 * @param select the SELECT; {@code from: x} has become {@code SELECT * FROM x}, which with a mapper
 *     is what it is given
 * @param mapper the class that makes the rows; empty where the SELECT does
 * @param existing what a first start does with rows that are there already
 * @param columns what of the table is ours
 */
public record TableSpec(
    TableId into,
    Place place,
    SqlText select,
    Optional<MapperName> mapper,
    Existing existing,
    Columns columns) {

  public TableSpec {
    Objects.requireNonNull(into, "into");
    Objects.requireNonNull(place, "place");
    Objects.requireNonNull(select, "select");
    Objects.requireNonNull(mapper, "mapper");
    Objects.requireNonNull(existing, "existing");
    Objects.requireNonNull(columns, "columns");
  }

  /**
   * A mapper in Java.
   *
   * @param className as Java writes it
   * @param place where the spec names it
   */
  public record MapperName(String className, Place place) {

    public MapperName {
      Objects.requireNonNull(className, "className");
      Objects.requireNonNull(place, "place");
    }
  }

  /** What a first start does with a target table that has rows. */
  public enum Existing {
    /** It does not start. */
    REFUSE,
    /** Rows with the same key are overwritten, others stay. */
    KEEP
  }

  /** What of a target table is ours. */
  public enum Columns {
    /** The table: its rows are those of the SELECT. */
    ALL,
    /** The columns that the SELECT names. Others insert the rows and delete them. */
    FILL
  }

  /** Whether it fills columns of rows that are others'. */
  public boolean fills() {
    return columns == Columns.FILL;
  }
}
