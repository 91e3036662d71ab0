package io.crossfade.sql.value;

import io.crossfade.core.table.TypeFamily;

/**
 * Between canonical text and values in memory. A value is, by family: {@link Boolean}; {@link Long}
 * for all integers, for days of a date and for microseconds of a timestamp; {@link PgNumeric};
 * {@link Float}; {@link Double}; {@link Interval}; {@link PgArray}; {@link String} for all others.
 */
public final class Values {

  private Values() {}

  /** Reads canonical text, as rows carry it. */
  public static Object read(TypeFamily family, String text) {
    return switch (family) {
      case BOOLEAN -> text.equals("t");
      case INT2, INT4, INT8 -> Long.parseLong(text);
      case NUMERIC -> PgNumeric.parse(text);
      case FLOAT4 -> Float.parseFloat(text);
      case FLOAT8 -> Double.parseDouble(text);
      case DATE -> Dates.parseDate(text);
      case TIMESTAMP, TIMESTAMPTZ -> Dates.parseTimestamp(text);
      case INTERVAL -> Interval.parse(text);
      case ARRAY -> PgArray.parse(text);
      case TEXT, VARCHAR, CHAR, BYTES, TIME, UUID, JSON, JSONB, OPAQUE -> text;
    };
  }

  /** Whether canonical text and value are one. */
  public static boolean isText(TypeFamily family) {
    return switch (family) {
      case BOOLEAN,
          INT2,
          INT4,
          INT8,
          NUMERIC,
          FLOAT4,
          FLOAT8,
          DATE,
          TIMESTAMP,
          TIMESTAMPTZ,
          INTERVAL,
          ARRAY ->
          false;
      case TEXT, VARCHAR, CHAR, BYTES, TIME, UUID, JSON, JSONB, OPAQUE -> true;
    };
  }

  /** Writes canonical text: what PostgreSQL's output function prints. */
  public static String write(TypeFamily family, Object value) {
    return switch (family) {
      case BOOLEAN -> (Boolean) value ? "t" : "f";
      case INT2, INT4, INT8 -> Long.toString((Long) value);
      case NUMERIC -> value.toString();
      case FLOAT4 -> Floats.toText((float) (Float) value);
      case FLOAT8 -> Floats.toText((double) (Double) value);
      case DATE -> Dates.dateToText((Long) value);
      case TIMESTAMP -> Dates.timestampToText((Long) value);
      case TIMESTAMPTZ -> Dates.timestamptzToText((Long) value);
      case INTERVAL, ARRAY -> value.toString();
      case TEXT, VARCHAR, CHAR, BYTES, TIME, UUID, JSON, JSONB, OPAQUE -> (String) value;
    };
  }

  /** Reads text that a user wrote, as the type's input function does. */
  public static Object fromText(TypeFamily family, String text) {
    return switch (family) {
      case BOOLEAN -> Booleans.fromText(text);
      case INT2 -> Numbers.Int.INT2.ofText(text);
      case INT4 -> Numbers.Int.INT4.ofText(text);
      case INT8 -> Numbers.Int.INT8.ofText(text);
      case NUMERIC -> PgNumeric.fromText(text);
      case FLOAT4 -> Numbers.floatOfText(text);
      case FLOAT8 -> Numbers.doubleOfText(text);
      case DATE -> Dates.dateOfText(text);
      case TIMESTAMP -> Dates.timestampOfText(text);
      case TIMESTAMPTZ -> Dates.timestamptzOfText(text);
      case TIME -> Times.fromText(text);
      case INTERVAL -> Interval.fromText(text);
      case UUID -> Uuids.fromText(text);
      case JSON -> JsonText.check(text);
      case JSONB -> Jsonb.fromText(text);
      case TEXT, VARCHAR, CHAR -> text;
      case BYTES, ARRAY, OPAQUE ->
          throw new PgError(PgError.NOT_SUPPORTED, "text cannot be read as " + family + " here");
    };
  }
}
