package io.crossfade.spec;

import static io.crossfade.spec.Specs.VALID;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Broken specs, and exactly what is said about them. */
class ProblemsTest {
  @TempDir Path directory;

  @Test
  void shouldReportAllProblemsAtOnceInTheOrderOfTheFile() {
    assertProblems(
        """
        migration: Foo_Bar
        source:
          connector: postgress
          url: jdbc:mysql://old/billing
          usrname: me
          password: 12345
        target:
          connector: postgres
          url: jdbc:postgresql://new:5432
          username: ""
          password: ${env:NOPE}
        kafka: {}
        tables:
          - into: audit
            from: a b
          - x
        server: {port: abc, bind: 0.0.0.0}
        backfill: {paralelism: 3, max-rows-per-second: 0}
        """,
        "1:12: 'migration' may hold a-z, 0-9 and '-' only and starts with a letter or a digit,"
            + " is 'Foo_Bar'",
        "3:14: 'connector' must be 'postgres' or 'mariadb', is 'postgress';"
            + " did you mean 'postgres'?",
        "5:3: unknown key 'usrname'; did you mean 'username'?",
        "6:13: 'password' must be text, is a number; put it between quotes",
        "9:8: 'url' must name the database: jdbc:postgresql://host:port/database",
        "10:13: 'username' is empty",
        "11:13: the environment variable NOPE is not set",
        "12:1: 'kafka' needs either 'bootstrap-servers' or 'embedded'",
        "14:11: 'into' needs the schema too: write schema.table, for instance public.audit",
        "15:11: 'from' is no table name: write schema.table",
        "16:5: entry 2 of 'tables' must be a mapping of keys to values, is text",
        "17:16: 'port' must be a whole number, is text",
        "17:27: 'bind' is not loopback (127.0.0.1, ::1, localhost): that needs 'token' as well",
        "18:12: unknown key 'paralelism'; did you mean 'parallelism'?",
        "18:48: 'max-rows-per-second' must be from 1 to 1000000000, is 0");
  }

  @Test
  void shouldNotMissTheKeyThatAMisspeltOneMeans() {
    assertProblems(
        VALID.replace("tables:", "tabels:"), "14:1: unknown key 'tabels'; did you mean 'tables'?");
    assertProblems(
        VALID.replace("from:", "form:"), "16:5: unknown key 'form'; did you mean 'from'?");
  }

  @Test
  void shouldSayWhereAKeyBelongsOrWhatIsKnown() {
    assertProblems(
        VALID.replace("  embedded", "  frobnicate: 1\n  parallelism: 3\n  embedded"),
        "13:3: unknown key 'frobnicate'; known here: bootstrap-servers, embedded, partitions,"
            + " properties, replication-factor",
        "14:3: unknown key 'parallelism'; it belongs to 'backfill'");
  }

  @Test
  void shouldNameMissingKeysAtTheObjectThatLacksThem() {
    assertProblems(
        """
        # a comment before the first key
        source:
          connector: postgres
        tables:
          - from: a.b
        """,
        "2:1: missing key 'kafka'",
        "2:1: missing key 'migration'",
        "2:1: missing key 'target'",
        "2:1: missing key 'url' in 'source'",
        "2:1: missing key 'username' in 'source'",
        "5:5: missing key 'into' in entry 1 of 'tables'");
  }

  @Test
  void shouldSayWhatTypeIsExpected() {
    assertProblems(
        VALID
                .replace("  embedded: ./data", "  embedded: [./data]\n  properties: { a: [1] }")
                .replace("username: crossfade", "username:")
            + "server:\nbackfill: 3\non-truncate: no\n",
        "5:3: 'username' must be text, is empty",
        "10:3: 'username' must be text, is empty",
        "13:13: 'embedded' must be text, is a list",
        "14:20: 'a' must be text or a number or true or false, is a list",
        "18:1: 'server' must be a mapping of keys to values, is empty",
        "19:11: 'backfill' must be a mapping of keys to values, is a number",
        "20:14: 'on-truncate' must be 'fail' or 'apply', is 'no'");
    assertProblems("- a\n", "1:1: the spec must be a mapping of keys to values, is a list");
  }

  @Test
  void shouldRefuseDuplicateKeysWhereverTheyStand() {
    assertProblems(
        VALID.replace("  embedded", "  embedded: a\n  embedded") + "migration: b\n",
        "14:3: duplicate key 'embedded'; it stands in line 13 already",
        "18:1: duplicate key 'migration'; it stands in line 1 already");
  }

  @Test
  void shouldTakeExactlyOneOfTwoWays() {
    assertProblems(
        VALID.replace("  embedded", "  bootstrap-servers: a:1\n  embedded")
            + "    select: SELECT 1\n  - into: a.b\n",
        "14:3: 'kafka' takes only one of 'bootstrap-servers' or 'embedded'",
        "18:5: entry 1 of 'tables' takes only one of 'select' or 'from'",
        "19:5: entry 2 of 'tables' needs either 'select' or 'from'");
  }

  @Test
  void shouldRefuseWhatTheKafkaSectionCannotKeep() {
    assertProblems(
        VALID.replace(
            "  embedded: ./data",
            """
              embedded: ./data
              partitions: 0
              replication-factor: 2
              properties: { isolation.level: x, fetch.max.bytes: 1 }\
            """),
        "14:15: 'partitions' must be from 1 to 1000, is 0",
        "15:23: 'replication-factor' must be 1 with 'embedded', which is one broker",
        "16:17: 'isolation.level' is set by Crossfade; take it out");
    assertProblems(
        VALID.replace("  embedded: ./data", "  bootstrap-servers: a:1,b"),
        "13:22: 'bootstrap-servers' must be host:port, several separated by commas");
  }

  @Test
  void shouldRefuseTableNamesThatMeanSomethingElse() {
    String longName = "x".repeat(64);
    assertProblems(
        VALID
            + """
              - { into: Public.AUDIT, from: a.b }
              - { into: db.public.x, from: a.b }
              - { into: public.%s, from: a.b }
              - { into: crossfade.progress, from: a.b }
              - { into: public.x-y, from: a.b }
              - { into: 'a.""', from: a.b }
            """
                .formatted(longName),
        "17:13: public.audit has a mapping in line 15 already; a table has one",
        "18:13: 'into' has 3 parts: write schema.table, without the database;"
            + " a dot within a name stands between double quotes",
        "19:13: 'into' has a name of more than 63 bytes; PostgreSQL allows no more",
        "20:13: 'into' must not lie in the schema crossfade, which holds Crossfade's own tables",
        "21:13: 'into' is no table name: write schema.table",
        "22:13: 'into' is no table name: write schema.table;"
            + " names with other characters than a-z, 0-9 and _ stand between double quotes");
  }

  @Test
  void shouldRefuseAWholeSchemaWhereOnlyOneSideIsOne() {
    assertProblems(
        VALID
            + """
              - { into: a.*, from: b.c }
              - { into: a.b, from: b.* }
              - { into: a.*, select: SELECT 1 }
              - { into: a.b.*, from: b.* }
              - { into: crossfade.*, from: b.* }
              - { into: c.d, from: c.d, except: [x] }
              - { into: e.*, from: e.*, except: [e.x, "a b", ok] }
              - { into: f.*, from: f.*, except: [] }
            """,
        "17:13: 'into' stands for all tables of a schema, so write from: schema.* as well",
        "18:24: 'from' stands for all tables of a schema, so write into: schema.* as well",
        "19:13: 'into' stands for all tables of a schema, which one SELECT cannot fill;"
            + " use from: schema.*",
        "20:13: 'into' has too many parts: write schema.*, without the database",
        "21:13: 'into' must not be the schema crossfade, which holds Crossfade's own tables",
        "22:29: 'except' goes with all tables of a schema: from: schema.*",
        "23:38: 'except' must be a table's name, without the schema",
        "23:43: 'except' must be a table's name, without the schema",
        "24:37: 'except' is empty");
  }

  @Test
  void shouldKeepTheSlotNameWithinPostgresLimit() {
    assertThat(Specs.problems(directory, VALID.replace("demo", "a".repeat(42)))).isEmpty();
    assertProblems(
        VALID.replace("demo", "a".repeat(43)),
        "1:12: 'migration' has 43 characters, at most 42 are allowed");
  }

  @Test
  void shouldRefuseCredentialsInAUrl() {
    for (String url :
        new String[] {
          "jdbc:postgresql://h/db?password=x",
          "jdbc:postgresql://h/db?ssl=true&user=x",
          "jdbc:postgresql://me:x@h/db"
        }) {
      assertProblems(
          VALID.replace("jdbc:postgresql://old:5432/billing", url),
          "4:8: 'url' must not hold user or password:"
              + " they stand under 'username' and 'password'");
    }
  }

  @Test
  void shouldSayWhichReferencesCannotBeReplacedAndWhere() throws Exception {
    Files.write(directory.resolve("binary"), new byte[] {(byte) 0xff});
    assertProblems(
        VALID.replace(
            "${env:SOURCE_PASSWORD}",
            "'it''s ${file:nope} ${file:.} ${env:1} ${x} ${file:binary}'"),
        "6:20: cannot read the file nope: there is none",
        "6:33: cannot read the file .: it is a directory",
        "6:43: ${env:…} needs the name of an environment variable",
        "6:52: unknown reference; write ${env:NAME} or ${file:PATH}, or $${ for a plain ${",
        "6:57: cannot read the file binary: it is not UTF-8 text");
  }

  @Test
  void shouldRefuseReferencesInSql() {
    assertProblems(
        VALID.replace("from: public.old_audit", "select: |\n      SELECT a,\n        ${env:X}"),
        "18:9: references are not replaced in SQL, which is printed and logged; write the value");
  }

  @Test
  void shouldCheckWhatReferencesStandFor() {
    String yaml = VALID.replace("url: jdbc:postgresql://old:5432/billing", "url: ${env:U}");
    Map<String, String> environment =
        Map.of(
            "SOURCE_PASSWORD", "", "TARGET_PASSWORD", "", "U", "jdbc:postgresql://h/d?password=x");
    assertThat(Specs.problems(Specs.read(directory, yaml, environment)))
        .containsExactly(
            "4:8: 'url' must not hold user or password:"
                + " they stand under 'username' and 'password'");
  }

  @Test
  void shouldSayNotYetForWhatTheSchemaKnowsAndTheProgramCannot() {
    assertProblems(
        """
        # The full example of the contract.
        migration: subscriptions-v2
        source:
          connector: mariadb
          url: jdbc:mariadb://old-db/billing
          username: crossfade
          read-from: jdbc:postgresql://replica:5432/billing
        target:
          connector: postgres
          url: jdbc:postgresql://new-db:5432/billing
          username: crossfade
          password: ${env:TARGET_PASSWORD}
        kafka:
          bootstrap-servers: kafka-1:9092,kafka-2:9092
          properties: { security.protocol: SASL_SSL }
        tables:
          - into: public.invoices
            from: public.old_invoices
            mapper: com.example.InvoiceMapper
          - into: public.customers
            columns: fill
            select: SELECT id, CAST(amount * 100 AS BIGINT) AS amount_cents FROM public.customers
        backfill:
          pause-when: { capture-lag: 30s, target-commit-p95: 500ms, source-replica-lag: 10s }
        reverse:
          - into: public.customer_subscriptions
            select: SELECT id FROM public.subscriptions
        checks:
          - { name: money, source: "SELECT SUM(amount) * 100 FROM …", target: "SELECT 1" }
        expand:   [ "ALTER TABLE public.customers ADD COLUMN amount_cents bigint" ]
        contract: [ "ALTER TABLE public.customers ALTER COLUMN amount_cents SET NOT NULL" ]
        on-truncate: apply
        """,
        "4:14: not yet: 'mariadb'; only 'postgres' can be a source");
  }

  /**
   * Fails where Rules does not look at 'columns', or lets it go with what it has no meaning for.
   */
  @Test
  void shouldReportWhatDoesNotGoWithFilledColumns() {
    assertProblems(
        """
        migration: m
        source: { connector: postgres, url: "jdbc:postgresql://a/b", username: u }
        target: { connector: postgres, url: "jdbc:postgresql://a/b", username: u }
        kafka: { embedded: ./data }
        tables:
          - into: public.a
            columns: fill
            existing: keep
            select: SELECT id, n FROM public.b
          - into: archive.*
            columns: fill
            from: archive.*
          - into: public.c
            columns: all
            select: SELECT id, n FROM public.b
          - into: public.d
            columns: fill
            from: public.b
            mapper: com.example.M
        """,
        "8:5: 'existing' goes with tables whose rows are the SELECT's; with 'columns: fill' all rows"
            + " are others', and stay",
        "11:5: 'columns' goes with one table and the SELECT that names them",
        "14:14: 'columns' must be 'fill', is 'all'",
        "17:5: 'columns' goes with the SELECT that names them, not with a mapper");
  }

  /** Fails where a mapper is given what it cannot read, or a class that cannot be one. */
  @Test
  void shouldReportMappersThatCannotBe() {
    assertProblems(
        """
        migration: m
        source: { connector: postgres, url: "jdbc:postgresql://h/d", username: u }
        target: { connector: postgres, url: "jdbc:postgresql://h/d", username: u }
        kafka: { bootstrap-servers: k:9092 }
        tables:
          - { into: p.a, select: SELECT id FROM p.b, mapper: com.example.M }
          - { into: p.*, from: p.*, mapper: com.example.M }
          - { into: p.c, from: p.b, mapper: com.example. }
          - { into: p.d, from: p.b, mapper: "" }
          - { into: p.e, mapper: com.example.M }
          - { into: p.f, from: p.b, mapper: 7 }
          - { into: p.g, from: p.b, mapper: com.example.Ä_1$Inner }
        """,
        "6:46: 'mapper' goes with 'from', not with 'select': it is given whole rows of one old table",
        "7:29: 'mapper' fills one table, not all of a schema; give it an entry of its own",
        "8:37: 'mapper' must be the name of a class, for instance com.example.InvoiceMapper",
        "9:37: 'mapper' is empty",
        "10:5: entry 5 of 'tables' needs either 'select' or 'from'",
        "11:37: 'mapper' must be text, is a number; put it between quotes");
  }

  /**
   * Fails where Rules does not look at the ways back, or takes the second of a table for the first.
   */
  @Test
  void shouldReportWaysBackThatCannotBe() {
    assertProblems(
        """
        migration: m
        source: { connector: postgres, url: "jdbc:postgresql://h/d", username: u }
        target: { connector: postgres, url: "jdbc:postgresql://h/d", username: u }
        kafka: { bootstrap-servers: k:9092 }
        tables: [ { into: p.a, from: p.b } ]
        reverse:
          - { into: p.b, select: SELECT id FROM p.a }
          - { into: '"p".B', select: SELECT id FROM p.a }
          - { into: p.*, select: " " }
          - { into: crossfade.x, select: "SELECT ${env:X} FROM p.a" }
          - { into: b, select: 5, were: x }
          - { into: p.c }
        """,
        "8:13: p.b has a way back in line 7 already; a table has one",
        "9:13: 'into' must be one table; the way back of each table is a SELECT of its own",
        "9:26: 'select' is empty",
        "10:13: 'into' must not lie in the schema crossfade, which holds Crossfade's own tables",
        "10:42: references are not replaced in SQL, which is printed and logged; write the value",
        "11:13: 'into' needs the schema too: write schema.table, for instance public.b",
        "11:24: 'select' must be text, is a number; put it between quotes",
        "11:27: unknown key 'were'; known here: accept-loss, into, select",
        "12:5: missing key 'select' in entry 6 of 'reverse'");
  }

  /** Fails where the lists are taken as they are: a reference in SQL would be executed as text. */
  @Test
  void shouldReportStatementsThatCannotBe() {
    assertProblems(
        """
        migration: m
        source: { connector: postgres, url: "jdbc:postgresql://h/d", username: u }
        target: { connector: postgres, url: "jdbc:postgresql://h/d", username: u }
        kafka: { bootstrap-servers: k:9092 }
        tables: [ { into: p.a, from: p.b } ]
        expand: [ CREATE SCHEMA s, " ", 5 ]
        contract:
          - |
            COMMENT ON TABLE t
              IS '${env:X}'
        """,
        "6:28: entry 2 of 'expand' is empty",
        "6:33: entry 3 of 'expand' must be text, is a number; put it between quotes",
        "10:11: references are not replaced in SQL, which is printed and logged; write the value");
  }

  /** Fails where checks are taken as they are: two of one name cannot be told apart in a report. */
  @Test
  void shouldReportChecksThatCannotBe() {
    assertProblems(
        """
        migration: m
        source: { connector: postgres, url: "jdbc:postgresql://h/d", username: u }
        target: { connector: postgres, url: "jdbc:postgresql://h/d", username: u }
        kafka: { bootstrap-servers: k:9092 }
        tables: [ { into: p.a, from: p.b } ]
        checks:
          - { name: money, source: "SELECT 1", target: "SELECT 1" }
          - { name: money, source: " ", target: "SELECT ${env:X}" }
        """,
        "8:13: line 7 has a check of that name already",
        "8:28: 'source' is empty",
        "8:49: references are not replaced in SQL, which is printed and logged; write the value");
  }

  /** Fails where a hook is taken that would never be run, or cannot be. */
  @Test
  void shouldReportHooksThatCannotBe() {
    assertProblems(
        """
        migration: m
        source: { connector: postgres, url: "jdbc:postgresql://h/d", username: u }
        target: { connector: postgres, url: "jdbc:postgresql://h/d", username: u }
        kafka: { bootstrap-servers: k:9092 }
        tables: [ { into: p.a, from: p.b } ]
        hooks:
          - { before: following, command: [x] }
          - { before: completed, command: [x] }
          - { before: cutover, webhook: "ftp://h/x" }
          - { after: cuting-over, webhook: "https://me:x@h/x" }
          - { command: [x] }
          - { before: completing, after: completing, command: [x], webhook: "http://h" }
          - { after: reversed }
          - { after: reversed, command: [], timeout: 5 }
          - { after: reversed, command: ["", b], timeout: 0s }
          - { after: reversed, command: x, timeout: 9999999h }
          - { after: reversed, webhok: "http://h" }
          - { after: reversed, webhook: "http:// h", timeout: soon }
          - { after: completed, command: [1] }
          - x
        """,
        "7:15: 'before' cannot be 'following': it comes by itself, so nothing can stop it; write"
            + " 'after: backfilling', or 'after: rolling-back'",
        "8:15: 'before' cannot be 'completed': it comes by itself, so nothing can stop it; write"
            + " 'before: completing' or 'after: completing'",
        "9:15: 'before' must be 'backfilling' or 'cutting-over' or 'rolling-back' or 'completing'"
            + " or 'abandoning', is 'cutover'",
        "9:33: 'webhook' must begin with http:// or https:// and a host",
        "10:14: 'after' must be 'backfilling' or 'following' or 'cutting-over' or 'reversed' or"
            + " 'rolling-back' or 'completing' or 'completed' or 'abandoning' or 'abandoned',"
            + " is 'cuting-over'; did you mean 'cutting-over'?",
        "10:36: 'webhook' must not hold user and password, which would not be sent",
        "11:5: entry 5 of 'hooks' needs either 'before' or 'after'",
        "12:27: entry 6 of 'hooks' takes only one of 'before' or 'after'",
        "12:60: entry 6 of 'hooks' takes only one of 'command' or 'webhook'",
        "13:5: entry 7 of 'hooks' needs either 'command' or 'webhook'",
        "14:33: 'command' is empty",
        "14:46: 'timeout' must be text, is a number; put it between quotes",
        "15:34: 'command' has no program",
        "15:51: 'timeout' must be more than nothing",
        "16:33: 'command' must be a list, is text",
        "16:45: 'timeout' must be a number with ms, s, m or h, for instance 30s, is '9999999h'",
        "17:24: unknown key 'webhok'; did you mean 'webhook'?",
        "18:33: 'webhook' is no URL",
        "18:55: 'timeout' must be a number with ms, s, m or h, for instance 30s, is 'soon'",
        "19:35: entry 1 of 'command' must be text, is a number; put it between quotes",
        "20:5: entry 14 of 'hooks' must be a mapping of keys to values, is text");
  }

  @Test
  void shouldReportAMistakeInTheYamlWithItsPlace() {
    assertProblems(
        "a: [1\nb: 2\n",
        "2:2: not YAML: while parsing a flow sequence: expected ',' or ']', but got :");
    assertProblems("a: b: c\n", "1:5: not YAML: mapping values are not allowed here");
    assertProblems(
        "a: @x\n",
        "1:4: not YAML: while scanning for the next token:"
            + " found character '@' that cannot start any token; use quotes");
    assertProblems(
        "a: 1\n---\nb: 2\n",
        "2:1: not YAML: expected a single document in the stream, but found another document");
    assertProblems("a: \u0001\n", "1:4: YAML does not allow the character U+0001 here");
    assertProblems(
        "# nothing\n", "1:1: the file is empty; `crossfade init` writes one to begin with");
  }

  @Test
  void shouldRefuseWhatYamlCanSayAndASpecCannot() {
    assertProblems(
        VALID + "? [a]\n: b\n<<: { a: b }\nserver: &s\n  token: !x y\n  bind: *s\n",
        "17:3: a key must be text",
        "19:1: merge keys ('<<') are not supported",
        "21:10: no YAML tag fits here; text that begins with '!' stands between quotes",
        "22:3: 'bind' must be text, is empty",
        "22:3: an alias must not contain itself");
  }

  @Test
  void shouldCountColumnsAsEditorsDo() {
    assertProblems(
        VALID + "server: { bind: \"127.0.0.1\", \"𝄞é\": 1 }\r\n",
        "17:30: unknown key '𝄞é'; known here: bind, port, token");
    assertProblems(
        VALID.replace("\n", "\r\n") + "server: { \"𝄞é\": 1, x: 1 }\r\n",
        "17:11: unknown key '𝄞é'; known here: bind, port, token",
        "17:20: unknown key 'x'; known here: bind, port, token");
  }

  @Test
  void shouldSayWhyAFileCannotBeRead() throws Exception {
    Path bad = Files.write(directory.resolve("bad.yaml"), "a: 1\nb: é".getBytes("ISO-8859-1"));
    assertThat(Specs.problems(SpecReader.read(bad, Map.of())))
        .containsExactly("2:4: this byte is not UTF-8; save the file as UTF-8");
    Path cut = Files.write(directory.resolve("cut.yaml"), new byte[] {'a', (byte) 0xC3});
    assertThat(Specs.problems(SpecReader.read(cut, Map.of())))
        .containsExactly("1:2: this byte is not UTF-8; save the file as UTF-8");
    assertThat(Specs.problems(SpecReader.read(directory.resolve("none.yaml"), Map.of())))
        .containsExactly("1:1: there is no such file; `crossfade init` writes one");
    assertThat(Specs.problems(SpecReader.read(directory, Map.of())))
        .containsExactly("1:1: cannot be read: it is a directory");
  }

  private void assertProblems(String yaml, String... expected) {
    assertThat(Specs.problems(directory, yaml)).containsExactly(expected);
  }
}
