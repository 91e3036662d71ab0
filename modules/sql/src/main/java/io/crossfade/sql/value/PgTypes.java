package io.crossfade.sql.value;

import static io.crossfade.core.table.ColumnType.UNSPECIFIED;

import io.crossfade.core.table.ColumnType;
import io.crossfade.core.table.TypeFamily;

/** PostgreSQL's types as column types, named as {@code format_type} prints them. */
public final class PgTypes {

  public static final ColumnType BOOLEAN = ColumnType.of(TypeFamily.BOOLEAN, "boolean");
  public static final ColumnType INT2 = ColumnType.of(TypeFamily.INT2, "smallint");
  public static final ColumnType INT4 = ColumnType.of(TypeFamily.INT4, "integer");
  public static final ColumnType INT8 = ColumnType.of(TypeFamily.INT8, "bigint");
  public static final ColumnType NUMERIC = ColumnType.of(TypeFamily.NUMERIC, "numeric");
  public static final ColumnType FLOAT4 = ColumnType.of(TypeFamily.FLOAT4, "real");
  public static final ColumnType FLOAT8 = ColumnType.of(TypeFamily.FLOAT8, "double precision");
  public static final ColumnType TEXT = ColumnType.of(TypeFamily.TEXT, "text");
  public static final ColumnType VARCHAR = ColumnType.of(TypeFamily.VARCHAR, "character varying");

  /** {@code bpchar} without a length: blanks at the end do not count, nothing is padded. */
  public static final ColumnType CHAR = ColumnType.of(TypeFamily.CHAR, "bpchar");

  public static final ColumnType BYTES = ColumnType.of(TypeFamily.BYTES, "bytea");
  public static final ColumnType DATE = ColumnType.of(TypeFamily.DATE, "date");
  public static final ColumnType TIME = ColumnType.of(TypeFamily.TIME, "time without time zone");
  public static final ColumnType TIMESTAMP =
      ColumnType.of(TypeFamily.TIMESTAMP, "timestamp without time zone");
  public static final ColumnType TIMESTAMPTZ =
      ColumnType.of(TypeFamily.TIMESTAMPTZ, "timestamp with time zone");
  public static final ColumnType INTERVAL = ColumnType.of(TypeFamily.INTERVAL, "interval");
  public static final ColumnType UUID = ColumnType.of(TypeFamily.UUID, "uuid");
  public static final ColumnType JSON = ColumnType.of(TypeFamily.JSON, "json");
  public static final ColumnType JSONB = ColumnType.of(TypeFamily.JSONB, "jsonb");

  private PgTypes() {}

  /** {@code character varying(length)}. */
  public static ColumnType varchar(int length) {
    return new ColumnType(
        TypeFamily.VARCHAR, length, UNSPECIFIED, "character varying(" + length + ")");
  }

  /** {@code character(length)}. */
  public static ColumnType character(int length) {
    return new ColumnType(TypeFamily.CHAR, length, UNSPECIFIED, "character(" + length + ")");
  }

  /** {@code numeric(precision, scale)}. */
  public static ColumnType numeric(int precision, int scale) {
    return new ColumnType(
        TypeFamily.NUMERIC, precision, scale, "numeric(" + precision + "," + scale + ")");
  }

  /** {@code time(digits) without time zone}. */
  public static ColumnType time(int digits) {
    return new ColumnType(
        TypeFamily.TIME, digits, UNSPECIFIED, "time(" + digits + ") without time zone");
  }

  /** {@code timestamp(digits) without time zone}. */
  public static ColumnType timestamp(int digits) {
    return new ColumnType(
        TypeFamily.TIMESTAMP, digits, UNSPECIFIED, "timestamp(" + digits + ") without time zone");
  }

  /** {@code timestamp(digits) with time zone}. */
  public static ColumnType timestamptz(int digits) {
    return new ColumnType(
        TypeFamily.TIMESTAMPTZ, digits, UNSPECIFIED, "timestamp(" + digits + ") with time zone");
  }

  /** The type of a family without modifiers. */
  public static ColumnType plain(TypeFamily family) {
    return switch (family) {
      case BOOLEAN -> BOOLEAN;
      case INT2 -> INT2;
      case INT4 -> INT4;
      case INT8 -> INT8;
      case NUMERIC -> NUMERIC;
      case FLOAT4 -> FLOAT4;
      case FLOAT8 -> FLOAT8;
      case TEXT -> TEXT;
      case VARCHAR -> VARCHAR;
      case CHAR -> CHAR;
      case BYTES -> BYTES;
      case DATE -> DATE;
      case TIME -> TIME;
      case TIMESTAMP -> TIMESTAMP;
      case TIMESTAMPTZ -> TIMESTAMPTZ;
      case INTERVAL -> INTERVAL;
      case UUID -> UUID;
      case JSON -> JSON;
      case JSONB -> JSONB;
      case ARRAY, OPAQUE ->
          throw new IllegalArgumentException("no plain type belongs to the family " + family);
    };
  }

  /** Whether the type carries a modifier. */
  public static boolean hasModifier(ColumnType type) {
    return type.precision() != UNSPECIFIED || type.scale() != UNSPECIFIED;
  }
}
