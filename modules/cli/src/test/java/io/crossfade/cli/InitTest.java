package io.crossfade.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.crossfade.sandbox.Database;
import io.crossfade.sandbox.SharedSandbox;
import io.crossfade.spec.Spec;
import io.crossfade.spec.SpecReader;
import io.crossfade.spec.TableSpec;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A spec drafted from a source that exists. */
@Timeout(120)
class InitTest {

  @TempDir private Path directory;
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();
  private Database source;
  private Path file;

  @BeforeEach
  void prepare() {
    file = directory.resolve("m.yaml");
    source = SharedSandbox.postgres18().createDatabase();
    source.execute(
        """
        CREATE TABLE customers (id int PRIMARY KEY, name text, "order" int, "Odd Name" text,
                                date date, "user" text);
        CREATE TABLE invoices (year int, no int, total numeric(12, 2), span int4range,
                               gross numeric GENERATED ALWAYS AS (total * 2) STORED,
                               clerk regrole,
                               PRIMARY KEY (year, no));
        CREATE TABLE log (at timestamp, line text);
        CREATE TABLE "Users" (id int PRIMARY KEY);
        CREATE VIEW overview AS SELECT id FROM customers;
        CREATE TABLE parted (id int PRIMARY KEY) PARTITION BY RANGE (id);
        CREATE TABLE parted_1 PARTITION OF parted FOR VALUES FROM (0) TO (10);
        CREATE SCHEMA billing;
        CREATE TABLE billing.plans (id int PRIMARY KEY);
        INSERT INTO customers SELECT i FROM generate_series(1, 1234) i;
        ANALYZE customers;
        """);
  }

  @AfterEach
  void drop() {
    source.close();
  }

  @Test
  void shouldSpellOutEachColumnQuotedWhereNeeded() throws Exception {
    assertThat(init("customers,billing.plans")).as(err.toString()).isZero();

    assertThat(Files.readString(file))
        .contains(
            """
              # public.customers: primary key (id); about 1,234 rows
              - into: public.customers
                select: |
                  SELECT
                    id,
                    name,
                    "order",
                    "Odd Name",
                    date,
                    "user"
                  FROM public.customers

              # billing.plans: primary key (id); rows not known, since it was never analysed
              - into: billing.plans
            """);
    assertThat(tables()).containsExactly("public.customers", "billing.plans");
    assertThat(directory.resolve("crossfade.schema.json")).exists();
  }

  @Test
  void shouldWriteASpecThatFitsTablesOfTheSameShape() throws Exception {
    try (Database target = SharedSandbox.postgres18().createDatabase()) {
      target.execute(
          """
          CREATE TABLE customers (id int PRIMARY KEY, name text, "order" int, "Odd Name" text,
                                  date date, "user" text);
          CREATE TABLE "Users" (id int PRIMARY KEY);
          """);
      assertThat(init("customers,\"Users\"")).as(err.toString()).isZero();
      String spec =
          Files.readString(file)
              .replace("jdbc:postgresql://new-db:5432/app", target.jdbcUrl())
              .replaceAll("username: .*", "username: \"" + source.user() + "\"")
              .replaceAll("password: .*", "password: \"" + source.password() + "\"");
      Files.writeString(file, spec);

      assertThat(crossfade("validate", "-f", file.toString())).as(err.toString()).isZero();
      assertThat(out.toString()).contains("2 mappings fit their tables");
    }
  }

  @Test
  void shouldWriteATableWithoutAPrimaryKeyAsACommentWithTheReason() throws Exception {
    assertThat(init("log,customers")).isZero();

    assertThat(err.toString()).contains("WARN").contains("public.log has no primary key");
    assertThat(Files.readString(file))
        .contains("  # public.log has no primary key, so its rows cannot be told apart; add one")
        .contains("  # - into: public.log\n  #   select: |\n  #     SELECT\n  #       at,\n");
    assertThat(tables()).containsExactly("public.customers");
  }

  @Test
  void shouldSayWhichColumnsAreLeftOutAndWhy() throws Exception {
    assertThat(init("invoices")).isZero();

    assertThat(Files.readString(file))
        .contains("# public.invoices: primary key (year, no); ")
        .contains("# left out: clerk, which ")
        .doesNotContain("    clerk")
        .contains("    gross");
  }

  @Test
  void shouldTakeAWholeSchemaAndPartsOfNames() throws Exception {
    assertThat(init("public.*")).isZero();
    assertThat(tables())
        .containsExactly("public.Users", "public.customers", "public.invoices", "public.parted");

    Files.delete(file);
    assertThat(init("billing.*,public.c*,customers")).isZero();
    assertThat(tables()).containsExactly("billing.plans", "public.customers");
  }

  @Test
  void shouldNameTheNearestTableForAnUnknownOne() {
    assertThat(init("custmers,users,nope.*,overview")).isEqualTo(2);

    assertThat(err.toString())
        .contains("no table public.custmers; did you mean public.customers?")
        .contains("no table public.users; did you mean public.\"Users\"? (with the quotes)")
        .contains("no table nope.*")
        .contains("public.overview is a view");
    assertThat(file).doesNotExist();
  }

  @Test
  void shouldSayThatThePasswordIsWrongOrMissing() {
    assertThat(init(Map.of("SOURCE_PASSWORD", "s3cret-but-wrong"), "customers")).isEqualTo(4);
    assertThat(err.toString())
        .contains("password authentication failed")
        .contains("set SOURCE_PASSWORD")
        .doesNotContain("s3cret-but-wrong");
    assertThat(init(Map.of(), "customers")).isEqualTo(4);
    assertThat(err.toString()).contains("the password is an empty string");
    assertThat(file).doesNotExist();
  }

  @Test
  void shouldNeitherTakeNorWriteThePassword() throws Exception {
    String role = "drafter_" + UUID.randomUUID().toString().substring(0, 8);
    source.execute("CREATE ROLE " + role + " LOGIN PASSWORD 'hunter2-hunter2'");
    try {
      assertThat(
              crossfade(
                  Map.of("PGPASSWORD", "hunter2-hunter2", "PGUSER", role),
                  List.of("init", "--from", source.jdbcUrl(), "--tables", "customers")))
          .isZero();
    } finally {
      source.execute("DROP ROLE " + role);
    }
    assertThat(Files.readString(file))
        .contains("username: " + role)
        .contains("password: \"${env:SOURCE_PASSWORD}\"")
        .doesNotContain("hunter2");

    assertThat(crossfade("init", "--password", "x", file.toString())).isEqualTo(2);
    Files.delete(file);
    String url = source.jdbcUrl() + "?password=hunter2";
    assertThat(crossfade("init", "--from", url, "--tables", "a", file.toString())).isEqualTo(2);
    assertThat(err.toString()).contains("must not hold user or password").doesNotContain("hunter2");
  }

  @Test
  void shouldSayThatThereIsNothingToWriteOrNobodyThere() {
    assertThat(init("log")).isEqualTo(1);
    assertThat(err.toString()).contains("nothing to write").contains("public.log has no primary");
    assertThat(
            crossfade(
                "init", "--from", "jdbc:postgresql://127.0.0.1:9/x", "--tables", "a", file + ""))
        .isEqualTo(4);
    assertThat(err.toString()).contains("see that the server runs");
    assertThat(crossfade("init", "--from", source.jdbcUrl(), file.toString())).isEqualTo(2);
    assertThat(file).doesNotExist();
  }

  private List<String> tables() throws Exception {
    Map<String, String> environment = Map.of("SOURCE_PASSWORD", "x", "TARGET_PASSWORD", "x");
    Spec spec = SpecReader.read(file, environment).orThrow();
    return spec.tables().stream().map(TableSpec::into).map(Object::toString).toList();
  }

  private int init(String tables) {
    return init(Map.of("SOURCE_PASSWORD", source.password()), tables);
  }

  private int init(Map<String, String> environment, String tables) {
    List<String> arguments =
        List.of(
            "init", "--from", source.jdbcUrl(), "--username", source.user(), "--tables", tables);
    return crossfade(environment, arguments);
  }

  private int crossfade(Map<String, String> environment, List<String> arguments) {
    List<String> all = new ArrayList<>(arguments);
    all.add(file.toString());
    return Main.run(
        new PrintWriter(out, true),
        new PrintWriter(err, true),
        environment,
        all.toArray(String[]::new));
  }

  private int crossfade(String... arguments) {
    return Main.run(new PrintWriter(out, true), new PrintWriter(err, true), arguments);
  }
}
