package io.crossfade.plugin;

import java.math.BigDecimal;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.util.Objects;
import java.util.UUID;

/**
 * A column that a {@link Mapper} reads or fills.
 *
 * @param name as the database stores it
 * @param type what its values are
 * @param <T> the class of the values, {@link SqlType#valueClass()}; NULL is {@code null}
 */
public record Column<T>(String name, SqlType type) {

  public Column {
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(type, "type");
  }

  /** A column of BOOLEANs. */
  public static Column<Boolean> bool(String name) {
    return new Column<>(name, SqlType.BOOLEAN);
  }

  /** A column of INTEGERs. */
  public static Column<Integer> integer(String name) {
    return new Column<>(name, SqlType.INTEGER);
  }

  /** A column of BIGINTs. */
  public static Column<Long> bigint(String name) {
    return new Column<>(name, SqlType.BIGINT);
  }

  /** A column of NUMERICs. */
  public static Column<BigDecimal> numeric(String name) {
    return new Column<>(name, SqlType.NUMERIC);
  }

  /** A column of DOUBLEs. */
  public static Column<Double> doublePrecision(String name) {
    return new Column<>(name, SqlType.DOUBLE);
  }

  /** A column of TEXTs. */
  public static Column<String> text(String name) {
    return new Column<>(name, SqlType.TEXT);
  }

  /** A column of DATEs. */
  public static Column<LocalDate> date(String name) {
    return new Column<>(name, SqlType.DATE);
  }

  /** A column of TIMESTAMPs. */
  public static Column<LocalDateTime> timestamp(String name) {
    return new Column<>(name, SqlType.TIMESTAMP);
  }

  /** A column of TIMESTAMPTZs. */
  public static Column<Instant> timestamptz(String name) {
    return new Column<>(name, SqlType.TIMESTAMPTZ);
  }

  /** A column of UUIDs. */
  public static Column<UUID> uuid(String name) {
    return new Column<>(name, SqlType.UUID);
  }

  /** A value of this column, for {@link Row#of}; {@code null} is NULL. */
  public Value of(T value) {
    return new Value(this, value);
  }

  /** {@code name TYPE}. */
  @Override
  public String toString() {
    return name + " " + type;
  }

  /** A column's value in a row. */
  public static final class Value {

    private final Column<?> column;
    private final Object value;

    private Value(Column<?> column, Object value) {
      this.column = column;
      this.value = value;
    }

    Column<?> column() {
      return column;
    }

    Object value() {
      return value;
    }
  }
}
