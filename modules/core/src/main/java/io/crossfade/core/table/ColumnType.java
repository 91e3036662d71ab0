package io.crossfade.core.table;

import java.util.Objects;

/**
 * A column's type with its modifiers.
 *
 * @param family what kind of values it holds
 * @param precision length in characters of {@code VARCHAR} and {@code CHAR}, digits of {@code
 *     NUMERIC}, digits of a second of the time families; {@link #UNSPECIFIED} where the declaration
 *     says nothing
 * @param scale digits behind the point of {@code NUMERIC}; {@link #UNSPECIFIED} where the
 *     declaration says nothing
 * @param name the type as the database prints it, for instance {@code character varying(30)}
 */
public record ColumnType(TypeFamily family, int precision, int scale, String name) {

  /** The declaration sets no such modifier. */
  public static final int UNSPECIFIED = -1;

  public ColumnType {
    Objects.requireNonNull(family, "family");
    Objects.requireNonNull(name, "name");
    if (precision < UNSPECIFIED) {
      throw new IllegalArgumentException("precision " + precision + " of " + name);
    }
  }

  /** A type without modifiers. */
  public static ColumnType of(TypeFamily family, String name) {
    return new ColumnType(family, UNSPECIFIED, UNSPECIFIED, name);
  }

  @Override
  public String toString() {
    return name;
  }
}
