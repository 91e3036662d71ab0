package io.crossfade.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.crossfade.sandbox.Database;
import io.crossfade.sandbox.PostgresOptions;
import io.crossfade.sandbox.PostgresServer;
import io.crossfade.sandbox.PostgresVersion;
import io.crossfade.sandbox.SharedSandbox;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * What a user reads and what a script gets when something is not as it should be: nothing is
 * changed then.
 */
@Timeout(120)
class CommandsTest {

  @TempDir private Path directory;
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();
  private final String migration = "c" + UUID.randomUUID().toString().substring(0, 8);
  private Database source;
  private Database target;

  @BeforeEach
  void prepare() {
    source = SharedSandbox.postgres18().createDatabase();
    target = SharedSandbox.postgres18().createDatabase();
    source.execute("CREATE TABLE a (id int PRIMARY KEY, s text)");
    target.execute("CREATE TABLE b (id int PRIMARY KEY, s text)");
  }

  @AfterEach
  void drop() {
    source.close();
    target.close();
  }

  @Test
  void shouldRefuseUnknownFlagsAndCommands() {
    assertThat(crossfade("run", "--fast")).isEqualTo(2);
    assertThat(crossfade("migrate")).isEqualTo(2);
    assertThat(crossfade("demo", "--rows", "5")).isEqualTo(2);
    assertThat(crossfade()).isEqualTo(2);
    assertThat(crossfade("run", "-f", "x.yaml", "--exit-when", "done")).isEqualTo(2);
  }

  @Test
  void shouldWriteASpecThatItThenRefusesToOverwrite() {
    Path file = directory.resolve("migration.yaml");

    assertThat(crossfade("init", file.toString())).isZero();
    assertThat(file).exists();
    assertThat(directory.resolve("crossfade.schema.json")).exists();
    assertThat(crossfade("init", file.toString())).isEqualTo(1);
    assertThat(err.toString()).contains("is there already");
  }

  @Test
  void shouldSayAllThatIsWrongWithASpecAtOnceWithItsPlaces() throws Exception {
    Path file = write("migration: Bad Name\nsource: 5\ntabels: []\n");

    assertThat(crossfade("validate", "-f", file.toString())).isEqualTo(2);
    assertThat(err.toString())
        .contains("m.yaml:1:12: ")
        .contains("m.yaml:2:9: ")
        .contains("did you mean 'tables'?");
  }

  @Test
  void shouldValidateAgainstTheDatabases() throws Exception {
    assertThat(validate("SELECT id, s FROM public.a")).as(err.toString()).isZero();
    assertThat(out.toString()).contains("1 mapping fits its table", "project → apply; state: none");
  }

  @Test
  void shouldPointAtWhatTheSelectAndTheTablesDoNotAgreeOn() throws Exception {
    assertThat(validate("SELECT id, s AS other FROM public.a")).isEqualTo(2);
    assertThat(err.toString()).contains("m.yaml:").contains("other");
    assertThat(validate("SELECT id, nope FROM public.a")).isEqualTo(2);
    assertThat(err.toString()).contains("nope");
    assertThat(validate("SELECT id, now() AS s FROM public.a")).isEqualTo(2);
    assertThat(validate("SELECT id, s FROM public.absent")).isEqualTo(2);
    assertThat(err.toString()).contains("absent");
  }

  /** Fails where what stands under reverse is not held against the tables until it is needed. */
  @Test
  void shouldHoldTheWayBackAgainstTheOldTable() throws Exception {
    String back = "SELECT id, s FROM public.a\nreverse:\n  - { into: public.%s, select: %s }";
    assertThat(validate(back.formatted("a", "'SELECT id, s FROM public.b'")))
        .as(err.toString())
        .isZero();
    assertThat(validate(back.formatted("z", "'SELECT id, s FROM public.b'"))).isEqualTo(2);
    assertThat(err.toString())
        .contains("public.z is no old table of this migration", "there are public.a");
    assertThat(validate(back.formatted("a", "'SELECT id, t AS s FROM public.b'"))).isEqualTo(2);
    assertThat(err.toString()).containsPattern("m.yaml:\\d+:\\d+: .*\\bt\\b");
    assertThat(validate(back.formatted("a", "'SELECT s FROM public.b'"))).isEqualTo(2);
    assertThat(err.toString()).contains("id");
    assertThat(validate(back.formatted("a", "'SELECT id, s FROM public.a'"))).isEqualTo(2);
  }

  @Test
  void shouldSayThatTheTargetTableIsMissing() throws Exception {
    target.execute("DROP TABLE b");

    assertThat(validate("SELECT id, s FROM public.a")).isEqualTo(2);
    assertThat(err.toString()).contains("the target has no table public.b");
  }

  @Test
  void shouldRefuseATableWithoutAPrimaryKey() throws Exception {
    source.execute("ALTER TABLE a DROP CONSTRAINT a_pkey");

    assertThat(validate("SELECT id, s FROM public.a")).isEqualTo(2);
    assertThat(err.toString()).contains("public.a has no primary key");
  }

  @Test
  void shouldRefuseAReplicaIdentityThatDoesNotServe() throws Exception {
    source.execute("ALTER TABLE a REPLICA IDENTITY NOTHING");

    assertThat(run("SELECT id, s FROM public.a", "")).isEqualTo(4);
    assertThat(err.toString()).contains("REPLICA IDENTITY NOTHING").contains("ALTER TABLE");
  }

  @Test
  void shouldRefuseATargetThatHasRowsAndLeaveNothingBehind() throws Exception {
    target.execute("INSERT INTO b VALUES (1, 'mine')");

    assertThat(run("SELECT id, s FROM public.a", "")).isEqualTo(4);
    assertThat(err.toString()).contains("public.b has rows").contains("existing: keep");
    assertThat(target.query("SELECT s FROM b")).containsExactly("mine");
    assertThat(
            source.query(
                "SELECT slot_name FROM pg_replication_slots WHERE database = current_database()"))
        .isEmpty();
  }

  @Test
  void shouldSayThatThePasswordIsWrong() throws Exception {
    String right = "password: \"" + source.password() + "\"";
    Path file =
        write(
            spec("SELECT id, s FROM public.a", "")
                .replace(right, "password: \"s3cret-but-wrong\""));

    assertThat(crossfade("run", "-f", file.toString())).isEqualTo(4);
    assertThat(err.toString())
        .contains("password authentication failed")
        .contains("source.password")
        .contains("target.password")
        .doesNotContain("s3cret-but-wrong");
  }

  @Test
  void shouldSayThatWalLevelIsNotLogical() throws Exception {
    try (PostgresServer server =
            PostgresServer.start(
                PostgresOptions.of(PostgresVersion.V18)
                    .fastAndUnsafe()
                    .with("wal_level", "replica"));
        Database database = server.createDatabase()) {
      database.execute("CREATE TABLE a (id int PRIMARY KEY, s text)");
      Path file =
          write(
              spec("SELECT id, s FROM public.a", "").replace(source.jdbcUrl(), database.jdbcUrl()));

      assertThat(crossfade("run", "-f", file.toString())).isEqualTo(4);
      assertThat(err.toString())
          .contains("wal_level is replica")
          .contains("ALTER SYSTEM SET wal_level");
    }
  }

  @Test
  void shouldSayThatNoSlotIsFree() throws Exception {
    try (PostgresServer server =
            PostgresServer.start(
                PostgresOptions.of(PostgresVersion.V18)
                    .fastAndUnsafe()
                    .with("max_replication_slots", "1"));
        Database database = server.createDatabase()) {
      database.execute(
          "CREATE TABLE a (id int PRIMARY KEY, s text)",
          "SELECT pg_create_logical_replication_slot('other', 'pgoutput')");
      Path file =
          write(
              spec("SELECT id, s FROM public.a", "").replace(source.jdbcUrl(), database.jdbcUrl()));

      assertThat(crossfade("run", "-f", file.toString())).isEqualTo(4);
      assertThat(err.toString()).contains("no replication slot is free: 1 of 1 in use");
    }
  }

  @Test
  void shouldSayThatTheBrokerIsNotThere() throws Exception {
    Path file =
        write(
            spec("SELECT id, s FROM public.a", "")
                .replace(SharedSandbox.kafka().bootstrapServers(), "127.0.0.1:9"));

    assertThat(crossfade("run", "-f", file.toString())).isEqualTo(4);
    assertThat(err.toString()).contains("127.0.0.1:9 does not answer");
  }

  @Test
  void shouldSayThatThePortIsInUse() throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      String server = "server: { port: " + taken.getLocalPort() + " }\n";

      assertThat(run("SELECT id, s FROM public.a", server)).isEqualTo(1);
      assertThat(err.toString()).contains("port " + taken.getLocalPort()).contains("in use");
    }
  }

  @Test
  void shouldSayThatNoJobRunsWhenAskedForItsStatus() throws Exception {
    Path file = write(spec("SELECT id, s FROM public.a", "server: { port: 9 }\n"));

    assertThat(crossfade("status", "-f", file.toString())).isEqualTo(1);
    assertThat(err.toString()).contains("127.0.0.1");
  }

  @Test
  void shouldEndWithZeroWhenItHasCaughtUp() throws Exception {
    source.execute("INSERT INTO a SELECT i, 'row ' || i FROM generate_series(1, 1000) i");

    assertThat(run("SELECT id, s FROM public.a", "", "--exit-when", "caught-up"))
        .as(err.toString())
        .isZero();
    assertThat(target.query("SELECT count(*), min(s) FROM b")).containsExactly("1000|row 1");
  }

  private int validate(String select) throws Exception {
    return crossfade("validate", "-f", write(spec(select, "")).toString());
  }

  private int run(String select, String more, String... options) throws Exception {
    String[] arguments = new String[options.length + 3];
    arguments[0] = "run";
    arguments[1] = "-f";
    arguments[2] = write(spec(select, more.isEmpty() ? "server: { port: 0 }\n" : more)).toString();
    System.arraycopy(options, 0, arguments, 3, options.length);
    return crossfade(arguments);
  }

  private String spec(String select, String more) {
    return """
        migration: %s
        source: { connector: postgres, url: "%s", username: "%s", password: "%s" }
        target: { connector: postgres, url: "%s", username: "%s", password: "%s" }
        kafka: { bootstrap-servers: "%s", partitions: 1 }
        tables:
          - into: public.b
            select: %s
        """
            .formatted(
                migration,
                source.jdbcUrl(),
                source.user(),
                source.password(),
                target.jdbcUrl(),
                target.user(),
                target.password(),
                SharedSandbox.kafka().bootstrapServers(),
                select)
        + more;
  }

  private Path write(String text) throws Exception {
    return Files.writeString(directory.resolve("m.yaml"), text);
  }

  private int crossfade(String... arguments) {
    return Main.run(new PrintWriter(out, true), new PrintWriter(err, true), arguments);
  }
}
