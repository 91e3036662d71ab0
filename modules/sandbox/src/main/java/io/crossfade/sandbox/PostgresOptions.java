package io.crossfade.sandbox;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * How to run a PostgreSQL server.
 *
 * @param version which one
 * @param directory where data and log live and stay; empty: a temporary one that goes with the
 *     server. When we are root, PostgreSQL runs as another user, who must be able to reach it
 * @param port on 127.0.0.1; empty: a free one
 * @param password of the superuser
 * @param settings as in {@code postgresql.conf}, without quotes; they win over the defaults
 */
public record PostgresOptions(
    PostgresVersion version,
    Optional<Path> directory,
    OptionalInt port,
    String password,
    Map<String, String> settings) {

  /** The superuser's name. */
  static final String USER = "postgres";

  static final String DEFAULT_PASSWORD = "postgres";

  public PostgresOptions {
    Objects.requireNonNull(version, "version");
    Objects.requireNonNull(directory, "directory");
    Objects.requireNonNull(port, "port");
    if (password.isEmpty()) {
      throw new IllegalArgumentException("The superuser needs a password");
    }
    settings = Map.copyOf(settings);
  }

  /** A server that keeps what it has committed, in a temporary directory, on a free port. */
  public static PostgresOptions of(PostgresVersion version) {
    return new PostgresOptions(
        version, Optional.empty(), OptionalInt.empty(), DEFAULT_PASSWORD, Map.of());
  }

  /**
   * Without fsync: for tests. Survives {@code kill -9} of the server, since the kernel keeps what
   * was written, but not the end of the machine.
   */
  public PostgresOptions fastAndUnsafe() {
    return with("fsync", "off").with("full_page_writes", "off");
  }

  public PostgresOptions with(String setting, String value) {
    Map<String, String> all = new LinkedHashMap<>(settings);
    all.put(setting, value);
    return new PostgresOptions(version, directory, port, password, all);
  }

  public PostgresOptions withDirectory(Path newDirectory) {
    return new PostgresOptions(version, Optional.of(newDirectory), port, password, settings);
  }

  public PostgresOptions withPort(int newPort) {
    return new PostgresOptions(version, directory, OptionalInt.of(newPort), password, settings);
  }

  public PostgresOptions withPassword(String newPassword) {
    return new PostgresOptions(version, directory, port, newPassword, settings);
  }
}
