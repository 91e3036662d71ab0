package io.crossfade.postgres;

import io.crossfade.core.table.ColumnType;
import io.crossfade.core.table.TypeFamily;

/**
 * Which {@link ColumnType} a PostgreSQL type is. Whatever is not built in, domains and enums among
 * it, is {@link TypeFamily#OPAQUE}: its text is passed on untouched.
 */
public final class PostgresTypes {

  /** What {@code atttypmod} adds to a length or packs below a precision ({@code VARHDRSZ}). */
  private static final int HEADER = 4;

  private PostgresTypes() {}

  /**
   * The type of a column.
   *
   * @param oid {@code pg_attribute.atttypid}
   * @param modifier {@code pg_attribute.atttypmod}
   * @param name what {@code format_type} prints for both
   */
  public static ColumnType columnType(long oid, int modifier, String name) {
    TypeFamily family = family(oid);
    switch (family) {
      case VARCHAR:
      case CHAR:
        return modifier < HEADER
            ? ColumnType.of(family, name)
            : new ColumnType(family, modifier - HEADER, ColumnType.UNSPECIFIED, name);
      case NUMERIC:
        return numeric(modifier, name);
      case TIME:
      case TIMESTAMP:
      case TIMESTAMPTZ:
        return modifier < 0
            ? ColumnType.of(family, name)
            : new ColumnType(family, modifier, ColumnType.UNSPECIFIED, name);
      default:
        return ColumnType.of(family, name);
    }
  }

  private static ColumnType numeric(int modifier, String name) {
    if (modifier < HEADER) {
      return ColumnType.of(TypeFamily.NUMERIC, name);
    }
    int packed = modifier - HEADER;
    int precision = (packed >> 16) & 0xffff;
    // Eleven bits with a sign since PostgreSQL 15.
    int scale = ((packed & 0x7ff) ^ 1024) - 1024;
    // numeric(3,-1) rounds to tens: no expression here knows that, and -1 would read as "none".
    return scale < 0
        ? ColumnType.of(TypeFamily.OPAQUE, name)
        : new ColumnType(TypeFamily.NUMERIC, precision, scale, name);
  }

  private static TypeFamily family(long oid) {
    return BuiltInType.of(oid)
        .map(BuiltInType::family)
        .orElse(isArray(oid) ? TypeFamily.ARRAY : TypeFamily.OPAQUE);
  }

  /** Arrays whose elements expressions can read. */
  private static boolean isArray(long oid) {
    switch ((int) oid) {
      case 199:
      case 1000:
      case 1001:
      case 1005:
      case 1007:
      case 1009:
      case 1014:
      case 1015:
      case 1016:
      case 1021:
      case 1022:
      case 1115:
      case 1182:
      case 1183:
      case 1185:
      case 1187:
      case 1231:
      case 2951:
      case 3807:
        return true;
      default:
        return false;
    }
  }
}
