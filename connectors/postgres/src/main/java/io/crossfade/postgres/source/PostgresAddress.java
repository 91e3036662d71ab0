package io.crossfade.postgres.source;

import java.util.Objects;
import java.util.Properties;
import org.postgresql.Driver;

/**
 * Where a server is and who we are there.
 *
 * @param url {@code jdbc:postgresql://host:port/database?…}
 * @param username role
 * @param password never shown
 */
public record PostgresAddress(String url, String username, String password) {

  public PostgresAddress {
    Objects.requireNonNull(username, "username");
    Objects.requireNonNull(password, "password");
    if (Driver.parseURL(url, new Properties()) == null) {
      throw new IllegalArgumentException("not a URL of PostgreSQL: " + url);
    }
  }

  /**
   * The URL's parts under the names of pgjdbc: {@code PGHOST}, {@code PGPORT}, {@code PGDBNAME},
   * and its parameters.
   */
  Properties parts() {
    return Driver.parseURL(url, new Properties());
  }

  /** Host, port and database, for messages. */
  String display() {
    Properties parts = parts();
    return parts.getProperty("PGHOST")
        + ":"
        + parts.getProperty("PGPORT")
        + "/"
        + parts.getProperty("PGDBNAME");
  }

  @Override
  public String toString() {
    return display() + " as " + username;
  }
}
