package io.crossfade.spec;

import java.util.Objects;
import java.util.Optional;

/**
 * The database with the new tables; may be the same server as the source.
 *
 * @param connector its kind
 * @param url JDBC URL, without user and password
 * @param username a role that may write the new tables and create the schema {@code crossfade}
 * @param password empty where the server asks for none
 */
public record TargetSpec(
    Connector connector, Setting url, Setting username, Optional<Secret> password) {

  public TargetSpec {
    Objects.requireNonNull(connector, "connector");
    Objects.requireNonNull(url, "url");
    Objects.requireNonNull(username, "username");
    Objects.requireNonNull(password, "password");
  }
}
