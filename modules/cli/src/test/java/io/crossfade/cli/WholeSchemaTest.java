package io.crossfade.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.crossfade.sandbox.Database;
import io.crossfade.sandbox.SharedSandbox;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code from: schema.*}: which tables that is, and that it stays what it was at the start. */
@Timeout(180)
class WholeSchemaTest {

  private static final String TABLES =
      """
      CREATE TABLE %1$s.a (id int PRIMARY KEY, s text);
      CREATE TABLE %1$s."B c" (id int PRIMARY KEY, n int);
      CREATE TABLE %1$s.parted (id int PRIMARY KEY) PARTITION BY RANGE (id);
      CREATE TABLE %1$s.parted_1 PARTITION OF %1$s.parted FOR VALUES FROM (0) TO (10);
      """;

  @TempDir private Path directory;
  private final StringWriter err = new StringWriter();
  private final StringWriter out = new StringWriter();
  private final String migration = "w" + UUID.randomUUID().toString().substring(0, 8);
  private Database source;
  private Database target;

  @BeforeEach
  void prepare() {
    source = SharedSandbox.postgres18().createDatabase();
    target = SharedSandbox.postgres18().createDatabase();
    source.execute(
        "CREATE SCHEMA app",
        TABLES.formatted("app"),
        "INSERT INTO app.a VALUES (1, 'one'), (2, 'two')",
        "INSERT INTO app.\"B c\" VALUES (3, 4)",
        "INSERT INTO app.parted VALUES (5)");
    target.execute("CREATE SCHEMA archive", TABLES.formatted("archive"));
  }

  @AfterEach
  void drop() {
    source.close();
    target.close();
  }

  @Test
  void shouldMapEachTableOfTheSchemaAndNoPartition() throws Exception {
    assertThat(run("archive.*", "app.*", "")).as(err.toString()).isZero();

    assertThat(target.query("SELECT count(*), min(s) FROM archive.a")).containsExactly("2|one");
    assertThat(target.query("SELECT * FROM archive.\"B c\"")).containsExactly("3|4");
    assertThat(target.query("SELECT * FROM archive.parted")).containsExactly("5");
  }

  @Test
  void shouldNameTheTableThatHasNoPrimaryKeyUnlessItIsLeftOut() throws Exception {
    source.execute("CREATE TABLE app.log (line text)");

    assertThat(validate("archive.*", "app.*", "")).isEqualTo(2);
    assertThat(err.toString())
        .contains("m.yaml:7:11: app.log has no primary key")
        .contains("leave the table out: except: [log]");
    assertThat(validate("archive.*", "app.*", "except: [log]")).as(err.toString()).isZero();
    assertThat(out.toString()).contains("3 mappings fit their tables");
  }

  @Test
  void shouldRefuseAnExceptionThatIsNoTableAndASchemaThatHasNone() throws Exception {
    assertThat(validate("archive.*", "app.*", "except: [partd]")).isEqualTo(2);
    assertThat(err.toString())
        .contains("m.yaml:8:14: schema app has no table partd; did you mean parted?");
    assertThat(validate("archive.*", "nope.*", "")).isEqualTo(2);
    assertThat(err.toString()).contains("m.yaml:7:11: the source has no tables in schema nope");
  }

  @Test
  void shouldRefuseTwoMappingsIntoOneTable() throws Exception {
    String other = "\n  - into: archive.a\n    select: SELECT id, UPPER(s) AS s FROM app.a";

    assertThat(validate("archive.*", "app.*", other)).isEqualTo(2);
    assertThat(err.toString())
        .contains("m.yaml:6:11: archive.a has a mapping in line 9 already")
        .contains("except: [a]");
    assertThat(validate("archive.*", "app.*", "except: [a]" + other)).as(err + "").isZero();
  }

  @Test
  void shouldSayHowATableIsLeftOutThatTheTargetHasNot() throws Exception {
    target.execute("DROP TABLE archive.a");

    assertThat(validate("archive.*", "app.*", "")).isEqualTo(2);
    assertThat(err.toString())
        .contains("m.yaml:6:11: the target has no table archive.a; create it first")
        .contains("leave it out with except: [a]");
  }

  @Test
  void shouldTakeUpATableThatCameLaterAndRefuseToLoseOne() throws Exception {
    assertThat(run("archive.*", "app.*", "")).as(err.toString()).isZero();
    source.execute("CREATE TABLE app.late (id int PRIMARY KEY)", "INSERT INTO app.late VALUES (7)");

    assertThat(run("archive.*", "app.*", "")).isEqualTo(2);
    assertThat(err.toString()).contains("leave it out with except: [late]");
    target.execute("CREATE TABLE archive.late (id int PRIMARY KEY)");
    assertThat(run("archive.*", "app.*", "")).as(err.toString()).isZero();
    assertThat(target.query("SELECT id FROM archive.late")).containsExactly("7");

    assertThat(run("archive.*", "app.*", "except: [late]")).isEqualTo(2);
    assertThat(err.toString())
        .contains("archive.late is filled by this migration, and is gone from the spec")
        .contains("or from a schema that it maps");
  }

  private int validate(String into, String from, String more) throws Exception {
    return crossfade("validate", "-f", write(into, from, more).toString());
  }

  private int run(String into, String from, String more) throws Exception {
    String file = write(into, from, more).toString();
    return crossfade("run", "-f", file, "--exit-when", "caught-up");
  }

  private Path write(String into, String from, String more) throws Exception {
    String text =
        """
        migration: %s
        source: { connector: postgres, url: "%s", username: "%s", password: "%s" }
        target: { connector: postgres, url: "%s", username: "%s", password: "%s" }
        kafka: { bootstrap-servers: "%s", partitions: 1 }
        tables:
          - into: %s
            from: %s
            %s
        server: { port: 0 }
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
                into,
                from,
                more);
    return Files.writeString(directory.resolve("m.yaml"), text);
  }

  private int crossfade(String... arguments) {
    return Main.run(new PrintWriter(out, true), new PrintWriter(err, true), arguments);
  }
}
