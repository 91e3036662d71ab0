package io.crossfade.postgres.source;

import io.debezium.connector.postgresql.PostgresType;
import io.debezium.connector.postgresql.TypeRegistry;
import io.debezium.connector.postgresql.connection.PostgresConnection;
import java.sql.Types;

/**
 * Debezium's types, of which each is {@code text}: what it decodes a value by. That the decoder
 * looks types up by their names alone, whatever their schema, does no harm then either.
 */
final class OneType extends TypeRegistry {

  private static final int TEXT_OID = 25;

  /** Not set while the registry's own constructor runs; what that asks for is not used. */
  private final PostgresType text;

  OneType(PostgresConnection connection) {
    super(connection);
    this.text = text(TEXT_OID);
  }

  private PostgresType text(int oid) {
    return new PostgresType.Builder(this, "text", oid, Types.VARCHAR, NO_TYPE_MODIFIER, null)
        .build();
  }

  /** Under its own oid, so that who reads the schema can tell when a column has another type. */
  @Override
  public PostgresType get(int oid) {
    return text == null || oid == TEXT_OID ? text : text(oid);
  }

  @Override
  public PostgresType get(String name) {
    return text;
  }
}
