package io.crossfade.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class PostgresServerTest {

  private static PostgresServer server(PostgresVersion version) {
    return version == PostgresVersion.V15 ? SharedSandbox.postgres15() : SharedSandbox.postgres18();
  }

  @ParameterizedTest
  @EnumSource
  void shouldBeTheVersionThatWasAskedFor(PostgresVersion version) {
    assertThat(server(version).database().query("SHOW server_version"))
        .singleElement()
        .asString()
        .startsWith(version.major() + ".");
  }

  @ParameterizedTest
  @EnumSource
  void shouldRefuseAWrongPassword(PostgresVersion version) {
    assertThatThrownBy(() -> server(version).connect("postgres", "postgres", "wrong"))
        .isInstanceOfSatisfying(
            SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo("28P01"));
  }

  @Test
  void shouldFoldTheCaseOfLettersBeyondAscii() {
    assertThat(SharedSandbox.postgres18().database().query("SELECT upper('é'), upper('ß')"))
        .containsExactly("É|ß");
    assertThat(SharedSandbox.postgres15().database().query("SELECT upper('é'), upper('ß')"))
        .containsExactly("É|ß");
  }

  @Test
  void shouldKeepCommittedRowsOverKillAndRestart() {
    try (PostgresServer server =
        PostgresServer.start(PostgresOptions.of(PostgresVersion.V18).fastAndUnsafe())) {
      Database database = server.createDatabase("kept");
      database.execute("CREATE TABLE t (id int PRIMARY KEY)", "INSERT INTO t VALUES (1)");
      int port = server.port();

      server.kill();
      assertThat(server.isRunning()).isFalse();
      server.start();
      server.set(Map.of("wal_level", "replica"));
      server.restart();

      assertThat(server.port()).isEqualTo(port);
      assertThat(database.query("SELECT id FROM t")).containsExactly("1");
      assertThat(database.query("SHOW wal_level")).containsExactly("replica");
    }
  }

  @Test
  void shouldNotAnswerWhilePausedAndGoOnAfterwards() throws Exception {
    try (PostgresServer server =
            PostgresServer.start(PostgresOptions.of(PostgresVersion.V18).fastAndUnsafe());
        Connection connection = server.connect();
        Statement statement = connection.createStatement()) {
      server.pause();
      CompletableFuture<Boolean> answer =
          CompletableFuture.supplyAsync(
              () -> {
                try {
                  return statement.execute("SELECT 1");
                } catch (SQLException e) {
                  throw new IllegalStateException(e);
                }
              });
      assertThatThrownBy(() -> answer.get(500, TimeUnit.MILLISECONDS))
          .isInstanceOf(java.util.concurrent.TimeoutException.class);
      server.resume();
      assertThat(answer.get(10, TimeUnit.SECONDS)).isTrue();
    }
  }
}
