package io.crossfade.spec;

import java.util.Objects;
import java.util.Optional;

/**
 * The database with the old tables.
 *
 * @param connector its kind
 * @param url JDBC URL of the primary, without user and password
 * @param username a role that may replicate and read
 * @param password empty where the server asks for none
 * @param readFrom JDBC URL of a physical standby, where chunks are read; empty: the primary
 */
public record SourceSpec(
    Connector connector,
    Setting url,
    Setting username,
    Optional<Secret> password,
    Optional<Setting> readFrom) {

  public SourceSpec {
    Objects.requireNonNull(connector, "connector");
    Objects.requireNonNull(url, "url");
    Objects.requireNonNull(username, "username");
    Objects.requireNonNull(password, "password");
    Objects.requireNonNull(readFrom, "readFrom");
  }
}
