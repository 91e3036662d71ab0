package io.crossfade.sql.value;

import static io.crossfade.core.table.ColumnType.UNSPECIFIED;

import io.crossfade.core.table.ColumnType;
import io.crossfade.core.table.TypeFamily;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

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

  private static final Pattern MODIFIED =
      Pattern.compile("([a-z ]+)\\((\\d+)(?:,(\\d+))?\\)([a-z ]*)");

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

  /** An array of a type. */
  public static ColumnType array(ColumnType element) {
    return ColumnType.of(TypeFamily.ARRAY, element.name() + "[]");
  }

  /** The type of an array's elements, by its name; opaque where that says nothing to us. */
  public static ColumnType element(ColumnType array) {
    String name = array.name().substring(0, array.name().length() - 2);
    for (TypeFamily family : TypeFamily.values()) {
      boolean plain = family != TypeFamily.ARRAY && family != TypeFamily.OPAQUE;
      if (plain && plain(family).name().equals(name)) {
        return plain(family);
      }
    }
    Matcher matcher = MODIFIED.matcher(name);
    if (!matcher.matches()) {
      return ColumnType.of(TypeFamily.OPAQUE, name);
    }
    int first = Integer.parseInt(matcher.group(2));
    return switch (matcher.group(1) + matcher.group(4)) {
      case "character varying" -> varchar(first);
      case "character" -> character(first);
      case "numeric" -> numeric(first, Integer.parseInt(matcher.group(3)));
      case "time without time zone" -> time(first);
      case "timestamp without time zone" -> timestamp(first);
      case "timestamp with time zone" -> timestamptz(first);
      default -> ColumnType.of(TypeFamily.OPAQUE, name);
    };
  }

  /** Whether elements that a user wrote are read here. */
  public static boolean isReadElement(ColumnType element) {
    return !hasModifier(element)
        && switch (element.family()) {
          case BYTES, OPAQUE, ARRAY -> false;
          default -> true;
        };
  }

  /** Whether the type carries a modifier. */
  public static boolean hasModifier(ColumnType type) {
    return type.precision() != UNSPECIFIED || type.scale() != UNSPECIFIED;
  }
}
