package io.crossfade.sql;

import static org.assertj.core.api.Assertions.assertThat;

import io.crossfade.core.table.Column;
import io.crossfade.core.table.ColumnType;
import io.crossfade.core.table.Row;
import io.crossfade.core.table.Table;
import io.crossfade.core.table.TableId;
import io.crossfade.core.table.TypeFamily;
import io.crossfade.sql.Finding.Severity;
import io.crossfade.sql.problem.SqlException;
import io.crossfade.sql.value.PgTypes;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MappingCheckTest {

  private static final Column ID = Column.required("id", PgTypes.INT8);

  private static Table target(Column... columns) {
    return target(List.of("id"), columns);
  }

  private static Table target(List<String> key, Column... columns) {
    return new Table(new TableId("public", "new"), Arrays.asList(columns), key);
  }

  private static List<Finding> check(String sql, Table target) throws SqlException {
    return MappingCheck.check(TestTables.compiler().compile(sql), target);
  }

  private static List<String> messages(String sql, Table target) throws SqlException {
    return check(sql, target).stream()
        .map(f -> f.severity() + f.position().map(p -> " " + p).orElse("") + " " + f.message())
        .toList();
  }

  @Test
  void shouldFindNothingWhereAllFits() throws Exception {
    Table target =
        target(
            ID,
            Column.required("customer_id", PgTypes.NUMERIC),
            Column.nullable("plan", PgTypes.varchar(20)),
            Column.required("amount_cents", PgTypes.INT8),
            new Column("note", PgTypes.TEXT, false, true, false),
            new Column("size", PgTypes.INT4, true, false, true));
    assertThat(
            messages(
                "SELECT id, customer_id, CAST(UPPER(plan) AS varchar(20)) AS plan,"
                    + " CAST(amount * 100 AS BIGINT) AS amount_cents FROM customer_subscriptions",
                target))
        .isEmpty();
  }

  @Test
  void shouldNameAColumnThatTheTargetHasNot() throws Exception {
    assertThat(
            messages(
                "SELECT id, plan AS pln FROM customer_subscriptions",
                target(ID, Column.nullable("plan", PgTypes.TEXT))))
        .singleElement()
        .asString()
        .startsWith("ERROR 1:12 public.new has no column pln; did you mean plan?");
  }

  @Test
  void shouldNameAColumnThatTheTargetNeeds() throws Exception {
    assertThat(
            messages(
                "SELECT id FROM customer_subscriptions",
                target(
                    ID,
                    Column.required("plan", PgTypes.TEXT),
                    Column.nullable("note", PgTypes.TEXT))))
        .singleElement()
        .asString()
        .startsWith("ERROR public.new.plan is NOT NULL and has no default");
  }

  @Test
  void shouldRefuseToWriteAGeneratedColumn() throws Exception {
    Column generated = new Column("plan", PgTypes.TEXT, true, false, true);
    assertThat(messages("SELECT id, plan FROM customer_subscriptions", target(ID, generated)))
        .containsExactly("ERROR 1:12 public.new.plan is computed by the target; leave it out");
  }

  @Test
  void shouldWarnOfNullsInANotNullColumn() throws Exception {
    Table target = target(ID, Column.required("at", PgTypes.TIMESTAMPTZ));
    assertThat(check("SELECT id, at FROM audit", target))
        .singleElement()
        .extracting(Finding::severity)
        .isEqualTo(Severity.WARN);
    assertThat(check("SELECT id, COALESCE(at, '2000-01-01') AS at FROM audit", target)).isEmpty();
  }

  @Test
  void shouldInsistOnTheNewKey() throws Exception {
    String keyed = "SELECT id, plan FROM customer_subscriptions";
    Column plan = Column.required("plan", PgTypes.TEXT);
    assertThat(messages(keyed, target(List.of(), ID, plan)))
        .containsExactly("ERROR public.new has no primary key; add one");
    assertThat(messages(keyed, target(List.of("id", "plan"), ID, plan))).isEmpty();
    assertThat(messages("SELECT plan FROM customer_subscriptions", target(ID, plan)))
        .anySatisfy(m -> assertThat(m).contains("does not give id, a part of the primary key"));
  }

  @ParameterizedTest(name = "{0} as a key of type {1}")
  @CsvSource({
    "id, bigint, true",
    "id, numeric, true",
    "id, text, true",
    "CAST(id AS text), text, true",
    "CAST(id AS numeric), numeric, true",
    "CAST(id AS double precision), double precision, false",
    "CAST(id AS integer), integer, true",
    "CAST(id AS varchar(3)), text, false"
  })
  void shouldTellAKeyThatIsCastWithoutLoss(String key, String type, boolean kept) throws Exception {
    ColumnType target =
        List.of(PgTypes.INT8, PgTypes.NUMERIC, PgTypes.TEXT, PgTypes.FLOAT8, PgTypes.INT4).stream()
            .filter(t -> t.name().equals(type))
            .findFirst()
            .orElseThrow();
    String select = "SELECT " + key + " AS id FROM customer_subscriptions";
    Table fresh = target(Column.required("id", target));
    assertThat(check(select, fresh)).isEmpty();
    assertThat(TestTables.compiler().compile(select).into(fresh).keepsKey(fresh)).isEqualTo(kept);
  }

  private static final List<Column> SOURCE =
      List.of(
          ID,
          Column.nullable("small", PgTypes.INT2),
          Column.nullable("int", PgTypes.INT4),
          Column.nullable("big", PgTypes.INT8),
          Column.nullable("num", PgTypes.NUMERIC),
          Column.nullable("money", PgTypes.numeric(12, 2)),
          Column.nullable("single", PgTypes.FLOAT4),
          Column.nullable("double", PgTypes.FLOAT8),
          Column.nullable("text", PgTypes.TEXT),
          Column.nullable("ten", PgTypes.varchar(10)),
          Column.nullable("char5", PgTypes.character(5)),
          Column.nullable("bool", PgTypes.BOOLEAN),
          Column.nullable("date", PgTypes.DATE),
          Column.nullable("ts", PgTypes.TIMESTAMP),
          Column.nullable("tz", PgTypes.TIMESTAMPTZ),
          Column.nullable("js", PgTypes.JSON),
          Column.nullable("jb", PgTypes.JSONB),
          Column.nullable("iv", PgTypes.INTERVAL),
          Column.nullable("ints", PgTypes.array(PgTypes.INT4)),
          Column.nullable("en", ColumnType.of(TypeFamily.OPAQUE, "mood")));

  private static ColumnType type(String name) {
    List<ColumnType> types = new ArrayList<>(SOURCE.stream().map(Column::type).toList());
    types.addAll(
        List.of(
            PgTypes.UUID,
            PgTypes.VARCHAR,
            PgTypes.varchar(5),
            PgTypes.varchar(20),
            PgTypes.numeric(12, 0),
            PgTypes.numeric(14, 4),
            PgTypes.timestamp(3),
            PgTypes.TIME,
            PgTypes.array(PgTypes.INT8),
            ColumnType.of(TypeFamily.INTERVAL, "interval(0)"),
            ColumnType.of(TypeFamily.OPAQUE, "other")));
    return types.stream().filter(t -> t.name().equals(name)).findFirst().orElseThrow();
  }

  @ParameterizedTest(name = "{0} into {1}: {2}")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      textBlock =
          """
          small  | bigint                         | fits
          int    | smallint                       | lose
          big    | integer                        | lose
          big    | double precision               | lose
          int    | double precision               | fits
          int    | numeric                        | fits
          int    | numeric(12,0)                  | fits
          big    | numeric(12,0)                  | lose
          num    | integer                        | lose
          num    | numeric(12,2)                  | lose
          money  | numeric(14,4)                  | fits
          money  | numeric(12,0)                  | lose
          money  | numeric                        | fits
          money  | double precision               | lose
          single | double precision               | fits
          double | real                           | lose
          double | numeric                        | lose
          text   | character varying(10)          | lose
          ten    | character varying(5)           | lose
          ten    | character varying(20)          | fits
          ten    | text                           | fits
          char5  | text                           | fits
          char5  | character varying(5)           | fits
          bool   | text                           | fits
          bool   | integer                        | cast
          text   | integer                        | cast
          text   | jsonb                          | cast
          date   | timestamp without time zone    | fits
          ts     | date                           | lose
          ts     | timestamp with time zone       | fits
          tz     | timestamp without time zone    | lose
          ts     | timestamp(3) without time zone | lose
          date   | integer                        | impossible
          jb     | json                           | fits
          js     | jsonb                          | lose
          iv     | interval                       | fits
          iv     | interval(0)                    | lose
          iv     | text                           | fits
          ints   | integer[]                      | fits
          ints   | bigint[]                       | cast
          ints   | text                           | fits
          text   | integer[]                      | cast
          ts     | time without time zone         | lose
          en     | mood                           | fits
          en     | other                          | cast
          en     | text                           | fits
          text   | mood                           | cast
          'x'    | mood                           | fits
          'x'    | integer                        | lose
          '12'   | integer                        | fits
          NULL   | integer                        | fits
          'abcdef' | character varying(5)         | lose
          'x'    | uuid                           | lose
          """)
  void shouldJudgeWhetherATypeFits(String expression, String into, String verdict)
      throws Exception {
    Table source = new Table(new TableId("public", "s"), SOURCE, List.of("id"));
    Table target = target(ID, Column.nullable("x", type(into.trim())));
    String quoted = expression.matches("[a-z0-9]+") ? '"' + expression + '"' : expression;
    SelectPlan plan = TestTables.compiler(source).compile("SELECT id, " + quoted + " AS x FROM s");
    List<Finding> findings = MappingCheck.check(plan, target);
    if (verdict.equals("fits")) {
      assertThat(findings).isEmpty();
      return;
    }
    String words =
        switch (verdict) {
          case "lose" -> "could be cut off, rounded or refused";
          case "cast" -> "does not convert by itself";
          default -> "there is no way";
        };
    assertThat(findings).singleElement().extracting(Finding::severity).isEqualTo(Severity.ERROR);
    assertThat(findings.get(0).message()).contains(words);
  }

  @Test
  void shouldWriteWhatTheTargetWillPrint() throws Exception {
    Table source =
        new Table(
            new TableId("public", "s"),
            List.of(
                ID,
                Column.nullable("c", PgTypes.character(5)),
                Column.nullable("d", PgTypes.DATE),
                Column.nullable("b", PgTypes.BOOLEAN),
                Column.nullable("f", PgTypes.FLOAT4),
                Column.nullable("n", PgTypes.numeric(8, 2)),
                Column.nullable("t", PgTypes.TEXT)),
            List.of("id"));
    Table target =
        target(
            ID,
            Column.nullable("c", PgTypes.TEXT),
            Column.nullable("d", PgTypes.TIMESTAMPTZ),
            Column.nullable("b", PgTypes.TEXT),
            Column.nullable("f", PgTypes.FLOAT8),
            Column.nullable("n", PgTypes.numeric(12, 4)),
            Column.nullable("t", PgTypes.TEXT),
            Column.nullable("s", PgTypes.INT4));
    SelectPlan plan = TestTables.compiler(source).compile("SELECT *, '007' AS s FROM s");
    assertThat(MappingCheck.check(plan, target)).isEmpty();
    SelectPlan into = plan.into(target);
    assertThat(into.evaluate(Row.of("1", "ab   ", "2024-02-29", "t", "0.1", "1.50", "x")))
        .contains(
            Row.of(
                "1",
                "ab",
                "2024-02-29 00:00:00+00",
                "true",
                "0.10000000149011612",
                "1.5000",
                "x",
                "7"));
    assertThat(into.columns().get(6).passedFrom()).contains("t");
    assertThat(into.columns().get(1).passedFrom()).isEmpty();
  }
}
