package io.crossfade.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.crossfade.cli.job.Job;
import io.crossfade.sandbox.Database;
import io.crossfade.sandbox.PostgresOptions;
import io.crossfade.sandbox.PostgresServer;
import io.crossfade.sandbox.PostgresVersion;
import io.crossfade.spec.SpecReader;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The SQL of docs/privileges.md, and roles that have just that; one server for both sides. */
@Timeout(120)
@Tag("slow")
class PrivilegesTest {

  private static final Path DOCUMENT = Path.of("../../docs/privileges.md");

  @TempDir private Path directory;
  private PostgresServer server;
  private Database source;
  private Database target;

  @BeforeEach
  void prepare() {
    server = PostgresServer.start(PostgresOptions.of(PostgresVersion.V18).fastAndUnsafe());
    source = server.createDatabase("billing");
    target = server.createDatabase("billing_new");
    source.execute(
        "CREATE TABLE customers (id int PRIMARY KEY, name text)",
        "CREATE TABLE invoices (id int PRIMARY KEY, customer int, cents bigint)",
        "INSERT INTO customers SELECT i, 'name ' || i FROM generate_series(1, 500) i",
        "INSERT INTO invoices SELECT i, i / 2, i * 100 FROM generate_series(1, 1000) i");
    target.execute(
        "CREATE TABLE customers (id int PRIMARY KEY, name text)",
        "CREATE TABLE bills (id int PRIMARY KEY, customer int, cents bigint)");
  }

  @AfterEach
  void end() {
    server.close();
  }

  @Test
  void shouldMigrateWithWhatTheDocumentGrantsAndNothingMore() throws Exception {
    source.execute(blocks("source").toArray(String[]::new));
    target.execute(blocks("target").toArray(String[]::new));
    assertThat(
            server
                .database()
                .query(
                    "SELECT count(*) FROM pg_roles WHERE rolname LIKE 'crossfade%' AND rolsuper"))
        .containsExactly("0");

    try (Job job = Job.start(SpecReader.read(spec(), Map.of()).orThrow(), warning -> {})) {
      job.awaitCaughtUp();
      source.execute(
          "UPDATE invoices SET cents = 7 WHERE id = 3", "DELETE FROM customers WHERE id = 9");
      job.awaitBarrier();
    }
    assertThat(target.query("SELECT count(*) FROM customers")).containsExactly("499");
    assertThat(target.query("SELECT sum(cents) FROM bills"))
        .isEqualTo(source.query("SELECT sum(cents) FROM invoices"));
  }

  /** Fails where apply's sessions check foreign keys, as those of other roles do. */
  @Test
  void shouldFillTablesWithForeignKeysWhicheverRowComesFirst() throws Exception {
    source.execute(blocks("source").toArray(String[]::new));
    List<String> statements = new ArrayList<>(blocks("target"));
    String grant =
        statements.stream()
            .filter(sql -> sql.contains("session_replication_role"))
            .findFirst()
            .get();
    statements.remove(grant);
    target.execute(statements.toArray(String[]::new));
    target.execute(
        "ALTER TABLE bills ADD CONSTRAINT of_customer FOREIGN KEY (customer) REFERENCES customers",
        "CREATE FUNCTION spoil() RETURNS trigger LANGUAGE plpgsql AS"
            + " 'BEGIN NEW.name = ''spoilt''; RETURN NEW; END'",
        "CREATE TRIGGER spoils BEFORE INSERT OR UPDATE ON customers"
            + " FOR EACH ROW EXECUTE FUNCTION spoil()");
    source.execute(
        "INSERT INTO customers VALUES (0, 'none')",
        "INSERT INTO customers SELECT 10000 + i, 'late' FROM generate_series(1, 500) i",
        "INSERT INTO invoices SELECT 10000 + i, 10000 + i, 1 FROM generate_series(1, 500) i");

    assertThat(run())
        .contains("FAIL target.foreign-keys  foreign key of_customer of public.bills")
        .contains("GRANT SET ON PARAMETER session_replication_role TO \"crossfade_writer\"");

    target.execute(grant);
    try (Job job = Job.start(SpecReader.read(spec(), Map.of()).orThrow(), warning -> {})) {
      job.awaitCaughtUp();
      source.execute(
          "INSERT INTO customers SELECT 20000 + i, 'live' FROM generate_series(1, 500) i",
          "INSERT INTO invoices SELECT 20000 + i, 20000 + i, 1 FROM generate_series(1, 500) i",
          "DELETE FROM invoices WHERE id = 20001",
          "DELETE FROM customers WHERE id = 20001");
      job.awaitBarrier();
    }
    assertThat(
            target.query("SELECT count(*), count(*) FILTER (WHERE name = 'spoilt') FROM customers"))
        .containsExactly("1500|0");
    assertThat(target.query("SELECT count(*) FROM bills")).containsExactly("1999");
  }

  /** Fails where such a constraint is taken for one that is checked. */
  @Test
  void shouldRefuseAConstraintThatWouldNotBeChecked() throws Exception {
    source.execute(blocks("source").toArray(String[]::new));
    target.execute(blocks("target").toArray(String[]::new));
    target.execute("ALTER TABLE customers ADD UNIQUE (name) DEFERRABLE");

    assertThat(run())
        .contains("FAIL target.deferrable  constraint customers_name_key of public.customers");
  }

  /**
   * A role that may not see all rows would copy those that it sees, and delete the others as
   * extras; at the target it would not find the rows that it is to delete. Fails where the first
   * look does not ask for policies, and, for a policy that comes later, where a session leaves
   * {@code row_security} on.
   */
  @Test
  void shouldRefuseRowsThatAPolicyHidesAndNeverLoseThem() throws Exception {
    source.execute(blocks("source").toArray(String[]::new));
    target.execute(blocks("target").toArray(String[]::new));
    String half = "CREATE POLICY half ON customers USING (id > 250)";
    source.execute(half, "ALTER TABLE customers ENABLE ROW LEVEL SECURITY");
    target.execute(half, "ALTER TABLE customers ENABLE ROW LEVEL SECURITY");
    assertThat(run())
        .contains("FAIL source.table  public.customers has row-level security that hides rows")
        .contains("ALTER ROLE crossfade_reader BYPASSRLS")
        .contains(
            "FAIL target.row-security  public.customers has row-level security that hides rows")
        .contains("ALTER ROLE \"crossfade_writer\" BYPASSRLS");

    server.database().execute("ALTER ROLE crossfade_reader BYPASSRLS");
    server.database().execute("ALTER ROLE crossfade_writer BYPASSRLS");
    try (Job job = Job.start(SpecReader.read(spec(), Map.of()).orThrow(), warning -> {})) {
      job.awaitCaughtUp();
      assertThat(target.query("SELECT count(*) FROM customers")).containsExactly("500");

      server.database().execute("ALTER ROLE crossfade_reader NOBYPASSRLS");
      assertThat(
              Main.run(
                  new PrintWriter(new StringWriter()),
                  new PrintWriter(new StringWriter()),
                  "resync",
                  "-f",
                  spec(job.api().getPort()).toString(),
                  "--table",
                  "public.customers"))
          .isZero();
      while (!job.status().waitingFor().orElse("").contains("row-level security policy")) {
        TimeUnit.MILLISECONDS.sleep(50);
      }
      server.database().execute("ALTER ROLE crossfade_reader BYPASSRLS");
      job.awaitCaughtUp();
      assertThat(target.query("SELECT count(*) FROM customers")).containsExactly("500");

      server.database().execute("ALTER ROLE crossfade_writer NOBYPASSRLS");
      source.execute("DELETE FROM customers WHERE id = 1");
      while (job.status().blockedBy().isEmpty()) {
        TimeUnit.MILLISECONDS.sleep(50);
      }
      assertThat(job.status().blockedBy().orElseThrow().reason()).contains("row-level security");
    }
  }

  @Test
  void shouldSayWhichPrivilegeIsMissingInsteadOfTryingOnAndOn() throws Exception {
    List<String> statements = new ArrayList<>(blocks("source"));
    statements.removeIf(sql -> sql.contains("CREATE PUBLICATION"));
    source.execute(statements.toArray(String[]::new));
    target.execute(blocks("target").toArray(String[]::new));

    assertThat(run()).contains("source.publication").contains("GRANT CREATE ON DATABASE billing");
  }

  @Test
  void shouldRefuseAPublicationThatLeavesSomethingOut() throws Exception {
    for (String with :
        List.of(
            "FOR TABLE customers, invoices WITH (publish = 'insert, update')",
            "FOR TABLE customers WHERE (id > 5), invoices WITH (publish_via_partition_root = true)",
            "FOR TABLE customers (id), invoices WITH (publish_via_partition_root = true)")) {
      source.execute(
          "DROP PUBLICATION IF EXISTS crossfade_subscriptions_v2",
          "CREATE PUBLICATION crossfade_subscriptions_v2 " + with);
      List<String> statements = new ArrayList<>(blocks("source"));
      statements.removeIf(sql -> sql.contains("CREATE PUBLICATION"));
      if (source.query("SELECT 1 FROM pg_roles WHERE rolname = 'crossfade_reader'").isEmpty()) {
        source.execute(statements.toArray(String[]::new));
        target.execute(blocks("target").toArray(String[]::new));
      }

      assertThat(run())
          .as(with)
          .contains("publication crossfade_subscriptions_v2")
          .contains("DROP PUBLICATION");
    }
  }

  private String run() throws Exception {
    StringWriter err = new StringWriter();
    int code =
        Main.run(
            new PrintWriter(new StringWriter()),
            new PrintWriter(err, true),
            "run",
            "-f",
            spec().toString(),
            "--exit-when",
            "caught-up");
    assertThat(code).as(err.toString()).isEqualTo(4);
    return err.toString();
  }

  /** The document's SQL that begins with a comment that names the side, statement by statement. */
  private static List<String> blocks(String side) throws Exception {
    List<String> statements = new ArrayList<>();
    Matcher block =
        Pattern.compile("```sql\n-- " + side + "\n(.*?)```", Pattern.DOTALL)
            .matcher(Files.readString(DOCUMENT));
    while (block.find()) {
      for (String sql : block.group(1).split(";\n", -1)) {
        if (!sql.isBlank()) {
          statements.add(sql);
        }
      }
    }
    assertThat(statements).hasSizeGreaterThan(2);
    return statements;
  }

  private Path spec() throws Exception {
    return spec(0);
  }

  private Path spec(int port) throws Exception {
    Path file = directory.resolve("m.yaml");
    Files.writeString(
        file,
        """
        migration: subscriptions-v2
        source:
          connector: postgres
          url: "%s"
          username: crossfade_reader
          password: change-me
        target:
          connector: postgres
          url: "%s"
          username: crossfade_writer
          password: change-me
        kafka: { embedded: "%s", partitions: 2 }
        tables:
          - { into: public.customers, from: public.customers }
          - { into: public.bills, from: public.invoices }
        server: { port: %d }
        """
            .formatted(source.jdbcUrl(), target.jdbcUrl(), directory.resolve("kafka"), port));
    return file;
  }
}
