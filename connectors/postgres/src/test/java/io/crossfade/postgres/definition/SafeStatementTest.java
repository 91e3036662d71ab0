package io.crossfade.postgres.definition;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.crossfade.core.table.TableId;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What becomes of a statement, and what is said of those that we do not run. */
class SafeStatementTest {

  @ParameterizedTest
  @ValueSource(
      strings = {
        "CREATE TABLE IF NOT EXISTS a.b (id int PRIMARY KEY, n numeric(8, 2) CHECK (n > 0))",
        "create unlogged table t (id int)",
        "CREATE TABLE t (id int, g int GENERATED ALWAYS AS (id + 1) STORED)",
        "CREATE TYPE mood AS ENUM ('ok', 'not; ok')",
        "ALTER TYPE mood ADD VALUE 'new'",
        "CREATE SCHEMA s",
        "CREATE SEQUENCE s",
        "CREATE EXTENSION IF NOT EXISTS citext",
        "CREATE DOMAIN cents AS bigint CHECK (VALUE >= 0)",
        "COMMENT ON TABLE t IS 'a; b -- c'",
        "COMMENT ON TABLE t IS $x$ $$ ; DROP TABLE t; $x$",
        "COMMENT ON TABLE t IS E'it\\'s; '",
        "GRANT SELECT ON t TO app",
        "REVOKE ALL ON t FROM PUBLIC",
        "ALTER TABLE t ADD COLUMN a int",
        "ALTER TABLE t ADD a numeric(8, 2) DEFAULT 1.5::numeric(8, 2) NOT NULL",
        "ALTER TABLE t ADD COLUMN IF NOT EXISTS at timestamptz DEFAULT now()",
        "ALTER TABLE t ADD COLUMN a text DEFAULT 'random()'",
        "ALTER TABLE t ADD COLUMN a int[] DEFAULT ARRAY[1, 2]",
        "ALTER TABLE ONLY \"T t\" ALTER COLUMN \"a b\" SET DEFAULT 5",
        "ALTER TABLE t ALTER a DROP DEFAULT",
        "ALTER TABLE t ALTER a DROP NOT NULL",
        "ALTER TABLE t RENAME COLUMN a TO b",
        "ALTER TABLE t RENAME TO u",
        "ALTER TABLE t DROP COLUMN IF EXISTS a",
        "ALTER TABLE t DROP CONSTRAINT c RESTRICT",
        "ALTER TABLE t DROP cascade",
        "ALTER TABLE t ADD CONSTRAINT c CHECK (a > 0) NOT VALID",
        "ALTER TABLE t ADD CONSTRAINT c CHECK (a > 0) NOT ENFORCED",
        "ALTER TABLE t ADD CONSTRAINT c UNIQUE USING INDEX i",
        "ALTER TABLE t VALIDATE CONSTRAINT c",
      })
  void shouldRunAsItIs(String sql) throws Exception {
    assertThat(steps(sql)).containsExactly(sql);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "CREATE INDEX i ON public.t (a)",
        "create index concurrently i on public . t (a);",
        "/* a /* nested; */ comment */ CREATE INDEX -- i2 ON u\n i ON public.t (a) ; ; -- end",
      })
  void shouldBuildIndexesConcurrently(String sql) throws Exception {
    assertThat(SafeStatement.of(sql).steps())
        .containsExactly(
            new Step.Concurrently(
                "CREATE INDEX CONCURRENTLY i ON public.t (a)",
                "CREATE INDEX CONCURRENTLY IF NOT EXISTS i ON public.t (a)"));
  }

  @Test
  void shouldKeepAllThatAnIndexIsMadeOf() throws Exception {
    assertThat(
            steps(
                "CREATE UNIQUE INDEX IF NOT EXISTS \"I on x\" ON \"T\" USING btree"
                    + " ((a || ' on ') DESC) INCLUDE (b) NULLS NOT DISTINCT WHERE c <> ';'"))
        .containsExactly(
            "CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS \"I on x\" ON \"T\" USING btree"
                + " ((a || ' on ') DESC) INCLUDE (b) NULLS NOT DISTINCT WHERE c <> ';'");
  }

  @Test
  void shouldDropAnIndexConcurrently() throws Exception {
    assertThat(SafeStatement.of("DROP INDEX s.\"i\"").steps())
        .containsExactly(
            new Step.Concurrently(
                "DROP INDEX CONCURRENTLY s.\"i\"", "DROP INDEX CONCURRENTLY IF EXISTS s.\"i\""));
  }

  @Test
  void shouldAddAConstraintFirstAndProveItThen() throws Exception {
    assertThat(
            SafeStatement.of("ALTER TABLE ONLY s.t ADD CONSTRAINT \"C\" CHECK (a > 0 -- and\n)")
                .steps())
        .containsExactly(
            new Step.InTransaction(
                "ALTER TABLE ONLY s.t ADD CONSTRAINT \"C\" CHECK (a > 0 -- and\n) NOT VALID",
                false),
            new Step.InTransaction("ALTER TABLE ONLY s.t VALIDATE CONSTRAINT \"C\"", true));
    assertThat(
            steps(
                "ALTER TABLE t ADD CONSTRAINT f FOREIGN KEY (a, b) REFERENCES u (x, y)"
                    + " ON DELETE SET NULL DEFERRABLE INITIALLY DEFERRED"))
        .containsExactly(
            "ALTER TABLE t ADD CONSTRAINT f FOREIGN KEY (a, b) REFERENCES u (x, y)"
                + " ON DELETE SET NULL DEFERRABLE INITIALLY DEFERRED NOT VALID",
            "ALTER TABLE t VALIDATE CONSTRAINT f");
  }

  @Test
  void shouldProveThatAColumnHasNoNullBeforeItSaysSo() throws Exception {
    List<String> steps = steps("ALTER TABLE public.t ALTER COLUMN \"a b\" SET NOT NULL");

    String helper = steps.get(3).replace("ALTER TABLE public.t DROP CONSTRAINT ", "");
    assertThat(helper).matches("crossfade_not_null_[0-9a-f]{12}");
    assertThat(steps)
        .containsExactly(
            "ALTER TABLE public.t ADD CONSTRAINT "
                + helper
                + " CHECK (\"a b\" IS NOT NULL) NOT VALID",
            "ALTER TABLE public.t VALIDATE CONSTRAINT " + helper,
            "ALTER TABLE public.t ALTER COLUMN \"a b\" SET NOT NULL",
            "ALTER TABLE public.t DROP CONSTRAINT " + helper);
    assertThat(steps("alter table PUBLIC.T alter \"a b\" set not null").get(3)).endsWith(helper);
    assertThat(steps("ALTER TABLE public.t ALTER COLUMN a SET NOT NULL").get(3))
        .doesNotContain(helper);
  }

  @Test
  void shouldBuildTheIndexOfAKeyBeforeTheKey() throws Exception {
    assertThat(
            steps(
                "ALTER TABLE s.t ADD CONSTRAINT k UNIQUE NULLS NOT DISTINCT (a, \"b,c\")"
                    + " INCLUDE (d) WITH (fillfactor = 70) USING INDEX TABLESPACE fast DEFERRABLE"))
        .containsExactly(
            "CREATE UNIQUE INDEX CONCURRENTLY k ON s.t (a, \"b,c\") INCLUDE (d) NULLS NOT DISTINCT"
                + " WITH (fillfactor = 70) TABLESPACE fast",
            "ALTER TABLE s.t ADD CONSTRAINT k UNIQUE USING INDEX k DEFERRABLE");
    List<String> primary = steps("ALTER TABLE t ADD CONSTRAINT k PRIMARY KEY (a, \"b,c\")");
    assertThat(primary).hasSize(10);
    assertThat(primary.get(0)).isEqualTo("CREATE UNIQUE INDEX CONCURRENTLY k ON t (a, \"b,c\")");
    assertThat(primary.get(3)).isEqualTo("ALTER TABLE t ALTER COLUMN a SET NOT NULL");
    assertThat(primary.get(7)).isEqualTo("ALTER TABLE t ALTER COLUMN \"b,c\" SET NOT NULL");
    assertThat(primary.get(9))
        .isEqualTo("ALTER TABLE t ADD CONSTRAINT k PRIMARY KEY USING INDEX k");
  }

  @Test
  void shouldRunEachActionByItself() throws Exception {
    assertThat(
            steps(
                "ALTER TABLE t ADD a numeric(8, 2), ADD COLUMN b text DEFAULT 'x, ADD c',"
                    + " ADD CONSTRAINT c CHECK (a IN (1, 2))"))
        .containsExactly(
            "ALTER TABLE t ADD a numeric(8, 2)",
            "ALTER TABLE t ADD COLUMN b text DEFAULT 'x, ADD c'",
            "ALTER TABLE t ADD CONSTRAINT c CHECK (a IN (1, 2)) NOT VALID",
            "ALTER TABLE t VALIDATE CONSTRAINT c");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "``|1|there is no statement",
        "-- only a comment|1|there is no statement",
        "CREATE SCHEMA a; CREATE SCHEMA b|18|second statement",
        "COMMENT ON TABLE t IS 'a''; DROP TABLE t|23|quote does not end",
        "COMMENT ON TABLE t IS $a$ $b$ $$|23|$a$ is opened and not closed",
        "CREATE TABLE t (/* a /* b */ )|17|comment does not end",
        "CREATE TABLE U&\"x\" (id int)|14|write the name itself",
        "DROP TABLE t|1|nothing with rows in it is ever dropped",
        "TRUNCATE t|1|never from us",
        "DELETE FROM t|1|never from us",
        "/* CREATE TABLE */ INSERT INTO t VALUES (1)|20|never from us",
        "WITH x AS (SELECT 1) SELECT|1|never from us",
        "DO $$ BEGIN END $$|1|never from us",
        "BEGIN|1|transactions and locks are ours",
        "commit|1|transactions and locks are ours",
        "SET search_path = a|1|ends with the session",
        "VACUUM t|1|run it by hand",
        "\"CREATE\" TABLE t (id int)|1|not a statement that we know",
        "CREATE VIEW v AS SELECT 1|8|run this by hand",
        "CREATE TEMP TABLE t (id int)|8|run this by hand",
        "CREATE TABLE t AS SELECT 1|16|fills the table",
        "CREATE INDEX ON t (a)|14|give the index a name",
        "CREATE INDEX i ON ONLY t (a)|19|make it by hand",
        "DROP INDEX a, b|13|takes one index",
        "DROP INDEX a CASCADE|14|takes one index",
        "ALTER TABLE t|14|what is to be altered",
        "ALTER TABLE IF EXISTS t ADD a int|13|leave IF EXISTS out",
        "ALTER TABLE t ALTER COLUMN a TYPE bigint|30|add a new column",
        "ALTER TABLE t ALTER a SET DATA TYPE bigint|23|add a new column",
        "ALTER TABLE t ALTER a ADD GENERATED ALWAYS AS IDENTITY|23|run this by hand",
        "ALTER TABLE t ADD CHECK (a > 0)|19|give the constraint a name",
        "ALTER TABLE t ADD a int, ADD PRIMARY KEY (a)|30|give the constraint a name",
        "ALTER TABLE t ADD CONSTRAINT x EXCLUDE (a WITH =)|32|EXCLUDE",
        "ALTER TABLE t ADD CONSTRAINT x PRIMARY KEY (a, b WITHOUT OVERLAPS)|50|WITHOUT OVERLAPS",
        "ALTER TABLE t ADD a bigserial|21|a serial column rewrites",
        "ALTER TABLE t ADD a int CHECK (a > 0)|25|an action of its own",
        "ALTER TABLE t ADD a int REFERENCES u|25|an action of its own",
        "ALTER TABLE t ADD a int UNIQUE|25|an action of its own",
        "ALTER TABLE t ADD a int GENERATED ALWAYS AS IDENTITY|25|a generated column",
        "ALTER TABLE t ADD a uuid DEFAULT gen_random_uuid()|34|differ from row to row",
        "ALTER TABLE t ADD a int DEFAULT \"now\"()|33|differ from row to row",
        "ALTER TABLE t DROP COLUMN a CASCADE|29|CASCADE drops what nobody has named",
        "ALTER TABLE t SET UNLOGGED|15|run this by hand",
        "ALTER TABLE t ADD a int,|25|an action is missing",
        "ALTER SEQUENCE s RESTART|1|Run it by hand",
      })
  void shouldRefuseAndSayWhere(String sql, int column, String why) {
    RefusedStatementException refused =
        catchThrowableOfType(RefusedStatementException.class, () -> SafeStatement.of(sql));

    assertThat(refused).as(sql).isNotNull().hasMessageContaining(why);
    assertThat(refused.column()).as(refused.getMessage()).isEqualTo(column);
    assertThat(refused.line()).isOne();
  }

  @Test
  void shouldSayTheLineOfWhatIsRefused() {
    RefusedStatementException refused =
        catchThrowableOfType(
            RefusedStatementException.class,
            () -> SafeStatement.of("ALTER TABLE t\n  ADD a int,\n  ADD CHECK (a > 0)"));

    assertThat(refused.line()).isEqualTo(3);
    assertThat(refused.column()).isEqualTo(7);
  }

  @Test
  void shouldCompareWithoutCaseLayoutAndComments() throws Exception {
    String statement = normal("ALTER TABLE t ADD COLUMN a text DEFAULT 'X'");

    assertThat(normal("alter table T -- why\n add  column A TEXT default 'X';"))
        .isEqualTo(statement);
    assertThat(normal("ALTER TABLE t ADD COLUMN a text DEFAULT 'x'")).isNotEqualTo(statement);
    assertThat(normal("ALTER TABLE t ADD COLUMN \"A\" text DEFAULT 'X'")).isNotEqualTo(statement);
  }

  @Test
  void shouldKnowWhichTableItMakesOrChanges() throws Exception {
    TableId table = new TableId("public", "T");

    assertThat(SafeStatement.of("CREATE TABLE \"T\" (id int)").concerns(table)).isTrue();
    assertThat(SafeStatement.of("ALTER TABLE Public.\"T\" ADD a int").concerns(table)).isTrue();
    assertThat(SafeStatement.of("ALTER TABLE other.\"T\" ADD a int").concerns(table)).isFalse();
    assertThat(SafeStatement.of("CREATE TABLE T (id int)").concerns(table)).isFalse();
    assertThat(SafeStatement.of("CREATE INDEX i ON \"T\" (id)").concerns(table)).isFalse();
  }

  /** Fails where the document says something else than what is done. */
  @Test
  void shouldDoWhatTheDocumentSays() throws Exception {
    List<String> rows =
        Files.readAllLines(Path.of("../../docs/expand-contract.md")).stream()
            .filter(line -> line.matches("\\| `.*` \\| `(CREATE|DROP|ALTER) .*` \\|"))
            .toList();
    assertThat(rows).hasSizeGreaterThan(5);
    for (String row : rows) {
      String[] cells = row.split(" \\| ");
      List<String> steps =
          steps(cells[0].replaceAll("[|`]", "").strip()).stream()
              .map(step -> step.replaceAll("crossfade_not_null_[0-9a-f]+", "crossfade_not_null_…"))
              .toList();
      assertThat(String.join("<br>", steps)).isEqualTo(cells[1].replaceAll("[|`]", "").strip());
    }
  }

  private static String normal(String sql) throws RefusedStatementException {
    return SafeStatement.of(sql).normal();
  }

  private static List<String> steps(String sql) throws RefusedStatementException {
    return SafeStatement.of(sql).steps().stream().map(Step::sql).toList();
  }
}
