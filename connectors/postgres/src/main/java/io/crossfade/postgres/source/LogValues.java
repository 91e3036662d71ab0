package io.crossfade.postgres.source;

import io.debezium.spi.converter.CustomConverter;
import io.debezium.spi.converter.RelationalColumn;
import java.util.Properties;
import org.apache.kafka.connect.data.SchemaBuilder;

/**
 * Debezium's converter for all columns: the text that {@link TextConnector} gives is passed on. It
 * stands before Debezium's own converters, which would put a placeholder text where a value was
 * left out; an equal text in a row could not be told from that placeholder.
 *
 * <p>Public because Debezium makes it by its name.
 */
public final class LogValues implements CustomConverter<SchemaBuilder, RelationalColumn> {

  /**
   * Stands for a value that the log does not give: a large one that did not change. Told from all
   * texts by its identity: records do not leave the process, so it is never copied.
   */
  @SuppressWarnings("StringOperationCanBeSimplified") // a string of its own is the point
  static final String MISSING = new String("value not in the log");

  /** The parameter of a column's schema that holds the oid of its type. */
  static final String TYPE = "type";

  @Override
  public void configure(Properties properties) {
    // Nothing to decide.
  }

  @Override
  public void converterFor(
      RelationalColumn column, ConverterRegistration<SchemaBuilder> registration) {
    // Optional, for the row that a key change deletes has its key alone.
    registration.register(
        SchemaBuilder.string().optional().parameter(TYPE, Integer.toString(column.nativeType())),
        LogValues::text);
  }

  /**
   * Besides texts there are Debezium's marks of values that did not change, and defaults of columns
   * as it has parsed them, which nobody asks for. Should a version of it give anything else, the
   * row is read from its table.
   */
  private static Object text(Object value) {
    return value == null || value instanceof String ? value : MISSING;
  }
}
