package io.crossfade.verify;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.crossfade.core.table.Row;
import io.crossfade.core.table.Table;
import io.crossfade.core.table.TableId;
import io.crossfade.core.verify.KeyRange;
import io.crossfade.plugin.ScalarFunction;
import io.crossfade.plugin.SqlType;
import io.crossfade.postgres.CanonicalSession;
import io.crossfade.postgres.TableReader;
import io.crossfade.postgres.compare.PostgresComparison;
import io.crossfade.sandbox.Database;
import io.crossfade.sandbox.SharedSandbox;
import io.crossfade.sql.MapperPlan;
import io.crossfade.sql.SelectPlan;
import io.crossfade.sql.SqlCompiler;
import java.io.BufferedReader;
import java.io.StringReader;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Comparisons of databases that nobody writes to: what is found, and what is no difference. */
@Timeout(120)
class ComparisonTest {

  private static final JsonMapper JSON = new JsonMapper();
  private static final Patience SHORT =
      new Patience(Duration.ofSeconds(10), Duration.ofSeconds(1), Duration.ofSeconds(1), 2);

  @TempDir private Path directory;
  private Database source;
  private Database target;
  private final List<JsonNode> differences = new ArrayList<>();

  @BeforeEach
  void prepare() {
    // Hashes must be the same in all versions; else all rows are suspects, and tests say so.
    source = SharedSandbox.postgres15().createDatabase();
    target = SharedSandbox.postgres18().createDatabase();
  }

  @AfterEach
  void drop() {
    source.close();
    target.close();
  }

  /**
   * Fails where a range has a hole or its end twice, or where hashes leave out a column, where one
   * ends, or whether it is NULL.
   */
  @Test
  void shouldFindEachKindOfCorruptionAndNothingElse() throws Exception {
    source.execute(
        "CREATE TABLE a (id int PRIMARY KEY, s text, t text, n numeric, at timestamp)",
        "INSERT INTO a SELECT i, 's' || i, 't' || i, i / 8.0, TIMESTAMP '2026-01-01' + i * INTERVAL"
            + " '1.000001 s' FROM generate_series(1, 180000) i");
    target.execute(
        "CREATE TABLE b (id bigint PRIMARY KEY, s text, t text, n numeric, at timestamp)",
        "INSERT INTO b SELECT i, 's' || i, 't' || i, i / 8.0, TIMESTAMP '2026-01-01' + i * INTERVAL"
            + " '1.000001 s' FROM generate_series(1, 180000) i");
    for (Database both : List.of(source, target)) {
      both.execute("UPDATE %s SET s = NULL WHERE id = 9".formatted(both == source ? "a" : "b"));
    }
    String select = "SELECT id, s, t, n, at FROM a";
    TableResult same = compare(select);
    assertThat(same.outcome()).contains(Outcome.EQUAL);
    assertThat(same.expectedRows()).isEqualTo(180_000);
    assertThat(same.actualRows()).isEqualTo(180_000);
    assertThat(same.method()).isEqualTo("key ranges");
    assertThat(same.ranges()).isEqualTo(4);
    assertThat(same.suspects()).isZero();

    target.execute(
        "DELETE FROM b WHERE id IN (1, 50001, 180000)",
        "INSERT INTO b VALUES (0, 's', 't', 1, now()), (9999999999, 's', 't', 1, now())",
        "UPDATE b SET s = 't2' WHERE id = 2",
        "UPDATE b SET s = CASE id WHEN 3 THEN 's4' ELSE 's3' END WHERE id IN (3, 4)",
        "UPDATE b SET s = t, t = s WHERE id = 5",
        "UPDATE b SET s = '', t = s || t WHERE id = 6",
        "UPDATE b SET n = round(n, 1) WHERE id = 7",
        "UPDATE b SET at = date_trunc('milliseconds', at) WHERE id = 8",
        "UPDATE b SET s = '' WHERE id = 9");
    TableResult result = compare(select);
    assertThat(result.outcome()).contains(Outcome.DIFFERENT);
    assertThat(found())
        .containsExactlyInAnyOrder(
            "1 missing []",
            "50001 missing []",
            "180000 missing []",
            "0 extra []",
            "9999999999 extra []",
            "2 value [s]",
            "3 value [s]",
            "4 value [s]",
            "5 value [s, t]",
            "6 value [s, t]",
            "7 precision [n]",
            "8 precision [at]",
            "9 value [s]");
  }

  /** Fails where texts are compared, or where a range is cut by a collation. */
  @Test
  void shouldNotReportWhatIsEqualInSqlOrSortedInAnotherWay() throws Exception {
    source.execute(
        "CREATE TABLE a (k text COLLATE \"und-x-icu\" PRIMARY KEY, n numeric, f float8, j jsonb,"
            + " c char(5), i interval)",
        "INSERT INTO a SELECT chr(32 + i % 90) || chr(200 + i) || i, 1.0, '-0', '{\"b\": 1, \"a\":"
            + " 2}', 'x', '1 day' FROM generate_series(1, 2000) i");
    target.execute(
        "CREATE TABLE b (k text COLLATE \"C\" PRIMARY KEY, n numeric, f float8, j jsonb, c text,"
            + " i interval)",
        "INSERT INTO b SELECT chr(32 + i % 90) || chr(200 + i) || i, 1.00, '0', '{\"a\": 2, \"b\":"
            + " 1}', 'x', '24:00:00' FROM generate_series(1, 2000) i");
    TableResult result = compare("SELECT * FROM a");
    assertThat(result.outcome()).contains(Outcome.EQUAL);
    assertThat(result.method()).isEqualTo("whole");
    assertThat(result.suspects()).isEqualTo(2000);
    assertThat(found()).isEmpty();

    target.execute("DELETE FROM b WHERE k LIKE '%777'", "UPDATE b SET f = 1 WHERE k LIKE '%778'");
    assertThat(compare("SELECT * FROM a").outcome()).contains(Outcome.DIFFERENT);
    assertThat(
            found().stream().map(line -> line.replaceFirst("^.* (?=missing|value)", "")).toList())
        .containsExactlyInAnyOrder("missing []", "missing []", "value [f]", "value [f]");
  }

  /** Fails where a bound of a composite key is compared column by column. */
  @Test
  void shouldCutRangesOfCompositeAndOddKeys() throws Exception {
    source.execute(
        "CREATE TABLE \"a'\"\"A\" (\"K 1\" int, u uuid, v int, PRIMARY KEY (\"K 1\", u))",
        "INSERT INTO \"a'\"\"A\" SELECT i % 3, md5(i::text)::uuid, i FROM generate_series(1, 120000)"
            + " i");
    target.execute(
        "CREATE TABLE b (\"K 1\" int, u uuid, v int, PRIMARY KEY (\"K 1\", u))",
        "INSERT INTO b SELECT i % 3, md5(i::text)::uuid, i FROM generate_series(1, 120000) i",
        "DELETE FROM b WHERE v = 77777",
        "UPDATE b SET v = 0 WHERE v = 5");
    TableResult result = compare("SELECT * FROM \"a'\"\"A\"");
    assertThat(result.ranges()).isEqualTo(3);
    assertThat(result.expectedRows()).isEqualTo(120_000);
    assertThat(result.differences()).isEqualTo(java.util.Map.of("missing", 1L, "value", 1L));
  }

  /** Fails where a filter, an expression or a cast of the key is taken for a column. */
  @Test
  void shouldCompareAKeyThatIsCastAndRowsThatAreFilteredAndComputed() throws Exception {
    source.execute(
        "CREATE TABLE a (id int PRIMARY KEY, amount numeric(10,2), gone timestamptz)",
        "INSERT INTO a SELECT i, i / 4.0, CASE WHEN i % 10 = 0 THEN now() END FROM"
            + " generate_series(1, 5000) i");
    target.execute(
        "CREATE TABLE b (id bigint PRIMARY KEY, cents bigint)",
        "INSERT INTO b SELECT i, i * 25 FROM generate_series(1, 5000) i WHERE i % 10 > 0");
    String select =
        "SELECT CAST(id AS bigint) AS id, CAST(amount * 100 AS bigint) AS cents FROM a WHERE gone IS"
            + " NULL";
    TableResult result = compare(select);
    assertThat(result.outcome()).contains(Outcome.EQUAL);
    assertThat(result.method()).isEqualTo("whole");
    assertThat(result.expectedRows()).isEqualTo(4500);
    target.execute("INSERT INTO b VALUES (10, 250)", "DELETE FROM b WHERE id = 11");
    compare(select);
    assertThat(found()).containsExactlyInAnyOrder("10 extra []", "11 missing []");
  }

  /**
   * Fails where a SELECT that the source cannot execute is taken for one that it can, and where a
   * hash of ours does not tell NULL from an empty text.
   */
  @Test
  void shouldComputeExpectedRowsHereWhereTheSourceHasNotTheFunction() throws Exception {
    source.execute(
        "CREATE TABLE a (id int PRIMARY KEY, s text)",
        "INSERT INTO a SELECT i, 's' || i FROM generate_series(1, 60000) i");
    target.execute(
        "CREATE TABLE b (id int PRIMARY KEY, s text)",
        "INSERT INTO b SELECT i, 's' || i || '!' FROM generate_series(1, 60000) i WHERE i % 3 > 0");
    String select = "SELECT id, shout(s) AS s FROM a WHERE id % 3 > 0";
    TableResult result = compare(select);
    assertThat(result.outcome()).contains(Outcome.EQUAL);
    assertThat(result.independent()).isFalse();
    assertThat(result.expectedRows()).isEqualTo(40_000);
    assertThat(result.ranges()).isEqualTo(2);
    assertThat(result.suspects()).isZero();
    source.execute("INSERT INTO a VALUES (60001, NULL)");
    target.execute(
        "UPDATE b SET s = 's4' WHERE id = 4",
        "DELETE FROM b WHERE id = 59999",
        "INSERT INTO b VALUES (60001, '')");
    assertThat(compare(select).outcome()).contains(Outcome.DIFFERENT);
    assertThat(found())
        .containsExactlyInAnyOrder("4 value [s]", "59999 missing []", "60001 value [s]");
  }

  /**
   * Fails where a row of a mapper is looked for by its old key, where two rows of one old row are
   * one, and where a row that an old one would give is taken for all that it gives.
   */
  @Test
  void shouldComputeRowsWithKeysOfTheirOwnHere() throws Exception {
    words();
    TableResult result = compare(times());
    assertThat(result.why())
        .contains("expected rows were computed by the user's own Java here, not by the source");
    assertThat(result.outcome()).contains(Outcome.EQUAL);
    assertThat(result.independent()).isFalse();
    assertThat(result.method()).isEqualTo("whole");
    assertThat(result.expectedRows()).isEqualTo(6_000);
    assertThat(result.actualRows()).isEqualTo(6_000);
    assertThat(result.suspects()).isZero();
    target.execute(
        "UPDATE b SET \"of\" = 0 WHERE k = 'w1001' AND n = 1",
        "DELETE FROM b WHERE k = 'w3' AND n = 0",
        "INSERT INTO b VALUES ('w4', 9, 9)");
    source.execute("UPDATE a SET word = 'w20000' WHERE id = 2000");
    assertThat(compare(times()).outcome()).contains(Outcome.DIFFERENT);
    assertThat(found())
        .containsExactlyInAnyOrder(
            "w1001 value [of]",
            "w3 missing []",
            "w4 extra []",
            "w2000 extra []",
            "w2000 extra []",
            "w2000 extra []",
            "w20000 missing []",
            "w20000 missing []",
            "w20000 missing []");
  }

  /** Fails where a row that has no rows is left out as if it had none to give. */
  @Test
  void shouldBeIncompleteWhereTheMapperFailsOrGivesAKeyTwice() throws Exception {
    words();
    source.execute("UPDATE a SET times = -1 WHERE id = 7");
    TableResult failed = compare(times());
    assertThat(failed.outcome()).contains(Outcome.INCOMPLETE);
    assertThat(failed.why().orElseThrow())
        .contains("the mapping fails for a row of the source: ", "Times: -1 times w7");
    source.execute("UPDATE a SET times = 3, word = 'w8' WHERE id = 7");
    TableResult twice = compare(times());
    assertThat(twice.outcome()).contains(Outcome.INCOMPLETE);
    assertThat(twice.why().orElseThrow())
        .contains("two rows with the key [w8, ", "come of the old rows");
  }

  /** Fails where a key is taken for an old one, or what no old row gives for what is unknown. */
  @Test
  void shouldFindTheOldRowsOfAMapper() throws Exception {
    words();
    source.execute("UPDATE a SET times = -1 WHERE id = 7");
    MapperPlan plan = times(id -> table(source, id));
    Table made = table(target, new TableId("public", "b")).orElseThrow();
    assertThat(
            new MadeOldKeys(primary(source), plan.into(made), made)
                .of(
                    List.of(
                        Map.of("k", "w3", "n", "2"),
                        Map.of("k", "w3", "n", "3"),
                        Map.of("k", "w1999", "n", "0"))))
        .containsExactly(
            new OldRows.Found(Row.of("3", null, null)),
            new OldRows.None(Row.of("w3", "3")),
            new OldRows.Found(Row.of("1999", null, null)));
  }

  private void words() {
    source.execute(
        "CREATE TABLE a (id int PRIMARY KEY, word text, times int)",
        "INSERT INTO a SELECT i, 'w' || i, 3 FROM generate_series(1, 2000) i");
    target.execute(
        "CREATE TABLE b (k text, n int, \"of\" int, PRIMARY KEY (k, n))",
        "INSERT INTO b SELECT 'w' || i, n, 3 FROM generate_series(1, 2000) i, generate_series(0, 2) n");
  }

  private ComparedMapping times() throws Exception {
    return ComparedMappings.of(
        times(id -> table(source, id)), table(target, new TableId("public", "b")).orElseThrow());
  }

  private static MapperPlan times(Function<TableId, Optional<Table>> tables) throws Exception {
    return MapperPlan.of(Times.MAPPER, tables.apply(new TableId("public", "a")).orElseThrow());
  }

  /** A function that only this program has. */
  private static final class Shout implements ScalarFunction {
    @Override
    public String name() {
      return "shout";
    }

    @Override
    public List<SqlType> parameters() {
      return List.of(SqlType.TEXT);
    }

    @Override
    public SqlType result() {
      return SqlType.TEXT;
    }

    @Override
    public Object call(List<Object> arguments) {
      return arguments.get(0) + "!";
    }
  }

  /** Fails where a side that is away is a side without rows. */
  @Test
  void shouldBeIncompleteWhenASideCannotBeRead() throws Exception {
    source.execute("CREATE TABLE a (id int PRIMARY KEY)", "INSERT INTO a VALUES (1)");
    target.execute("CREATE TABLE b (id int PRIMARY KEY)");
    ComparedMapping mapping = mapping("SELECT * FROM a");
    target.execute("ALTER TABLE b RENAME TO c");
    assertThat(compare(mapping).outcome()).contains(Outcome.INCOMPLETE);
    assertThat(compare(mapping).why().orElseThrow()).contains("\"public.b\" does not exist");
    target.execute("ALTER TABLE c RENAME TO b");
    source.execute(
        "CREATE FUNCTION stop() RETURNS boolean LANGUAGE sql AS 'SELECT"
            + " pg_terminate_backend(pg_backend_pid())'",
        "ALTER TABLE a RENAME TO hidden",
        "CREATE VIEW a AS SELECT id FROM hidden WHERE stop()");
    TableResult cut = compare(mapping);
    assertThat(cut.outcome()).contains(Outcome.INCOMPLETE);
    assertThat(cut.differences()).isEmpty();
    assertThat(cut.vacuous()).isFalse();
  }

  /** Fails where a comparison that was stopped before it has read anything is an equal one. */
  @Test
  void shouldBeIncompleteWhenItIsStoppedBeforeItsEnd() throws Exception {
    source.execute("CREATE TABLE a (id int PRIMARY KEY)");
    target.execute("CREATE TABLE b (id int PRIMARY KEY)");
    ComparedMapping mapping = mapping("SELECT * FROM a");
    Verification verification =
        start(mapping, primary(source), new StandingJob(Optional.of("paused by a test")));
    try (verification) {
      while (verification.report().tables().get(0).fromPosition().isEmpty()) {
        TimeUnit.MILLISECONDS.sleep(5);
      }
      assertThat(verification.report().outcome()).isEmpty();
      assertThat(verification.report().waitingFor()).contains("paused by a test");
    }
    VerificationReport report = verification.report();
    assertThat(report.outcome()).contains(Outcome.INCOMPLETE);
    assertThat(report.tables().get(0).outcome()).contains(Outcome.INCOMPLETE);
    assertThat(report.tables().get(0).why()).isPresent();
    assertThat(report.tables().get(0).vacuous()).isFalse();
  }

  /** Fails where equal is all that is said of two empty tables. */
  @Test
  void shouldSayThatThereWasNothingToCompare() throws Exception {
    source.execute("CREATE TABLE a (id int PRIMARY KEY)");
    target.execute("CREATE TABLE b (id int PRIMARY KEY)");
    TableResult result = compare("SELECT * FROM a");
    assertThat(result.outcome()).contains(Outcome.EQUAL);
    assertThat(result.vacuous()).isTrue();
  }

  /** Fails where row-level security hides rows silently. */
  @Test
  void shouldBeIncompleteWhereRowsAreHiddenFromUs() throws Exception {
    source.execute(
        "CREATE TABLE a (id int PRIMARY KEY)",
        "INSERT INTO a VALUES (1), (2)",
        "ALTER TABLE a ENABLE ROW LEVEL SECURITY",
        "DROP ROLE IF EXISTS reader_of_little",
        "CREATE ROLE reader_of_little LOGIN PASSWORD 'x'",
        "GRANT USAGE ON SCHEMA public TO reader_of_little",
        "GRANT SELECT ON a TO reader_of_little");
    target.execute("CREATE TABLE b (id int PRIMARY KEY)");
    try {
      TableResult result =
          run(
              mapping("SELECT * FROM a"),
              PostgresComparison.primary(source.jdbcUrl(), "reader_of_little", "x", "test"));
      assertThat(result.outcome()).contains(Outcome.INCOMPLETE);
    } finally {
      source.execute("DROP OWNED BY reader_of_little", "DROP ROLE reader_of_little");
    }
  }

  private ComparedMapping mapping(String select) throws Exception {
    SelectPlan plan =
        new SqlCompiler(id -> table(source, new TableId("public", id.name())), List.of(new Shout()))
            .compile(select);
    return ComparedMappings.of(plan, table(target, new TableId("public", "b")).orElseThrow());
  }

  private static Optional<Table> table(Database database, TableId id) {
    try (Connection connection = database.connect()) {
      CanonicalSession.pin(connection);
      return TableReader.read(connection, id);
    } catch (java.sql.SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  /**
   * Fails where what was compared before is compared again, a range between is left out, or a table
   * that had ended is not as it was then.
   */
  @Test
  void shouldGoOnBehindWhatWasFoundEqual() throws Exception {
    source.execute(
        "CREATE TABLE a (id int PRIMARY KEY, n int)",
        "INSERT INTO a SELECT i, i FROM generate_series(1, 620000) i");
    target.execute(
        "CREATE TABLE b (id bigint PRIMARY KEY, n int)",
        "INSERT INTO b SELECT i, i FROM generate_series(1, 620000) i");
    ComparedMapping mapping = mapping("SELECT id, n FROM a");
    List<Checkpoint> kept = new ArrayList<>();
    TableResult whole = runFrom(mapping, Optional.empty(), kept);
    assertThat(whole.outcome()).contains(Outcome.EQUAL);
    Checkpoint checkpoint = kept.get(0);
    assertThat(kept).hasSize(2);
    assertThat(checkpoint.left()).containsExactly(from("500001"));
    assertThat(checkpoint.actualRows()).isEqualTo(500_000);

    // Before it, where nobody looks any more; right there; and at the end.
    target.execute("UPDATE b SET n = 0 WHERE id IN (500000, 500001, 620000)");
    TableResult rest = runFrom(mapping, Optional.of(checkpoint), new ArrayList<>());
    assertThat(found()).containsExactlyInAnyOrder("500001 value [n]", "620000 value [n]");
    assertThat(rest.expectedRows()).isEqualTo(620_000);
    assertThat(rest.fromPosition()).contains(checkpoint.position());
    assertThat(rest.begun()).isEqualTo(whole.begun());

    TableResult again = runFrom(mapping, Optional.of(kept.get(1)), new ArrayList<>());
    assertThat(found()).as("it had ended, and nobody looks any more").isEmpty();
    assertThat(again).isEqualTo(whole);
  }

  /**
   * Fails where what differed before an interruption is not found again after it, or where all that
   * lies between two differences is compared again; with several threads at work.
   */
  @Test
  void shouldFindAgainWhatDifferedBeforeAnInterruption() throws Exception {
    source.execute(
        "CREATE TABLE a (id int PRIMARY KEY, n int)",
        "INSERT INTO a SELECT i, i FROM generate_series(1, 620000) i");
    target.execute(
        "CREATE TABLE b (id bigint PRIMARY KEY, n int)",
        "INSERT INTO b SELECT i, i FROM generate_series(1, 620000) i",
        "UPDATE b SET n = 0 WHERE id IN (60000, 260000)");
    ComparedMapping mapping = mapping("SELECT id, n FROM a");
    List<Checkpoint> kept = new ArrayList<>();
    assertThat(runFrom(mapping, Optional.empty(), kept).outcome()).contains(Outcome.DIFFERENT);
    Checkpoint inTheMiddle = kept.get(0);
    assertThat(inTheMiddle.left())
        .containsExactly(range("50001", "100001"), range("250001", "300001"), from("500001"));

    target.execute("UPDATE b SET n = 1 WHERE id IN (10, 120000, 610000)");
    kept.clear();
    TableResult rest = runFrom(mapping, Optional.of(inTheMiddle), kept, 4);
    assertThat(found())
        .containsExactlyInAnyOrder("60000 value [n]", "260000 value [n]", "610000 value [n]");
    assertThat(rest.expectedRows()).isEqualTo(620_000);

    Checkpoint end = kept.get(kept.size() - 1);
    assertThat(end.left())
        .containsExactly(range("50001", "100001"), range("250001", "300001"), from("600001"));
    target.execute("UPDATE b SET n = id WHERE id = 260000");
    kept.clear();
    TableResult again = runFrom(mapping, Optional.of(end), kept, 4);
    assertThat(again.outcome()).contains(Outcome.DIFFERENT);
    assertThat(again.actualRows()).isEqualTo(620_000);
    assertThat(found()).containsExactlyInAnyOrder("60000 value [n]", "610000 value [n]");
  }

  /**
   * Fails where the sides are not exchanged, whether the SELECT's rows have versions or none; where
   * a checkpoint of one direction is kept for the other, or the history of the old tables is asked.
   */
  @ParameterizedTest
  @ValueSource(strings = {"id", "CAST(id AS bigint) AS id"})
  void shouldSayWhatARollbackWouldLoseWhereTheNewTablesTakeWrites(String key) throws Exception {
    source.execute(
        "CREATE TABLE a (id int PRIMARY KEY, s text)",
        "INSERT INTO a SELECT i, 's' || i FROM generate_series(1, 1000) i");
    target.execute(
        "CREATE TABLE b (id bigint PRIMARY KEY, s text)",
        "INSERT INTO b SELECT i, 's' || i FROM generate_series(1, 1000) i");
    ComparedMapping mapping = mapping("SELECT " + key + ", s FROM a");
    StandingJob job = new StandingJob(() -> new Turn(true, 1));
    assertThat(end(start(mapping, primary(source), job)).outcome()).contains(Outcome.EQUAL);

    target.execute(
        "INSERT INTO b VALUES (1001, 'new'), (1002, 'new')",
        "UPDATE b SET s = 'written' WHERE id = 7",
        "DELETE FROM b WHERE id = 8");
    List<Checkpoint> kept = new ArrayList<>();
    Verification verification =
        start(mapping, primary(source), job, 1, keeping(Optional.empty(), kept));
    TableResult result = end(verification);
    assertThat(result.outcome()).contains(Outcome.DIFFERENT);
    assertThat(result.expectedRows()).isEqualTo(1001);
    assertThat(result.actualRows()).isEqualTo(1000);
    assertThat(kept).isEmpty();
    assertThat(found())
        .containsExactlyInAnyOrder(
            "1001 missing []", "1002 missing []", "7 value [s]", "8 extra []");
    JsonNode column =
        differences.stream()
            .filter(row -> row.path("class").asText().equals("value"))
            .findFirst()
            .orElseThrow()
            .at("/columns/0");
    assertThat(column.path("expected").asText()).isEqualTo("written");
    assertThat(column.path("actual").asText()).isEqualTo("s7");

    String loss = "a rollback would lose 4 rows of public.b (1 extra, 2 missing, 1 value)";
    VerificationReport report = verification.report();
    assertThat(report.loss()).containsExactly(loss);
    assertThat(Reports.read(Reports.json(report))).isEqualTo(report);
    assertThat(TextReport.of(report))
        .contains("Writes are on the new tables.", loss.substring(1) + ".")
        .doesNotContain("repair");
    StringWriter page = new StringWriter();
    HtmlReport.write(report, new BufferedReader(new StringReader("")), page);
    assertThat(page.toString())
        .contains("Writes are on the new tables.", loss.substring(1) + ".")
        .contains("Expected rows from</th><td><code>target");
  }

  /** Fails where a look goes on with what was read before writes have moved. */
  @Test
  void shouldBeIncompleteWhereWritesMoveToTheOtherSideMeanwhile() throws Exception {
    source.execute("CREATE TABLE a (id int PRIMARY KEY)", "INSERT INTO a VALUES (1)");
    target.execute("CREATE TABLE b (id int PRIMARY KEY)", "INSERT INTO b VALUES (1), (2)");
    ComparedMapping mapping = mapping("SELECT id FROM a");
    // At its beginning; before the first look; after its barrier.
    for (int asked = 1; asked <= 3; asked++) {
      TableResult result = end(start(mapping, primary(source), movedAfter(asked)));
      assertThat(result.outcome()).as("asked %d times", asked).contains(Outcome.INCOMPLETE);
      assertThat(result.why()).contains(Turn.OVER);
      assertThat(result.differences()).isEmpty();
    }
    target.execute("DELETE FROM b WHERE id = 2");
    TableResult equal = end(start(mapping, primary(source), movedAfter(2)));
    assertThat(equal.outcome())
        .as("nothing differs, but half of it is of before")
        .contains(Outcome.INCOMPLETE);
    assertThat(end(start(mapping, primary(source), movedAfter(3))).outcome())
        .contains(Outcome.EQUAL);
  }

  private static StandingJob movedAfter(int asked) {
    AtomicInteger times = new AtomicInteger();
    return new StandingJob(
        () -> times.incrementAndGet() <= asked ? Turn.FORWARD : new Turn(true, 1));
  }

  private static KeyRange from(String key) {
    return new KeyRange(Optional.of(Row.of(key)), Optional.empty());
  }

  private static KeyRange range(String from, String to) {
    return new KeyRange(Optional.of(Row.of(from)), Optional.of(Row.of(to)));
  }

  private TableResult runFrom(
      ComparedMapping mapping, Optional<Checkpoint> from, List<Checkpoint> kept) throws Exception {
    return runFrom(mapping, from, kept, 1);
  }

  private TableResult runFrom(
      ComparedMapping mapping, Optional<Checkpoint> from, List<Checkpoint> kept, int threads)
      throws Exception {
    return end(start(mapping, primary(source), new StandingJob(), threads, keeping(from, kept)));
  }

  private static Checkpoints keeping(Optional<Checkpoint> from, List<Checkpoint> kept) {
    return new Checkpoints() {
      @Override
      public Optional<Checkpoint> of(TableId table) {
        return from;
      }

      @Override
      public void reached(TableId table, Checkpoint checkpoint) {
        kept.add(checkpoint);
      }
    };
  }

  private TableResult compare(String select) throws Exception {
    return compare(mapping(select));
  }

  private TableResult compare(ComparedMapping mapping) throws Exception {
    return run(mapping, primary(source));
  }

  private static PostgresComparison primary(Database database) {
    return PostgresComparison.primary(
        database.jdbcUrl(), database.user(), database.password(), "test");
  }

  private TableResult run(ComparedMapping mapping, PostgresComparison from) throws Exception {
    return end(start(mapping, from, new StandingJob()));
  }

  private TableResult end(Verification started) throws Exception {
    try (Verification verification = started) {
      while (verification.report().ended().isEmpty()) {
        TimeUnit.MILLISECONDS.sleep(5);
      }
      differences.clear();
      for (String line : Files.readAllLines(verification.differences())) {
        differences.add(JSON.readTree(line));
      }
      assertThat(verification.report().outcome())
          .isEqualTo(verification.report().tables().get(0).outcome());
      return verification.report().tables().get(0);
    }
  }

  private Verification start(ComparedMapping mapping, PostgresComparison from, FollowingJob job)
      throws Exception {
    return start(mapping, from, job, 2, Checkpoints.NONE);
  }

  private Verification start(
      ComparedMapping mapping,
      PostgresComparison from,
      FollowingJob job,
      int threads,
      Checkpoints checkpoints)
      throws Exception {
    return Verification.start(
        new Verification.Settings(
            "m",
            "0",
            "source",
            "target",
            List.of(mapping),
            List.of(),
            from,
            primary(target),
            job,
            job.turn(),
            SHORT,
            threads,
            false,
            directory.resolve("differences.ndjson"),
            checkpoints,
            Verification.Times.now()));
  }

  private List<String> found() {
    return differences.stream()
        .map(
            line -> {
              List<String> columns = new ArrayList<>();
              line.get("columns").forEach(column -> columns.add(column.get("column").asText()));
              return line.get("key").elements().next().asText()
                  + " "
                  + line.get("class").asText()
                  + " "
                  + columns;
            })
        .toList();
  }
}
