package io.crossfade.sql.reverse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.crossfade.core.table.Column;
import io.crossfade.core.table.ColumnType;
import io.crossfade.core.table.Table;
import io.crossfade.core.table.TableId;
import io.crossfade.core.table.TypeFamily;
import io.crossfade.sql.OutputColumn;
import io.crossfade.sql.SqlCompiler;
import io.crossfade.sql.problem.SqlException;
import io.crossfade.sql.reverse.ColumnNote.Kind;
import io.crossfade.sql.reverse.ReverseMapping.Demanded;
import io.crossfade.sql.reverse.ReverseMapping.Derived;
import io.crossfade.sql.value.PgTypes;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ReverseMappingTest {

  private static final Column ID = Column.required("id", PgTypes.INT8);

  static Table old(Column... columns) {
    return table("old", columns);
  }

  static Table target(Column... columns) {
    return table("fresh", columns);
  }

  private static Table table(String name, Column... columns) {
    List<Column> all = new ArrayList<>(List.of(ID));
    all.addAll(Arrays.asList(columns));
    return new Table(new TableId("public", name), all, List.of("id"));
  }

  static Forward forward(String sql, Table old, Table target) {
    try {
      return new Forward(new SqlCompiler(id -> Optional.of(old)).compile(sql), target);
    } catch (SqlException e) {
      throw new AssertionError(e);
    }
  }

  private static ReverseMapping derive(String sql, Table old, Table target) {
    return ReverseMapping.derive(List.of(forward(sql, old, target)));
  }

  private static Derived derived(String sql, Table old, Table target) {
    ReverseMapping way = derive(sql, old, target);
    assertThat(way).isInstanceOf(Derived.class);
    return (Derived) way;
  }

  private static Demanded demanded(String sql, Table old, Table target) {
    ReverseMapping way = derive(sql, old, target);
    assertThat(way).isInstanceOf(Demanded.class);
    return (Demanded) way;
  }

  private static List<String> kinds(List<ColumnNote> notes) {
    return notes.stream().map(note -> note.column() + " " + note.kind()).toList();
  }

  private static String sentence(Derived way, String column) {
    return way.notes().stream()
        .filter(note -> note.column().equals(column))
        .map(ColumnNote::sentence)
        .findFirst()
        .orElseThrow();
  }

  /** Fails where Origins looks for columns by their names. */
  @Test
  void shouldUndoRenames() {
    Derived way =
        derived(
            "SELECT id, name AS full_name, full_name AS name FROM old",
            old(Column.nullable("name", PgTypes.TEXT), Column.nullable("full_name", PgTypes.TEXT)),
            target(
                Column.nullable("full_name", PgTypes.TEXT), Column.nullable("name", PgTypes.TEXT)));

    assertThat(way.into()).isEqualTo(new TableId("public", "old"));
    assertThat(way.select())
        .isEqualTo(
            """
            SELECT
              id,
              full_name AS name,
              name AS full_name
            FROM public.fresh""");
    assertThat(kinds(way.notes())).containsExactly("id COPIED", "name COPIED", "full_name COPIED");
    assertThat(way.notes().get(1).sentence()).isEqualTo("name comes from full_name as it is");
  }

  /** Fails where SqlName leaves names bare. */
  @Test
  void shouldQuoteOddNames() {
    Table old =
        new Table(
            new TableId("Old Schema", "or\"der"),
            List.of(
                Column.required("Id", PgTypes.INT4),
                Column.nullable("select", PgTypes.TEXT),
                Column.nullable("date", PgTypes.DATE),
                Column.nullable("a\"b c", PgTypes.TEXT)),
            List.of("Id"));
    Table target = new Table(new TableId("x.y", "user"), old.columns(), List.of("Id"));

    Derived way = derived("SELECT * FROM \"Old Schema\".\"or\"\"der\"", old, target);

    assertThat(way.select())
        .isEqualTo(
            """
            SELECT
              "Id",
              "select",
              "date",
              "a""b c"
            FROM "x.y"."user\"""");
    assertThat(kinds(way.notes())).allMatch(kind -> kind.endsWith("COPIED"));
  }

  private static ColumnType type(String name) {
    List<ColumnType> types =
        List.of(
            PgTypes.BOOLEAN,
            PgTypes.INT2,
            PgTypes.INT4,
            PgTypes.INT8,
            PgTypes.NUMERIC,
            PgTypes.numeric(12, 2),
            PgTypes.numeric(14, 4),
            new ColumnType(TypeFamily.NUMERIC, 5, -2, "numeric(5,-2)"),
            PgTypes.FLOAT4,
            PgTypes.FLOAT8,
            PgTypes.TEXT,
            PgTypes.VARCHAR,
            PgTypes.varchar(10),
            PgTypes.varchar(20),
            PgTypes.CHAR,
            PgTypes.character(5),
            PgTypes.character(8),
            PgTypes.BYTES,
            PgTypes.DATE,
            PgTypes.TIME,
            PgTypes.TIMESTAMP,
            PgTypes.timestamp(3),
            PgTypes.TIMESTAMPTZ,
            PgTypes.timestamptz(3),
            PgTypes.INTERVAL,
            PgTypes.UUID,
            PgTypes.JSON,
            PgTypes.JSONB,
            PgTypes.array(PgTypes.INT4),
            ColumnType.of(TypeFamily.OPAQUE, "mood"));
    return types.stream().filter(t -> t.name().equals(name)).findFirst().orElseThrow();
  }

  /** Fails where WayBack.kind says CONVERTED of everything, or casts text back. */
  @ParameterizedTest(name = "{0} in the new table as {1}")
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          integer                     | bigint                      | CAST(x AS integer)                     | NARROWER
          smallint                    | numeric                     | CAST(x AS smallint)                    | LOSSY
          bigint                      | integer                     | x                                      | CONVERTED
          integer                     | double precision            | CAST(x AS integer)                     | LOSSY
          integer                     | text                        | CAST(x AS integer)                     | LOSSY
          boolean                     | integer                     | CAST(x AS boolean)                     | LOSSY
          boolean                     | text                        | CAST(x AS boolean)                     | LOSSY
          numeric(12,2)               | numeric(14,4)               | CAST(x AS numeric(12,2))               | LOSSY
          numeric(12,2)               | numeric                     | CAST(x AS numeric(12,2))               | LOSSY
          numeric                     | text                        | CAST(x AS numeric)                     | LOSSY
          real                        | double precision            | CAST(x AS real)                        | LOSSY
          character varying(10)       | text                        | x                                      | NARROWER
          character varying(10)       | character varying(20)       | x                                      | NARROWER
          text                        | character varying           | x                                      | CONVERTED
          character(5)                | text                        | x                                      | LOSSY
          character(5)                | character(8)                | x                                      | NARROWER
          date                        | timestamp without time zone | CAST(x AS date)                        | LOSSY
          timestamp without time zone | timestamp with time zone    | CAST(x AS timestamp without time zone) | CONVERTED
          timestamp with time zone    | timestamp without time zone | x                                      | CONVERTED
          timestamp(3) without time zone | timestamp without time zone | CAST(x AS timestamp(3) without time zone) | LOSSY
          uuid                        | text                        | CAST(x AS uuid)                        | LOSSY
          json                        | text                        | CAST(x AS json)                        | NARROWER
          jsonb                       | json                        | CAST(x AS jsonb)                       | LOSSY
          integer[]                   | integer[]                   | x                                      | COPIED
          mood                        | mood                        | x                                      | COPIED
          bytea                       | bytea                       | x                                      | COPIED
          """)
  void shouldUndoCastsThatLoseNothing(String old, String now, String expression, Kind kind) {
    String value = old.equals(now) ? "x" : "CAST(x AS " + now + ")";
    Derived way =
        derived(
            "SELECT id, " + value + " AS x FROM old",
            old(Column.nullable("x", type(old))),
            target(Column.nullable("x", type(now))));

    String item = expression.equals("x") ? "x" : expression + " AS x";
    assertThat(way.select()).isEqualTo("SELECT\n  id,\n  " + item + "\nFROM public.fresh");
    assertThat(kinds(way.notes())).containsExactly("id COPIED", "x " + kind);
  }

  /** Fails where WayBack.isExact trusts PostgreSQL's casts. */
  @ParameterizedTest(name = "{0} in the new table as {1}")
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          numeric                  | bigint
          numeric                  | numeric(12,2)
          numeric(14,4)            | numeric(12,2)
          numeric(5,-2)            | numeric
          bigint                   | double precision
          integer                  | real
          integer                  | boolean
          double precision         | real
          double precision         | numeric
          text                     | character varying(10)
          text                     | character(8)
          text                     | bpchar
          text                     | integer
          character varying(10)    | character(8)
          character varying(20)    | character varying(10)
          bpchar                   | text
          timestamp with time zone | date
          timestamp without time zone | timestamp(3) without time zone
          timestamp with time zone | timestamp(3) without time zone
          timestamp without time zone | time without time zone
          time without time zone   | interval
          interval                 | text
          json                     | jsonb
          integer[]                | text
          bytea                    | text
          """)
  void shouldNotUndoCastsThatMayLoseSomething(String old, String now) {
    Derived way =
        derived(
            "SELECT id, CAST(x AS " + now + ") AS x FROM old",
            old(Column.nullable("x", type(old))),
            target(Column.nullable("x", type(now))));

    assertThat(way.select()).isEqualTo("SELECT\n  id\nFROM public.fresh");
    assertThat(kinds(way.notes())).containsExactly("id COPIED", "x LOST");
  }

  /** Fails where the assignment into the new column is forgotten, or one of two casts. */
  @Test
  void shouldUndoEachStepOfTheWay() {
    Derived way =
        derived(
            "SELECT id, CAST(CAST(a AS bigint) AS text) AS a, b, CAST(c AS integer) AS c FROM old",
            old(
                Column.nullable("a", PgTypes.INT2),
                Column.nullable("b", PgTypes.INT4),
                Column.nullable("c", PgTypes.INT8)),
            target(
                Column.nullable("a", PgTypes.TEXT),
                Column.nullable("b", PgTypes.NUMERIC),
                Column.nullable("c", PgTypes.INT8)));

    assertThat(way.select())
        .isEqualTo(
            """
            SELECT
              id,
              CAST(CAST(a AS bigint) AS smallint) AS a,
              CAST(b AS integer) AS b,
              CAST(c AS integer) AS c
            FROM public.fresh""");
    assertThat(kinds(way.notes())).containsExactly("id COPIED", "a LOSSY", "b LOSSY", "c NARROWER");
  }

  /** Fails where a computed expression is taken for the column that it reads. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "UPPER(plan)",
        "plan || ''",
        "COALESCE(plan, '')",
        "SPLIT_PART(plan, ' ', 1)",
        "CASE WHEN plan = 'a' THEN plan ELSE plan END",
        "NULLIF(plan, '')",
        "CAST(TRIM(plan) AS text)",
        "UPPER(CAST(plan AS varchar))"
      })
  void shouldDemandWhatIsComputed(String expression) {
    Demanded way =
        demanded(
            "SELECT id, " + expression + " AS plan FROM old",
            old(Column.required("plan", PgTypes.TEXT)),
            target(Column.nullable("plan", PgTypes.TEXT)));

    assertThat(way.reasons())
        .singleElement()
        .asString()
        .startsWith("plan: ")
        .endsWith(" cannot be undone, and it is NOT NULL without a default");
  }

  /** Fails where integers times a constant count as invertible, or parts of a split. */
  @Test
  void shouldSayOfEachColumnWhyItIsDemandedAndWhatToWrite() {
    Demanded way =
        demanded(
            """
            SELECT id, UPPER(plan) AS plan, CAST(amount * 100 AS BIGINT) AS cents,
              SPLIT_PART(name, ' ', 1) AS first, SPLIT_PART(name, ' ', 2) AS last
            FROM old""",
            old(
                Column.required("plan", PgTypes.TEXT),
                Column.required("amount", PgTypes.INT4),
                Column.required("name", PgTypes.TEXT),
                Column.required("note", PgTypes.varchar(10)),
                Column.nullable("seen", PgTypes.DATE)),
            target(
                Column.required("plan", PgTypes.TEXT),
                Column.required("cents", PgTypes.INT8),
                Column.required("first", PgTypes.TEXT),
                Column.required("last", PgTypes.TEXT)));

    String required = ", and it is NOT NULL without a default";
    assertThat(way.reasons())
        .containsExactly(
            "plan: UPPER(plan) cannot be undone" + required,
            "amount: CAST(amount * 100 AS bigint) cannot be undone" + required,
            "name: SPLIT_PART(name, ' ', 1), SPLIT_PART(name, ' ', 2) cannot be undone" + required,
            "note: it is not in the new table" + required);
    assertThat(way.skeleton())
        .isEqualTo(
            """
            SELECT
              id,
              -- plan text: UPPER(plan) cannot be undone, and it is NOT NULL without a default
              ... AS plan,
              -- amount integer: CAST(amount * 100 AS bigint) cannot be undone, and it is NOT NULL without a default
              ... AS amount,
              -- name text: SPLIT_PART(name, ' ', 1), SPLIT_PART(name, ' ', 2) cannot be undone, and it is NOT NULL without a default
              ... AS name,
              -- note character varying(10): it is not in the new table, and it is NOT NULL without a default
              ... AS note
            FROM public.fresh""");
  }

  /** Fails where KEPT and LOST are one, or columns that the database fills are demanded. */
  @Test
  void shouldKeepWhatTheNewTableDoesNotHold() {
    Derived way =
        derived(
            "SELECT id, LOWER(plan) AS plan, 'x' AS kind FROM old",
            old(
                Column.nullable("plan", PgTypes.TEXT),
                Column.nullable("note", PgTypes.TEXT),
                new Column("made", PgTypes.TIMESTAMP, false, true, false),
                new Column("size", PgTypes.INT4, true, false, true)),
            target(
                Column.nullable("plan", PgTypes.TEXT),
                Column.nullable("kind", PgTypes.TEXT),
                Column.nullable("color", PgTypes.TEXT),
                new Column("length", PgTypes.INT4, true, false, true)));

    assertThat(way.select()).isEqualTo("SELECT\n  id\nFROM public.fresh");
    assertThat(way.notes())
        .containsExactly(
            new ColumnNote("id", Kind.COPIED, "id comes from id as it is"),
            new ColumnNote(
                "plan",
                Kind.LOST,
                "plan does not come back from LOWER(plan): kept where the old row exists, its"
                    + " default or NULL in a new row; what is written to the new table there is"
                    + " lost"),
            new ColumnNote(
                "note",
                Kind.KEPT,
                "note is not in the new table: kept where the old row exists, its default or NULL"
                    + " in a new row"),
            new ColumnNote(
                "made",
                Kind.KEPT,
                "made is not in the new table: kept where the old row exists, its default or NULL"
                    + " in a new row"),
            new ColumnNote("size", Kind.COMPUTED, "size is computed by the old table itself"),
            new ColumnNote(
                "kind",
                Kind.NEW,
                "kind is 'x' of the old row; what is written to it does not come back"),
            new ColumnNote(
                "color",
                Kind.NEW,
                "color is not in the old table; what is written to it does not come back"));
    assertThat(way.notes().stream().filter(note -> note.kind().losesWrites()))
        .extracting(ColumnNote::column)
        .containsExactly("plan", "kind", "color");
  }

  /** Fails where the new column's NULLs are forgotten. */
  @Test
  void shouldSayThatTheOldColumnRefusesNull() {
    Derived way =
        derived(
            "SELECT id, plan FROM old",
            old(Column.required("plan", PgTypes.TEXT)),
            target(Column.nullable("plan", PgTypes.TEXT)));

    assertThat(way.notes())
        .contains(
            new ColumnNote(
                "plan", Kind.NARROWER, "plan comes from plan as it is; NULL is refused"));
  }

  /** Fails where the first new column is taken, not the best, or the others are not said. */
  @Test
  void shouldTakeTheBestOfSeveralCopies() {
    Derived way =
        derived(
            "SELECT id, CAST(n AS text) AS n, n AS m, n AS l FROM old",
            old(Column.nullable("n", PgTypes.INT4)),
            target(
                Column.nullable("n", PgTypes.TEXT),
                Column.nullable("m", PgTypes.INT8),
                Column.nullable("l", PgTypes.INT4)));

    assertThat(way.select()).isEqualTo("SELECT\n  id,\n  l AS n\nFROM public.fresh");
    assertThat(sentence(way, "n"))
        .isEqualTo(
            "n comes from l as it is"
                + "; m held the same: what is written there alone does not come back"
                + "; n held the same: what is written there alone does not come back");
  }

  /** Fails where Filter does not fix, or fixes by an equality that leaves several texts. */
  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      textBlock =
          """
          t IS NULL                          | t | NULL
          d IS NULL AND id > 0               | d | NULL
          t = 'o''neill'                     | t | 'o''neill'
          'x' = t                            | t | 'x'
          t IN ('x')                         | t | 'x'
          t IS NOT DISTINCT FROM 'x'         | t | 'x'
          v = 'x'                            | v | 'x'
          c = 'x'                            | c | 'x'
          b                                  | b | TRUE
          NOT b                              | b | FALSE
          b = FALSE                          | b | FALSE
          b IS TRUE                          | b | TRUE
          b IS UNKNOWN                       | b | NULL
          i = 7                              | i | 7
          i = -7                             | i | -7
          i = '7'                            | i | CAST('7' AS integer)
          s = 7                              | s | CAST(7 AS smallint)
          m = 7.5                            | m | CAST(7.5 AS numeric(12,2))
          d = DATE '2024-01-31'              | d | CAST('2024-01-31' AS date)
          d = '2024-01-31'                   | d | CAST('2024-01-31' AS date)
          u = CAST('a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11' AS uuid) | u | CAST('a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11' AS uuid)
          """)
  void shouldGiveBackWhatTheFilterFixes(String condition, String column, String value) {
    Derived way = derived("SELECT id FROM old WHERE " + condition, FILTERED, target());

    assertThat(way.select())
        .isEqualTo("SELECT\n  id,\n  " + value + " AS " + column + "\nFROM public.fresh");
    assertThat(kinds(way.notes())).contains(column + " FIXED");
    assertThat(sentence(way, column))
        .startsWith(column + " is " + value + " in every row of the new table (WHERE ")
        .endsWith("; old rows with another value are not in the new table and stay as they are");
  }

  private static final Table FILTERED =
      old(
          Column.nullable("t", PgTypes.TEXT),
          Column.nullable("v", PgTypes.varchar(10)),
          Column.nullable("c", PgTypes.character(5)),
          Column.nullable("b", PgTypes.BOOLEAN),
          Column.nullable("s", PgTypes.INT2),
          Column.nullable("i", PgTypes.INT4),
          Column.nullable("n", PgTypes.NUMERIC),
          Column.nullable("m", PgTypes.numeric(12, 2)),
          Column.nullable("f", PgTypes.FLOAT8),
          Column.nullable("d", PgTypes.DATE),
          Column.nullable("u", PgTypes.UUID));

  /** Fails where a filter that fixes nothing is taken to fix something, or is passed over. */
  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      textBlock =
          """
          t IS NOT NULL       | t | t IS NOT NULL
          t = 'a' OR t = 'b'  | t | (t = 'a') OR (t = 'b')
          t IN ('a', 'b')     | t | t IN ('a', 'b')
          t <> 'a'            | t | t <> 'a'
          UPPER(t) = 'A'      | t | UPPER(t) = 'A'
          t LIKE 'a%'         | t | t LIKE 'a%'
          n = 1.50            | n | n = 1.50
          f = 0               | f | f = 0
          i > 5               | i | i > 5
          i BETWEEN 1 AND 2   | i | i BETWEEN 1 AND 2
          i = s AND s = 1     | i | i = s
          i = 1.0             | i | i = 1.0
          NOT (b IS TRUE)     | b | NOT b IS TRUE
          b IS NOT FALSE      | b | b IS NOT FALSE
          d = TIMESTAMP '2024-01-31 00:00:00' | d | d = CAST('2024-01-31 00:00:00' AS timestamp without time zone)
          """)
  void shouldDemandWhatTheFilterReadsAndDoesNotFix(String where, String column, String said) {
    Demanded way = demanded("SELECT id FROM old WHERE " + where, FILTERED, target());

    assertThat(way.reasons())
        .containsExactly(column + ": it is not in the new table, and WHERE " + said + " reads it");
  }

  /** Fails where a column that is computed in the new table is given back from the filter. */
  @Test
  void shouldDemandWhatTheFilterFixesAndTheNewTableComputes() {
    assertThat(
            demanded(
                    "SELECT id, UPPER(t) AS t FROM old WHERE t = 'x'",
                    FILTERED,
                    target(Column.nullable("t", PgTypes.TEXT)))
                .reasons())
        .containsExactly("t: UPPER(t) cannot be undone, and WHERE t = 'x' reads it");
  }

  /** Fails where a new column that the filter reads is given back as the constant, in silence. */
  @Test
  void shouldGiveAFilteredColumnBackFromTheNewTableAndSayWhatThatMeans() {
    Derived way =
        derived(
            "SELECT id, t FROM old WHERE t = 'x' AND b IS NULL",
            FILTERED,
            target(Column.nullable("t", PgTypes.TEXT)));

    assertThat(way.select()).contains("\n  t,\n").contains("\n  NULL AS b\n");
    assertThat(way.notes())
        .filteredOn(note -> note.kind() == Kind.FILTERED)
        .containsExactly(
            new ColumnNote(
                "t",
                Kind.FILTERED,
                "t is read by WHERE t = 'x': a row that does not meet it goes back, but the forward"
                    + " SELECT leaves it out, and after a rollback takes it out of the new"
                    + " table"));
  }

  /** Fails where the derived SELECT is not held against the old table: numeric keys collide. */
  @Test
  void shouldDemandWhereTheKeyCannotBeToldApartOnTheWayBack() {
    Table target =
        new Table(
            new TableId("public", "fresh"),
            List.of(Column.required("id", PgTypes.NUMERIC)),
            List.of("id"));

    assertThat(demanded("SELECT id FROM old", old(), target).reasons())
        .singleElement()
        .asString()
        .contains("another target key");
  }

  /** Fails where the old key may come from any column that holds it. */
  @Test
  void shouldTakeTheOldKeyFromTheNewKey() {
    Table target =
        new Table(
            new TableId("public", "fresh"),
            List.of(Column.required("id", PgTypes.INT8), Column.required("key", PgTypes.INT8)),
            List.of("key"));

    Derived way = derived("SELECT id, id AS key FROM old", old(), target);
    assertThat(way.select()).isEqualTo("SELECT\n  key AS id\nFROM public.fresh");
  }

  /** Fails where the first of several new tables is taken. */
  @Test
  void shouldDemandWhichOfSeveralNewTablesGivesTheOldOneBack() {
    Table old = old(Column.required("a", PgTypes.TEXT), Column.nullable("b", PgTypes.TEXT));
    Table other =
        new Table(
            new TableId("public", "other"),
            target(Column.nullable("a", PgTypes.TEXT)).columns(),
            List.of("id"));
    List<Forward> forwards =
        List.of(
            forward("SELECT id, b FROM old", old, target(Column.nullable("b", PgTypes.TEXT))),
            forward("SELECT id, a FROM old", old, other));

    Demanded way = (Demanded) ReverseMapping.derive(forwards);

    assertThat(way.reasons())
        .containsExactly(
            "public.old feeds several new tables (public.fresh, public.other), each of which may be"
                + " written to: say which one gives it back");
    assertThat(way.skeleton()).isEqualTo("SELECT\n  id,\n  a\nFROM public.other");
  }

  /** Fails where tables are mixed up. */
  @Test
  void shouldNotDeriveOneWayForTwoOldTables() {
    Forward one = forward("SELECT id FROM old", old(), target());
    Table another = new Table(new TableId("public", "o2"), old().columns(), List.of("id"));
    Forward two = forward("SELECT id FROM o2", another, target());

    assertThatThrownBy(() -> ReverseMapping.derive(List.of(one, two)))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> ReverseMapping.derive(List.of()))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> forward("SELECT id, id AS x FROM old", old(), target()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("has no column x");
  }

  /**
   * Fails where pieces leave something out or come twice, where another text or a whole text may be
   * a piece, or where quotient and remainder are by different numbers.
   */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "SUBSTRING(x FROM 1 FOR 3) AS a, SUBSTRING(x FROM 5) AS b",
        "SUBSTRING(x FROM 1 FOR 3) AS a, SUBSTRING(x FROM 3) AS b",
        "SUBSTRING(x FROM 1 FOR 3) AS a, SUBSTRING(x FROM 4 FOR 3) AS b",
        "SUBSTRING(x FROM 2) AS a, UPPER(x) AS b",
        "SUBSTRING(x FROM 1 FOR 3) AS a, SUBSTRING(y FROM 4) AS b",
        "SUBSTRING(x FROM '[0-9]+') AS a, SUBSTRING(x FROM 4) AS b",
        "LEFT(x, -3) AS a, RIGHT(x, 3) AS b",
        "LEFT(x, POSITION('@' IN x) - 1) AS a, SUBSTRING(x FROM POSITION('@' IN x) + 1) AS b",
        "SPLIT_PART(x, '@', 1) AS a, SUBSTRING(x FROM POSITION('@' IN x) + 1) AS b",
        "SUBSTRING(x FROM 1 FOR POSITION('@' IN x) - 1) AS a, SUBSTRING(x FROM POSITION('@' IN x) + 2) AS b",
        "SUBSTRING(x FROM 1 FOR POSITION('@' IN x) - 1) AS a, SUBSTRING(x FROM POSITION(':' IN x) + 1) AS b",
        "SUBSTRING(x FROM 1 FOR POSITION('@' IN y) - 1) AS a, SUBSTRING(x FROM POSITION('@' IN x) + 1) AS b",
        "SUBSTRING(x FROM 1 FOR POSITION('@' IN x)) AS a, SUBSTRING(x FROM POSITION('@' IN x) + 1) AS b",
        "SUBSTRING(x FROM 1 FOR POSITION('@' IN x) - 2) AS a, SUBSTRING(x FROM POSITION('@' IN x) + 1) AS b",
        "CAST(SUBSTRING(x FROM 1 FOR 3) AS varchar(2)) AS a, SUBSTRING(x FROM 4) AS b",
        "CAST(m AS date) AS a, CAST(m AS time(3)) AS b",
        "CAST(m AS date) AS a, CAST(m AS date) AS b",
        "n / 100 AS a, n % 10 AS b",
        "n / 100 AS a, n / 100 AS b",
        "n / 100.0 AS a, n % 100 AS b",
        "100 / n AS a, 100 % n AS b",
        "n * 100 AS a, n % 100 AS b"
      })
  void shouldNotPutTogetherWhatIsNoSplit(String items) throws Exception {
    Table old =
        old(
            Column.nullable("x", PgTypes.TEXT),
            Column.nullable("y", PgTypes.TEXT),
            Column.nullable("m", PgTypes.TIMESTAMP),
            Column.nullable("n", PgTypes.INT8));
    List<OutputColumn> outputs =
        new SqlCompiler(id -> Optional.of(old)).compile("SELECT " + items + " FROM old").columns();
    Table target =
        target(
            Column.nullable("a", outputs.get(0).type()),
            Column.nullable("b", outputs.get(1).type()));

    Derived way = derived("SELECT id, " + items + " FROM old", old, target);

    assertThat(kinds(way.notes())).noneMatch(kind -> kind.endsWith("LOSSY"));
    assertThat(way.select()).isEqualTo("SELECT\n  id\nFROM public.fresh");
  }

  /** Fails where parts that may be NULL go into a column that may not without a word. */
  @Test
  void shouldSayWhatPartsMayBecome() {
    Derived way =
        derived(
            "SELECT id, LEFT(x, 2) AS a, SUBSTRING(x FROM 3) AS b FROM old",
            old(Column.required("x", PgTypes.TEXT)),
            target(Column.nullable("a", PgTypes.TEXT), Column.nullable("b", PgTypes.TEXT)));

    assertThat(sentence(way, "x"))
        .isEqualTo(
            "x comes from a and b, into which it was split; what came from the old table comes"
                + " back as it was, parts that were written since make one value, which may be"
                + " split in another way or be refused; NULL is refused");
  }
}
