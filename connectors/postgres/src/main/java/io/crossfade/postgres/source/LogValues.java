package io.crossfade.postgres.source;

import io.debezium.connector.postgresql.PostgresValueConverter;
import io.debezium.connector.postgresql.UnchangedToastedReplicationMessageColumn;
import io.debezium.data.SpecialValueDecimal;
import io.debezium.spi.converter.CustomConverter;
import io.debezium.spi.converter.RelationalColumn;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.util.Properties;
import org.apache.kafka.connect.data.SchemaBuilder;

/**
 * Debezium's converter for all columns: every value becomes canonical text. It stands before
 * Debezium's own converters, which would make numbers of dates and a placeholder of a value that
 * was left out; an equal text in a row could not be told from that placeholder.
 *
 * <p>Public because Debezium makes it by its name.
 */
public final class LogValues implements CustomConverter<SchemaBuilder, RelationalColumn> {

  /**
   * Stands for a value that the log does not give, or not wholly. Told from all texts by its
   * identity: records do not leave the process, so it is never copied.
   */
  @SuppressWarnings("StringOperationCanBeSimplified") // a string of its own is the point
  static final String MISSING = new String("value not in the log");

  @Override
  public void configure(Properties properties) {
    // Nothing to decide.
  }

  @Override
  public void converterFor(
      RelationalColumn column, ConverterRegistration<SchemaBuilder> registration) {
    // Optional, for the row that a key change deletes has its key alone.
    registration.register(SchemaBuilder.string().optional(), LogValues::text);
  }

  private static Object text(Object value) {
    if (value == null) {
      return null;
    }
    if (value instanceof String text) {
      return text;
    }
    if (value instanceof Integer || value instanceof Long || value instanceof Short) {
      return value.toString();
    }
    if (value instanceof Boolean flag) {
      return CanonicalText.of(flag);
    }
    if (value instanceof SpecialValueDecimal number) {
      return CanonicalText.of(number);
    }
    if (UnchangedToastedReplicationMessageColumn.isUnchangedToastedValue(value)) {
      return MISSING;
    }
    return rarer(value);
  }

  private static Object rarer(Object value) {
    if (value instanceof Double number) {
      return CanonicalText.of(number);
    }
    if (value instanceof Float number) {
      return CanonicalText.of(number);
    }
    if (value instanceof OffsetDateTime time) {
      return infinity(
          value,
          PostgresValueConverter.POSITIVE_INFINITY_OFFSET_DATE_TIME,
          PostgresValueConverter.NEGATIVE_INFINITY_OFFSET_DATE_TIME,
          () -> CanonicalText.of(time));
    }
    if (value instanceof Instant time) {
      return infinity(
          value,
          PostgresValueConverter.POSITIVE_INFINITY_INSTANT,
          PostgresValueConverter.NEGATIVE_INFINITY_INSTANT,
          () -> CanonicalText.of(time));
    }
    if (value instanceof LocalDate date) {
      return infinity(
          value,
          PostgresValueConverter.POSITIVE_INFINITY_LOCAL_DATE,
          PostgresValueConverter.NEGATIVE_INFINITY_LOCAL_DATE,
          () -> CanonicalText.of(date));
    }
    if (value instanceof byte[] bytes) {
      return CanonicalText.of(bytes);
    }
    if (value instanceof ByteBuffer bytes) {
      return CanonicalText.hex(bytes);
    }
    // Nothing that we know how to print: the row is read from its table.
    return MISSING;
  }

  /** By identity: Debezium's stand-ins lie within what a timestamp can hold. */
  @SuppressWarnings("ReferenceEquality")
  private static String infinity(
      Object value, Object positive, Object negative, java.util.function.Supplier<String> finite) {
    if (value == positive) {
      return "infinity";
    }
    return value == negative ? "-infinity" : finite.get();
  }
}
