package io.crossfade.core.table;

/** What kind of values a column holds, whatever the database calls its type. */
public enum TypeFamily {
  BOOLEAN,
  INT2,
  INT4,
  INT8,
  NUMERIC,
  FLOAT4,
  FLOAT8,
  TEXT,
  /** Text with a greatest length. */
  VARCHAR,
  /** Text padded with blanks to its length. */
  CHAR,
  BYTES,
  DATE,
  TIME,
  TIMESTAMP,
  TIMESTAMPTZ,
  /** Months, days and a part of a day. */
  INTERVAL,
  UUID,
  /** JSON kept as it was written. */
  JSON,
  /** JSON in the database's own normal form. */
  JSONB,
  /** Values of one other type; the type's name is the other's with {@code []} behind it. */
  ARRAY,
  /** A type that is passed on as text and that no expression may touch. */
  OPAQUE;

  /** Whether values are whole numbers. */
  public boolean isInteger() {
    return this == INT2 || this == INT4 || this == INT8;
  }

  /** Whether values are numbers of any kind. */
  public boolean isNumber() {
    return isInteger() || this == NUMERIC || this == FLOAT4 || this == FLOAT8;
  }

  /** Whether values are character strings. */
  public boolean isText() {
    return this == TEXT || this == VARCHAR || this == CHAR;
  }
}
