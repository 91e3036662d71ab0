package io.crossfade.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class PostgresServerTest {

  @TempDir Path directory;

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
          .isInstanceOf(TimeoutException.class);
      server.resume();
      assertThat(answer.get(10, TimeUnit.SECONDS)).isTrue();
    }
  }

  @Test
  void shouldKeepItsDirectoryAndTakeItUpAgain() {
    PostgresOptions options = fast().withDirectory(directory()).withPassword("it's mine");
    long killed;
    try (PostgresServer server = PostgresServer.start(options)) {
      server.database().execute("CREATE TABLE t AS SELECT 1 AS id");
      killed = server.pid();
      server.kill();
    }
    try (PostgresServer server = PostgresServer.start(options)) {
      assertThat(server.pid()).isNotEqualTo(killed);
      assertThat(server.database().query("SELECT id FROM t")).containsExactly("1");
      assertThatThrownBy(() -> server.connect("postgres", "postgres", "postgres"))
          .hasMessageContaining("password authentication failed");
    }
  }

  @Test
  void shouldWaitForAFormerServerThatIsStillEnding() throws Exception {
    PostgresOptions options = fast().withDirectory(directory());
    try (PostgresServer former = PostgresServer.start(options)) {
      CompletableFuture<PostgresServer> second =
          CompletableFuture.supplyAsync(() -> PostgresServer.start(options));
      assertThat(second)
          .failsWithin(Duration.ofMillis(500))
          .withThrowableOfType(TimeoutException.class);
      former.stop(PostgresServer.StopMode.FAST);
      try (PostgresServer server = second.get(20, TimeUnit.SECONDS)) {
        assertThat(server.database().query("SELECT 1")).containsExactly("1");
      }
    }
  }

  @Test
  void shouldNotTakeUpADirectoryOfAnotherVersion() {
    PostgresOptions options = PostgresOptions.of(PostgresVersion.V15).withDirectory(directory());
    PostgresServer.start(options).close();
    assertThatThrownBy(() -> PostgresServer.start(fast().withDirectory(directory())))
        .isInstanceOf(SandboxException.class)
        .hasMessageContaining("belongs to PostgreSQL 15, not 18");
  }

  @Test
  void shouldSayWhyItDoesNotStart() {
    assertThatThrownBy(() -> PostgresServer.start(fast().with("wal_level", "nonsense")))
        .isInstanceOf(SandboxException.class)
        .hasMessageContaining("invalid value for parameter \"wal_level\": \"nonsense\"");
  }

  @Test
  void shouldSayThatItsPortIsTaken() {
    int taken = SharedSandbox.postgres18().port();
    assertThatThrownBy(() -> PostgresServer.start(fast().withPort(taken)))
        .isInstanceOf(SandboxException.class)
        .hasMessageContaining("port " + taken + " is in use");
  }

  @Test
  void shouldSayThatTheDirectoryIsOutOfReachForTheUserWhoRunsIt() throws IOException {
    assumeThat(Unix.uid()).isZero();
    Path secret = Files.createDirectory(directory.resolve("secret"));
    Files.setPosixFilePermissions(secret, PosixFilePermissions.fromString("rwx------"));
    assertThatThrownBy(() -> PostgresServer.start(fast().withDirectory(secret.resolve("data"))))
        .isInstanceOf(SandboxException.class)
        .hasMessageContaining("cannot enter " + secret);
  }

  @Test
  void shouldChangeASettingWithoutARestart() {
    try (PostgresServer server = PostgresServer.start(fast())) {
      long before = server.pid();
      server.set(Map.of("work_mem", "7MB"));
      assertThat(server.database().query("SHOW work_mem")).containsExactly("7MB");
      assertThat(server.pid()).isEqualTo(before);
    }
  }

  @Test
  void shouldDropADatabaseWithItsSlotsWhoeverIsConnected() throws SQLException {
    PostgresServer server = SharedSandbox.postgres18();
    Database database = server.createDatabase();
    try (Connection connection = database.connect()) {
      assertThat(connection.isValid(1)).isTrue();
      database.query("SELECT pg_create_logical_replication_slot('left_over', 'pgoutput')");
      database.close();
    }
    assertThat(server.database().query("SELECT slot_name FROM pg_replication_slots")).isEmpty();
    assertThat(server.database().query("SELECT datname FROM pg_database"))
        .doesNotContain(database.name());
  }

  @Test
  void shouldFollowAPrimary() {
    try (PostgresServer primary = PostgresServer.start(fast());
        PostgresServer standby = PostgresServer.startStandbyOf(primary, fast())) {
      primary.database().execute("CREATE TABLE t AS SELECT 1 AS id");
      String position = primary.database().query("SELECT pg_current_wal_lsn()").get(0);
      await(
          () ->
              standby
                  .database()
                  .query("SELECT pg_last_wal_replay_lsn() >= '" + position + "'")
                  .equals(List.of("t")));
      assertThat(standby.database().query("SELECT id, pg_is_in_recovery() FROM t"))
          .containsExactly("1|t");
    }
  }

  @Test
  void shouldLeaveNoSharedMemoryBehindWhenItWasKilled() throws IOException {
    PostgresServer server = PostgresServer.start(fast());
    String id =
        Files.readAllLines(server.data().resolve("postmaster.pid"))
            .get(6)
            .strip()
            .split(" +", -1)[1];
    assertThat(sharedMemory()).contains(id);
    server.kill();
    server.close();
    assertThat(sharedMemory()).doesNotContain(id);
    assertThat(server.data().getParent()).doesNotExist();
  }

  private static List<String> sharedMemory() throws IOException {
    return Files.readAllLines(Path.of("/proc/sysvipc/shm")).stream()
        .map(line -> line.strip().split(" +", -1)[1])
        .toList();
  }

  private static PostgresOptions fast() {
    return PostgresOptions.of(PostgresVersion.V18).fastAndUnsafe();
  }

  /** JUnit's own directory is for us alone; PostgreSQL may run as another user. */
  private Path directory() {
    try {
      Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return directory.resolve("server");
  }

  private static void await(BooleanSupplier condition) {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).as("waited in vain").isLessThan(deadline);
      ChildProcess.sleep();
    }
  }
}
