package io.crossfade.postgres.source;

import io.debezium.connector.postgresql.PostgresConnector;
import org.apache.kafka.connect.connector.Task;

/**
 * Debezium's connector, with values left as the text that PostgreSQL sends. {@code pgoutput} prints
 * every value by its type's own output function, as {@code COPY} does; Debezium makes Java objects
 * of that text, which loses some (an infinite interval, the offset of a {@code timetz}) and ends
 * the stream at others (the time 24:00 with an offset, money of another locale).
 *
 * <p>Public because Debezium makes it by its name.
 */
public final class TextConnector extends PostgresConnector {

  @Override
  public Class<? extends Task> taskClass() {
    return TextConnectorTask.class;
  }
}
