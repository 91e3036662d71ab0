package io.crossfade.postgres.source;

import io.crossfade.postgres.CanonicalSession;
import io.debezium.connector.postgresql.connection.Lsn;
import io.debezium.connector.postgresql.connection.ReplicationConnection;
import io.debezium.connector.postgresql.connection.ReplicationStream;
import io.debezium.connector.postgresql.connection.WalPositionLocator;
import io.debezium.connector.postgresql.spi.SlotCreationResult;
import io.debezium.jdbc.JdbcConnection;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Optional;

/**
 * A replication connection whose session prints canonical text. The settings are made by {@code
 * SET}, for the driver names the JVM's own time zone when it connects, which wins over the URL's
 * {@code options}.
 */
final class PinnedReplication implements ReplicationConnection {

  private final ReplicationConnection connection;
  private final JdbcConnection session;

  PinnedReplication(ReplicationConnection connection) {
    this.connection = connection;
    this.session = (JdbcConnection) connection;
  }

  /** How the stream is begun. */
  @FunctionalInterface
  private interface Beginning {
    ReplicationStream begin() throws SQLException, InterruptedException;
  }

  private ReplicationStream pinned(Beginning beginning) throws SQLException, InterruptedException {
    connection.initConnection();
    Connection pinned = session.connection(false);
    CanonicalSession.pin(pinned);
    if (!pinned.getAutoCommit()) {
      pinned.commit();
    }
    ReplicationStream stream = beginning.begin();
    if (session.connection(false) != pinned) {
      // Debezium connects again where a session does not answer in time.
      throw new SQLException(
          "the replication session was replaced before its stream began", "08006");
    }
    return stream;
  }

  @Override
  public ReplicationStream startStreaming(WalPositionLocator position)
      throws SQLException, InterruptedException {
    return pinned(() -> connection.startStreaming(position));
  }

  @Override
  public ReplicationStream startStreaming(Lsn offset, WalPositionLocator position)
      throws SQLException, InterruptedException {
    return pinned(() -> connection.startStreaming(offset, position));
  }

  @Override
  public Optional<SlotCreationResult> createReplicationSlot() throws SQLException {
    return connection.createReplicationSlot();
  }

  @Override
  public void initConnection() throws SQLException, InterruptedException {
    connection.initConnection();
  }

  @Override
  public boolean isConnected() throws SQLException {
    return connection.isConnected();
  }

  @Override
  public void reconnect() throws SQLException {
    connection.reconnect();
  }

  @Override
  public void close() throws Exception {
    connection.close();
  }
}
