package io.crossfade.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.crossfade.sandbox.Database;
import io.crossfade.sandbox.SharedSandbox;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What {@code plan} says, and that the SQL that it proposes runs. */
@Timeout(180)
class PlanTest {

  private static final String PEOPLE =
      """
      SELECT CAST(c.id AS BIGINT) AS person_id, c.email, name AS full_name, "order", balance,
             created, tag, data, active, code, boss, -- a comment, with a comma
             UPPER(name) AS shout,
             CAST(balance * 100 AS BIGINT) AS cents,
             'it''s, from' kind,
             CASE WHEN name IS DISTINCT FROM 'a' THEN name ELSE email END AS label
      FROM public.customers c
      """;

  private static final String SUBSCRIPTIONS =
      """
      SELECT id, CAST(customer_id AS BIGINT) AS person_id, plan, starts,
             CAST(amount AS NUMERIC(8, 1)) AS rough
      FROM public.subs
      WHERE deleted_at IS NULL
      """;

  @TempDir private Path directory;
  private StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();
  private final String migration = "p-" + UUID.randomUUID().toString().substring(0, 8);
  private Database source;
  private Database target;

  @BeforeEach
  void prepare() {
    source = SharedSandbox.postgres15().createDatabase();
    target = SharedSandbox.postgres18().createDatabase();
    source.execute(
        """
        CREATE TABLE customers (
          id serial PRIMARY KEY, email varchar(80) NOT NULL UNIQUE, name text COLLATE "C",
          "order" int DEFAULT 7, balance numeric(12, 2) NOT NULL DEFAULT 0,
          created timestamptz DEFAULT now(), tag char(3), data jsonb, active boolean NOT NULL,
          code bpchar, boss int REFERENCES customers, unread int4range);
        CREATE INDEX by_name ON customers (name DESC NULLS LAST) INCLUDE (balance) WITH (fillfactor = 80);
        CREATE UNIQUE INDEX by_lower_email ON customers (lower(email));
        CREATE INDEX by_creation ON customers (created) WHERE active;
        CREATE INDEX by_data ON customers USING gin (data jsonb_path_ops);
        CREATE INDEX by_upper_name ON customers (upper(name));
        CREATE INDEX by_unread ON customers USING gist (unread);
        CREATE FUNCTION ours(text) RETURNS text LANGUAGE sql IMMUTABLE AS 'SELECT $1';
        CREATE INDEX by_ours ON customers (ours(email));
        CREATE TABLE subs (
          id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
          customer_id int NOT NULL REFERENCES customers ON DELETE CASCADE DEFERRABLE,
          plan varchar(20), amount numeric(10, 2), starts date NOT NULL, deleted_at timestamp,
          UNIQUE NULLS NOT DISTINCT (customer_id, plan), UNIQUE (amount));
        CREATE INDEX ON subs (customer_id, starts DESC);
        CREATE TABLE notes (id int PRIMARY KEY, sub bigint REFERENCES subs, said text);
        INSERT INTO customers (email, name, active) SELECT 'e' || i, 'n' || i, true FROM generate_series(1, 9) i;
        INSERT INTO subs (customer_id, plan, amount, starts) SELECT i, 'p', i, '2024-01-01' FROM generate_series(1, 5) i;
        INSERT INTO notes SELECT i, i, 'x' FROM generate_series(1, 5) i;
        """);
  }

  @AfterEach
  void drop() {
    source.close();
    target.close();
  }

  @Test
  void shouldSayWhatIsMadeAndWhereAndWhatEachColumnComesFrom() throws Exception {
    target.execute(
        "CREATE TABLE b (id bigint PRIMARY KEY, mail text NOT NULL, cents bigint, said text)");
    Path file =
        write(
            """
              - into: public.b
                select: |
                  SELECT c.id, c.name AS mail, CAST(balance * 100 AS BIGINT) AS cents, 'x' AS said
                  FROM customers c WHERE active
            """);

    assertThat(plan(file)).as(err.toString()).isZero();
    String name = "crossfade_" + migration.replace('-', '_');
    assertThat(lines())
        .contains("source " + source.jdbcUrl())
        .contains("publication " + name, "replication slot " + name)
        .contains("raw topic crossfade." + migration + ".raw.public.customers 3 partitions")
        .contains("control topic crossfade." + migration + ".control 1 partition")
        .contains("consumer group crossfade." + migration + ".apply")
        .contains("progress schema crossfade, table crossfade.progress")
        .contains("public.b ← public.customers")
        .contains(
            "crossfade."
                + migration
                + ".raw.public.customers → filter → project → apply 3 partitions, state: none")
        .contains("id id integer → bigint no never")
        .contains("mail name text no may be, but NOT NULL there")
        .contains("cents CAST(balance * 100 AS BIGINT) numeric(12,2) → bigint yes never")
        .contains("said 'x' text constant never")
        .contains("not read: email, order, created, tag, data, code, boss, unread");
    assertThat(err.toString()).contains("WARN").contains("public.b.mail is NOT NULL");
  }

  @Test
  void shouldNeedTheTargetTablesUnlessItIsToProposeThem() throws Exception {
    Path file = whole();

    assertThat(plan(file)).isEqualTo(2);
    assertThat(err.toString())
        .contains("the target has no table public.people")
        .contains("plan --ddl");
    assertThat(plan(file, "--ddl")).isZero();
    assertThat(target.query("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'"))
        .containsExactly("0");
  }

  @Test
  void shouldProposeTablesThatRunAndThatTheSpecFits() throws Exception {
    Path file = whole();
    assertThat(plan(file, "--ddl")).as(err.toString()).isZero();

    String script = out.toString();
    assertThat(script)
        .contains(
            """
            CREATE TABLE public.people (
              person_id bigint GENERATED BY DEFAULT AS IDENTITY NOT NULL,
              email character varying(80) NOT NULL,
              full_name text COLLATE pg_catalog."C",
              "order" integer DEFAULT 7,
              balance numeric(12,2) NOT NULL DEFAULT 0,
              created timestamp with time zone DEFAULT now(),
              tag character(3),
              data jsonb,
              active boolean NOT NULL,
              code bpchar,
              boss integer,
              shout text,
              cents bigint NOT NULL,
              kind text NOT NULL,
              label text,
              PRIMARY KEY (person_id),
              UNIQUE (email)
            );
            """)
        .contains("-- subs_amount_key is not proposed, since not all of its columns")
        .contains("CREATE SCHEMA IF NOT EXISTS \"New\";")
        .contains(
            """
              rough numeric(8,1),
              PRIMARY KEY (id),
              UNIQUE NULLS NOT DISTINCT (person_id, plan)
            );
            """);
    target.execute(script);

    assertThat(crossfade("validate", "-f", file.toString())).as(err.toString()).isZero();
    assertThat(plan(file)).as(err.toString()).isZero();
    assertThat(err.toString()).isEmpty();
    assertThat(plan(file, "--ddl=tables")).isZero();
    assertThat(out.toString()).contains("-- public.people exists").doesNotContain("CREATE TABLE");
  }

  @Test
  void shouldProposeWhatFollowsTheBackfillAndWhatFollowsTheSwitch() throws Exception {
    Path file = whole();
    plan(file, "--ddl=tables");
    target.execute(out.toString());
    String run = file.toString();
    assertThat(crossfade("run", "-f", run, "--exit-when", "caught-up")).as(err + "").isZero();

    List<String> after = statements(file, "--ddl=after");
    assertThat(after)
        .contains(
            "CREATE INDEX CONCURRENTLY ON public.people USING btree (full_name DESC NULLS LAST)"
                + " INCLUDE (balance) WITH (fillfactor=80)",
            "CREATE UNIQUE INDEX CONCURRENTLY ON public.people USING btree ((lower((email)::text)))",
            "CREATE INDEX CONCURRENTLY ON public.people USING btree (created) WHERE active",
            "CREATE INDEX CONCURRENTLY ON public.people USING gin (data pg_catalog.jsonb_path_ops)",
            "CREATE INDEX CONCURRENTLY ON \"New\".subs USING btree (person_id, starts DESC)",
            "ANALYZE public.people")
        .noneMatch(sql -> sql.contains("upper(") || sql.contains("unread") || sql.contains("ours"));
    assertThat(out.toString())
        .contains("-- by_upper_name is not proposed: it has an expression over columns")
        .contains("-- by_unread is not proposed: unread did not come over as it was")
        .contains("-- by_ours is not proposed: the target may lack function public.ours(text)");
    assertThat(out.toString())
        .contains("notes_sub_fkey is not proposed: New.subs leaves rows out by its WHERE");
    after.forEach(target::execute);

    List<String> atSwitch = statements(file, "--ddl=switchover");
    atSwitch.forEach(target::execute);
    assertThat(
            target.query(
                "SELECT conname, convalidated, condeferrable FROM pg_constraint WHERE contype = 'f' ORDER BY 1"))
        .containsExactly("customers_boss_fkey|t|f", "subs_customer_id_fkey|t|t");
    assertThat(
            target.query(
                "INSERT INTO people (email, active, cents, kind) VALUES ('new', true, 1, '') RETURNING person_id"))
        .containsExactly("10");
    assertThat(
            target.query(
                "INSERT INTO \"New\".subs (person_id, starts) VALUES (1, '2024-01-01') RETURNING id"))
        .containsExactly("6");
    assertThat(
            target.query(
                "SELECT attidentity FROM pg_attribute WHERE attrelid = '\"New\".subs'::regclass AND attname = 'id'"))
        .containsExactly("a");
    assertThat(statements(file, "--ddl=after")).allMatch(sql -> sql.startsWith("ANALYZE"));
    assertThat(statements(file, "--ddl=switchover")).allMatch(sql -> sql.contains("setval"));
    assertThatThrownBy(
            () -> target.execute("INSERT INTO \"New\".subs (person_id, starts) VALUES (99, now())"))
        .rootCause()
        .hasMessageContaining("subs_customer_id_fkey");
  }

  @Test
  void shouldPrintOnlyCommentsAfterTheTables() throws Exception {
    assertThat(plan(whole(), "--ddl")).isZero();

    String script = out.toString();
    String rest = script.substring(script.indexOf("-- After the backfill"));
    assertThat(rest.lines()).allMatch(line -> line.isEmpty() || line.startsWith("--"));
    assertThat(rest)
        .contains("--   CREATE INDEX CONCURRENTLY ON public.people")
        .contains("--   ALTER TABLE \"New\".subs VALIDATE CONSTRAINT subs_customer_id_fkey;")
        .contains("--   SELECT pg_catalog.setval(");
  }

  @Test
  void shouldGiveTheSameAsData() throws Exception {
    assertThat(plan(whole(), "--ddl", "-o", "json")).isZero();

    JsonNode plan = new ObjectMapper().readTree(out.toString());
    assertThat(plan.at("/migration").asText()).isEqualTo(migration);
    assertThat(plan.at("/kafka/rawTopics/0/partitions").asInt()).isEqualTo(3);
    assertThat(plan.at("/mappings/0/exists").asBoolean()).isFalse();
    assertThat(plan.at("/mappings/0/state").asText()).isEqualTo("none");
    List<String> columns = new ArrayList<>();
    plan.at("/mappings/0/columns")
        .forEach(
            column ->
                columns.add(
                    column.get("name").asText()
                        + "|"
                        + column.get("from").asText()
                        + "|"
                        + column.get("lossy").asText()));
    assertThat(columns)
        .contains(
            "person_id|CAST(c.id AS BIGINT)|no",
            "full_name|name|no",
            "boss|boss|no",
            "shout|UPPER(name)|computed",
            "cents|CAST(balance * 100 AS BIGINT)|yes",
            "kind|'it''s, from'|constant",
            "label|CASE WHEN name IS DISTINCT FROM 'a' THEN name ELSE email END|computed");
    assertThat(plan.at("/ddl/tables/0/sql").asText()).contains("CREATE ");
    assertThat(plan.at("/ddl/afterBackfill")).isNotEmpty();
    assertThat(plan.at("/ddl/atSwitch")).isNotEmpty();

    out = new StringWriter();
    assertThat(plan(whole(), "--ddl", "-o", "json")).isZero();
  }

  @Test
  void shouldProposeTheTablesOfAWholeSchema() throws Exception {
    Path file = write("  - into: copy.*\n    from: public.*\n    except: [customers]\n");

    assertThat(plan(file, "--ddl")).as(err.toString()).isZero();
    target.execute(out.toString());
    assertThat(crossfade("validate", "-f", file.toString())).as(err.toString()).isZero();
    List<String> after = statements(file, "--ddl=after");
    assertThat(after).anyMatch(sql -> sql.contains("REFERENCES copy.subs (id)"));
    after.forEach(target::execute);
  }

  @Test
  void shouldProposeTablesBesideTheOldOnesInOneDatabase() throws Exception {
    Path file = write("  - into: public.people\n    select: |\n" + PEOPLE.indent(6));
    String besides =
        Files.readString(file)
            .replace(target.jdbcUrl(), source.jdbcUrl())
            .replace(target.password(), source.password());
    Files.writeString(file, besides);

    assertThat(plan(file, "--ddl")).as(err.toString()).isZero();
    source.execute(out.toString());
    statements(file, "--ddl=after").forEach(source::execute);
    statements(file, "--ddl=switchover").forEach(source::execute);

    assertThat(
            source.query(
                "SELECT count(*) FROM pg_indexes WHERE tablename = 'people' AND indexdef LIKE '%WHERE active'"))
        .containsExactly("1");
    assertThat(crossfade("validate", "-f", file.toString())).as(err.toString()).isZero();
  }

  @Test
  void shouldSayThatTheKeyIsMissingWhereNoTableCanBeProposed() throws Exception {
    Path file = write("  - into: public.b\n    select: SELECT email FROM customers\n");

    assertThat(plan(file, "--ddl")).isEqualTo(2);
    assertThat(err.toString())
        .contains("m.yaml:")
        .contains("the SELECT does not give id, a part of the primary key of public.customers");
  }

  @Test
  void shouldSayThatADatabaseDoesNotAnswerAndRefuseUnknownParts() throws Exception {
    Path file = whole();
    Files.writeString(
        file, Files.readString(file).replace(target.jdbcUrl(), "jdbc:postgresql://127.0.0.1:9/x"));

    assertThat(plan(file, "--ddl")).isEqualTo(4);
    assertThat(err.toString()).contains("target.reach");
    assertThat(plan(file, "--ddl=all-of-it")).isEqualTo(2);
  }

  private Path whole() throws Exception {
    return write(
        "  - into: public.people\n    select: |\n"
            + PEOPLE.indent(6)
            + "  - into: '\"New\".subs'\n    select: |\n"
            + SUBSCRIPTIONS.indent(6)
            + "  - into: public.notes\n    from: public.notes\n");
  }

  private Path write(String tables) throws Exception {
    String text =
        """
        migration: %s
        source: { connector: postgres, url: "%s", username: "%s", password: "%s" }
        target: { connector: postgres, url: "%s", username: "%s", password: "%s" }
        kafka: { bootstrap-servers: "%s", partitions: 3 }
        server: { port: 0 }
        tables:
        """
            .formatted(
                migration,
                source.jdbcUrl(),
                source.user(),
                source.password(),
                target.jdbcUrl(),
                target.user(),
                target.password(),
                SharedSandbox.kafka().bootstrapServers());
    return Files.writeString(directory.resolve("m.yaml"), text + tables);
  }

  /** Each line with single blanks. */
  private List<String> lines() {
    return out.toString().lines().map(line -> line.strip().replaceAll(" +", " ")).toList();
  }

  private List<String> statements(Path file, String part) {
    assertThat(plan(file, part)).as(err.toString()).isZero();
    return Arrays.stream(out.toString().split(";\n"))
        .map(text -> String.join("\n", text.lines().filter(l -> !l.startsWith("--")).toList()))
        .map(String::strip)
        .filter(sql -> !sql.isEmpty())
        .toList();
  }

  private int plan(Path file, String... options) {
    out = new StringWriter();
    List<String> arguments = new ArrayList<>(List.of("plan", "-f", file.toString()));
    arguments.addAll(List.of(options));
    return crossfade(arguments.toArray(String[]::new));
  }

  private int crossfade(String... arguments) {
    return Main.run(new PrintWriter(out, true), new PrintWriter(err, true), arguments);
  }
}
