package io.crossfade.sql.front;

import io.crossfade.core.table.ColumnType;
import io.crossfade.core.table.TypeFamily;
import io.crossfade.sql.value.PgTypes;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.apache.calcite.sql.SqlBasicTypeNameSpec;
import org.apache.calcite.sql.SqlDataTypeSpec;
import org.apache.calcite.sql.SqlTypeNameSpec;
import org.apache.calcite.sql.SqlUserDefinedTypeNameSpec;

/** The type that is named in a cast. */
final class TypeNames {

  private static final int MAX_TEXT_LENGTH = 10_485_760;
  private static final int MAX_NUMERIC_PRECISION = 1000;
  private static final int MAX_SECOND_DIGITS = 6;

  /** Names that the parser takes as names: PostgreSQL's own. */
  private static final Map<String, ColumnType> POSTGRES =
      Map.ofEntries(
          Map.entry("bool", PgTypes.BOOLEAN),
          Map.entry("int2", PgTypes.INT2),
          Map.entry("int4", PgTypes.INT4),
          Map.entry("int8", PgTypes.INT8),
          Map.entry("float4", PgTypes.FLOAT4),
          Map.entry("float8", PgTypes.FLOAT8),
          Map.entry("text", PgTypes.TEXT),
          Map.entry("varchar", PgTypes.VARCHAR),
          Map.entry("bpchar", PgTypes.CHAR),
          Map.entry("bytea", PgTypes.BYTES),
          Map.entry("date", PgTypes.DATE),
          Map.entry("time", PgTypes.TIME),
          Map.entry("interval", PgTypes.INTERVAL),
          Map.entry("timestamp", PgTypes.TIMESTAMP),
          Map.entry("timestamptz", PgTypes.TIMESTAMPTZ),
          Map.entry("numeric", PgTypes.NUMERIC),
          Map.entry("uuid", PgTypes.UUID),
          Map.entry("json", PgTypes.JSON),
          Map.entry("jsonb", PgTypes.JSONB));

  /** Words of the standard, where they stand for an array's elements. */
  private static final Map<String, String> ALIASES =
      Map.of(
          "int", "int4",
          "integer", "int4",
          "smallint", "int2",
          "bigint", "int8",
          "boolean", "bool",
          "decimal", "numeric",
          "real", "float4",
          "float", "float8");

  private static final Map<String, String> LONG_NAMES =
      Map.of("varchar", "character varying", "char", "character", "decimal", "numeric");

  private TypeNames() {}

  /** The type, or empty where there is none of that name or with those modifiers. */
  static Optional<ColumnType> of(SqlDataTypeSpec spec) {
    SqlTypeNameSpec name = spec.getTypeNameSpec();
    if (name instanceof SqlUserDefinedTypeNameSpec) {
      List<String> parts = name.getTypeName().names;
      if (parts.size() == 1 && parts.get(0).endsWith("[]")) {
        return array(parts.get(0));
      }
      boolean known = parts.size() == 1 || (parts.size() == 2 && parts.get(0).equals("pg_catalog"));
      return known
          ? Optional.ofNullable(POSTGRES.get(parts.get(parts.size() - 1)))
          : Optional.empty();
    }
    if (name instanceof SqlBasicTypeNameSpec basic && basic.getCharSetName() == null) {
      return standard(basic);
    }
    return Optional.empty();
  }

  /** An array's name as it was written, blanks brought down to one. */
  private static Optional<ColumnType> array(String written) {
    String name = written.substring(0, written.length() - 2).strip();
    int open = name.indexOf('(');
    if (open >= 0) {
      String head = name.substring(0, open);
      name = LONG_NAMES.getOrDefault(head, head) + name.substring(open);
      boolean zoneless = head.startsWith("time") && name.endsWith(")");
      name += zoneless ? " without time zone" : "";
    }
    ColumnType known = POSTGRES.get(ALIASES.getOrDefault(name, name));
    ColumnType element =
        known != null ? known : PgTypes.element(ColumnType.of(TypeFamily.ARRAY, name + "[]"));
    return element.family() == TypeFamily.OPAQUE
        ? Optional.empty()
        : Optional.of(PgTypes.array(element));
  }

  private static Optional<ColumnType> standard(SqlBasicTypeNameSpec spec) {
    int precision = spec.getPrecision();
    boolean bare = precision < 0;
    return switch (spec.getTypeName().getSimple().toUpperCase(Locale.ROOT)) {
      case "BOOLEAN" -> Optional.of(PgTypes.BOOLEAN);
      case "SMALLINT" -> Optional.of(PgTypes.INT2);
      case "INTEGER" -> Optional.of(PgTypes.INT4);
      case "BIGINT" -> Optional.of(PgTypes.INT8);
      case "REAL" -> Optional.of(PgTypes.FLOAT4);
      case "DOUBLE" -> Optional.of(PgTypes.FLOAT8);
      case "FLOAT" -> bare ? Optional.of(PgTypes.FLOAT8) : Optional.empty();
      case "DECIMAL" -> bare ? Optional.of(PgTypes.NUMERIC) : numeric(spec);
      case "VARCHAR" -> bare ? Optional.of(PgTypes.VARCHAR) : text(PgTypes.varchar(precision));
      case "CHAR" -> text(PgTypes.character(bare ? 1 : precision));
      case "DATE" -> Optional.of(PgTypes.DATE);
      case "TIME" -> bare ? Optional.of(PgTypes.TIME) : digits(precision).map(PgTypes::time);
      case "TIMESTAMP" ->
          bare ? Optional.of(PgTypes.TIMESTAMP) : digits(precision).map(PgTypes::timestamp);
      case "TIMESTAMP_TZ" ->
          bare ? Optional.of(PgTypes.TIMESTAMPTZ) : digits(precision).map(PgTypes::timestamptz);
      case "UUID" -> Optional.of(PgTypes.UUID);
      default -> Optional.empty();
    };
  }

  private static Optional<ColumnType> numeric(SqlBasicTypeNameSpec spec) {
    int precision = spec.getPrecision();
    int scale = Math.max(spec.getScale(), 0);
    boolean valid =
        precision >= 1 && precision <= MAX_NUMERIC_PRECISION && scale <= MAX_NUMERIC_PRECISION;
    return valid ? Optional.of(PgTypes.numeric(precision, scale)) : Optional.empty();
  }

  private static Optional<ColumnType> text(ColumnType type) {
    boolean valid = type.precision() >= 1 && type.precision() <= MAX_TEXT_LENGTH;
    return valid ? Optional.of(type) : Optional.empty();
  }

  private static Optional<Integer> digits(int precision) {
    return precision <= MAX_SECOND_DIGITS ? Optional.of(precision) : Optional.empty();
  }
}
