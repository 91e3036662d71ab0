package io.crossfade.postgres.source;

import io.debezium.connector.postgresql.PostgresConnectorConfig;
import io.debezium.connector.postgresql.PostgresConnectorTask;
import io.debezium.connector.postgresql.PostgresSchema;
import io.debezium.connector.postgresql.connection.PostgresConnection;
import io.debezium.connector.postgresql.connection.ReplicationConnection;
import java.sql.SQLException;

/**
 * Debezium's task, whose decoder sees each column as {@code text}, in a session with the settings
 * of canonical text.
 *
 * <p>Public because Debezium makes it by its name.
 */
public final class TextConnectorTask extends PostgresConnectorTask {

  @Override
  protected ReplicationConnection buildReplicationConnection(
      PostgresConnection connection, PostgresSchema schema, PostgresConnectorConfig config)
      throws SQLException {
    // The decoder asks the catalogue by a connection that knows one type only, and closes it at its
    // end. The task's own keeps the real types: Debezium reads the shapes of tables with them.
    PostgresConnection decoding =
        new PostgresConnection(config, new OneType(connection), "Debezium Decoding");
    return new PinnedReplication(super.buildReplicationConnection(decoding, schema, config));
  }
}
