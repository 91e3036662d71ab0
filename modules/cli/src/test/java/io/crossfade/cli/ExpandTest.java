package io.crossfade.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.crossfade.cli.job.CommandException;
import io.crossfade.cli.job.ExpandContract;
import io.crossfade.core.switching.Patience;
import io.crossfade.postgres.source.PostgresAddress;
import io.crossfade.postgres.switching.PostgresSwitching;
import io.crossfade.sandbox.Database;
import io.crossfade.sandbox.SharedSandbox;
import io.crossfade.spec.Spec;
import io.crossfade.spec.SpecReader;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code expand:} and {@code contract:} as a user meets them. */
@Timeout(180)
class ExpandTest {

  private static final String NEW_TABLE =
      """
      expand:
        - CREATE TABLE public.new (id int PRIMARY KEY)
        - |
          ALTER TABLE public.new
            ADD COLUMN word text,
            ADD CONSTRAINT said CHECK (word <> '')
        - CREATE INDEX by_word ON public.new (word)
      contract: [ ALTER TABLE public.new ALTER COLUMN word SET NOT NULL ]
      """;

  @TempDir private Path directory;
  private StringWriter out = new StringWriter();
  private StringWriter err = new StringWriter();
  private final String migration = "e" + UUID.randomUUID().toString().substring(0, 8);
  private Database source;
  private Database target;

  @BeforeEach
  void prepare() {
    source = SharedSandbox.postgres18().createDatabase();
    target = SharedSandbox.postgres18().createDatabase();
    source.execute(
        "CREATE TABLE old (id int PRIMARY KEY, word text)",
        "INSERT INTO old SELECT i, 'w' || i FROM generate_series(1, 500) i");
  }

  @AfterEach
  void drop() {
    source.close();
    target.close();
  }

  /** Fails where the new table is looked at before it is made, or made again. */
  @Test
  void shouldFillATableThatItHasMadeAndMakeItOnce() throws Exception {
    write(NEW_TABLE);
    assertThat(crossfade("validate")).as(err.toString()).isZero();
    assertThat(err.toString()).contains("public.new is made or changed by 'expand'");
    assertThat(crossfade("plan")).as(err.toString()).isZero();
    assertThat(lines()).contains("expand 3 statements, 0 done", "contract 1 statement, 0 done");
    assertThat(target.query("SELECT to_regclass('new') IS NULL")).containsExactly("t");

    assertThat(crossfade("run", "--exit-when", "caught-up")).as(err.toString()).isZero();
    assertThat(err.toString())
        .contains("expand: statement 1 of 3: CREATE TABLE public.new")
        .contains("expand: statement 2 of 3, step 3 of 3: ALTER TABLE public.new VALIDATE")
        .contains("expand: statement 3 of 3: CREATE INDEX CONCURRENTLY by_word");
    assertThat(target.query("SELECT count(*), min(word) FROM new")).containsExactly("500|w1");
    assertThat(target.query("SELECT convalidated FROM pg_constraint WHERE conname = 'said'"))
        .containsExactly("t");

    source.execute("INSERT INTO old VALUES (501, 'late')");
    err = new StringWriter();
    assertThat(crossfade("run", "--exit-when", "caught-up")).as(err.toString()).isZero();
    assertThat(err.toString()).doesNotContain("expand:");
    assertThat(target.query("SELECT count(*) FROM new")).containsExactly("501");
    out = new StringWriter();
    assertThat(crossfade("plan")).isZero();
    assertThat(lines()).contains("expand 3 statements, 3 done");
  }

  /** Fails where such statements are found only when they are executed, or without their place. */
  @Test
  void shouldSayWhatItWouldNotRunWithItsPlace() throws Exception {
    write(
        """
        expand:
          - DROP TABLE public.new
          - |
            ALTER TABLE public.new ADD a int,
              ADD CHECK (a > 0)
          - ""
        contract: [ "TRUNCATE public.new", "SELECT '${env:X}'" ]
        """);
    assertThat(crossfade("validate")).isEqualTo(2);
    assertThat(err.toString())
        .contains("m.yaml:13:5: entry 3 of 'expand' is empty")
        .contains("m.yaml:14:45: references are not replaced in SQL");

    write(
        """
        expand:
          - DROP TABLE public.new
          - |
            ALTER TABLE public.new ADD a int,
              ADD CHECK (a > 0)
        contract: [ "TRUNCATE public.new", "GRANT SELECT ON public.new TO PUBLIC" ]
        """);
    String reachable = Files.readString(file());
    for (String command : new String[] {"run", "validate", "validate"}) {
      err = new StringWriter();
      assertThat(crossfade(command)).isEqualTo(2);
      assertThat(err.toString())
          .contains("m.yaml:9:5: nothing with rows in it is ever dropped by us")
          .contains("m.yaml:12:11: give the constraint a name");
      assertThat(err.toString()).contains("m.yaml:13:14: rows are not touched");
      if (command.equals("validate")) {
        Files.writeString(
            file(), reachable.replace(target.jdbcUrl(), "jdbc:postgresql://127.0.0.1:1/nobody"));
      }
    }
    assertThat(target.query("SELECT to_regclass('crossfade.definitions') IS NULL"))
        .containsExactly("t");
  }

  @Test
  void shouldRunTheStatementsOfTheExample() throws Exception {
    Map<String, String> environment =
        Map.of(
            "SOURCE_PASSWORD",
            "",
            "TARGET_PASSWORD",
            "",
            "KAFKA_JAAS_CONFIG",
            "",
            "CROSSFADE_TOKEN",
            "x",
            "HOOK_TOKEN",
            "x");
    Spec example =
        SpecReader.read(Path.of("../../config/migration.example.yaml"), environment).orThrow();

    assertThat(example.expand()).hasSize(3);
    assertThat(example.contract()).hasSize(1);
    assertThat(ExpandContract.problems(example)).isEmpty();
  }

  /** Fails where the target is changed for a source that would not do. */
  @Test
  void shouldNotTouchTheTargetWhereTheSourceWillNotDo() throws Exception {
    source.execute("CREATE ROLE " + migration + " LOGIN PASSWORD 'p'");
    try {
      write(NEW_TABLE);
      String mine = "username: \"%s\", password: \"%s\"";
      String spec = Files.readString(file());
      Files.writeString(
          file(),
          spec.replaceFirst(
              mine.formatted(source.user(), source.password()), mine.formatted(migration, "p")));

      assertThat(crossfade("run", "--exit-when", "caught-up")).isEqualTo(4);
      assertThat(err.toString()).contains("FAIL source.role").doesNotContain("expand:");
      assertThat(target.query("SELECT to_regclass('new') IS NULL")).containsExactly("t");
    } finally {
      source.execute("DROP ROLE " + migration);
    }
  }

  /** Fails where a statement that fails, or is another one, does not end the start. */
  @Test
  void shouldNotStartWhereAStatementFailsAndGoOnWhenItIsCorrected() throws Exception {
    write("expand: [ CREATE TABLE new (id int PRIMARY KEY), ALTER TABLE new ADD word txt ]");
    assertThat(crossfade("run", "--exit-when", "caught-up")).isEqualTo(4);
    assertThat(err.toString())
        .contains("m.yaml:8:50: statement 2 of 'expand' did not go through")
        .contains("SQLSTATE 42704")
        .contains("Next: correct the statement");

    write("expand: [ CREATE TABLE new (id int PRIMARY KEY), ALTER TABLE new ADD word text ]");
    assertThat(crossfade("run", "--exit-when", "caught-up")).as(err.toString()).isZero();

    write("expand: [ CREATE TABLE new (id bigint PRIMARY KEY), ALTER TABLE new ADD word text ]");
    err = new StringWriter();
    assertThat(crossfade("run", "--exit-when", "caught-up")).isEqualTo(2);
    assertThat(err.toString())
        .contains("m.yaml:8:11: another statement was executed in this place")
        .contains("create table new ( id int primary key )");
  }

  /** Fails where locks that are not to be had count as a failure; and where contract is not run. */
  @Test
  void shouldEndWithFiveWhereALockIsNotToBeHadAndContractLater() throws Exception {
    target.execute("CREATE TABLE new (id int PRIMARY KEY, word text)");
    write(NEW_TABLE);
    ExpandContract statements =
        new ExpandContract(
            SpecReader.read(file(), Map.of()).orThrow(),
            new PostgresSwitching(
                    new PostgresAddress(target.jdbcUrl(), target.user(), target.password()),
                    migration)
                .definitions(Patience.within(Duration.ofMillis(500))));
    try (Connection reader = target.connect();
        Statement query = reader.createStatement()) {
      reader.setAutoCommit(false);
      query.execute("SELECT * FROM new");
      assertThatThrownBy(() -> statements.contract(told -> {}))
          .isInstanceOfSatisfying(
              CommandException.class, e -> assertThat(e.exitCode()).isEqualTo(5))
          .hasMessageContaining("statement 1 of 'contract' did not go through")
          .hasMessageContaining("in the way: pid");
    }
    statements.contract(told -> {});
    assertThat(statements.contracted()).isEqualTo(1);
    assertThat(
            target.query(
                "SELECT attnotnull FROM pg_attribute WHERE attrelid = 'new'::regclass AND attname = 'word'"))
        .containsExactly("t");
  }

  private String lines() {
    return out.toString().replaceAll(" +", " ");
  }

  private Path file() {
    return directory.resolve("m.yaml");
  }

  private void write(String statements) throws Exception {
    Files.writeString(
        file(),
        """
        migration: %s
        source: { connector: postgres, url: "%s", username: "%s", password: "%s" }
        target: { connector: postgres, url: "%s", username: "%s", password: "%s" }
        kafka: { bootstrap-servers: "%s", partitions: 1 }
        tables: [ { into: public.new, from: public.old } ]
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
                    SharedSandbox.kafka().bootstrapServers())
            + statements);
  }

  private int crossfade(String command, String... more) {
    String[] arguments = new String[more.length + 3];
    arguments[0] = command;
    arguments[1] = "-f";
    arguments[2] = file().toString();
    System.arraycopy(more, 0, arguments, 3, more.length);
    return Main.run(new PrintWriter(out, true), new PrintWriter(err, true), arguments);
  }
}
