package io.crossfade.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.crossfade.core.table.Column;
import io.crossfade.core.table.ColumnType;
import io.crossfade.core.table.Row;
import io.crossfade.core.table.Table;
import io.crossfade.core.table.TableId;
import io.crossfade.core.table.TypeFamily;
import io.crossfade.plugin.Mapper;
import io.crossfade.plugin.MapperCall;
import io.crossfade.plugin.SqlType;
import io.crossfade.sql.problem.SqlException;
import io.crossfade.sql.value.PgTypes;
import java.math.BigDecimal;
import java.time.LocalDateTime;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A mapper between two tables. */
class MapperPlanTest {

  private static final TableId OLD = new TableId("public", "old");
  private static final TableId NEW = new TableId("public", "fresh");

  private record Made(
      List<io.crossfade.plugin.Column<?>> reads,
      List<io.crossfade.plugin.Column<?>> columns,
      List<String> key,
      Function<io.crossfade.plugin.Row, List<io.crossfade.plugin.Row>> body)
      implements Mapper {
    @Override
    public List<io.crossfade.plugin.Row> map(io.crossfade.plugin.Row old) {
      return body.apply(old);
    }
  }

  private static UserMapper user(Mapper mapper) {
    return new UserMapper(MapperCall.of(mapper), "c0de");
  }

  private static io.crossfade.plugin.Column<Object> column(String name, SqlType type) {
    return new io.crossfade.plugin.Column<>(name, type);
  }

  /** Reads one column and gives it as it is. */
  private static Made copying(SqlType type) {
    io.crossfade.plugin.Column<Object> x = column("x", type);
    return new Made(
        List.of(x),
        List.of(x),
        List.of("x"),
        old -> {
          Object value = old.get(x);
          assertThat(value == null || type.valueClass().isInstance(value)).isTrue();
          return List.of(io.crossfade.plugin.Row.of(x.of(value)));
        });
  }

  /** Gives one value, whatever the old row holds. */
  private static Made giving(SqlType type, Object value) {
    io.crossfade.plugin.Column<Object> x = column("x", type);
    return new Made(
        List.of(column("id", SqlType.BIGINT)),
        List.of(x),
        List.of("x"),
        old -> List.of(io.crossfade.plugin.Row.of(x.of(value))));
  }

  private static Table table(TableId id, Column... columns) {
    return new Table(id, List.of(columns), List.of(columns[0].name()));
  }

  private static Table target(ColumnType type) {
    return table(NEW, Column.required("x", type));
  }

  private static String stored(SqlType type, Object value, ColumnType as) throws Exception {
    Table old = table(OLD, Column.required("id", PgTypes.INT8));
    MapperPlan plan = MapperPlan.of(user(giving(type, value)), old);
    assertThat(plan.check(target(as))).isEmpty();
    return plan.into(target(as)).rows(Row.of("1")).get(0).get(0);
  }

  private static List<String> messages(List<Finding> findings) {
    return findings.stream().map(Finding::message).toList();
  }

  @ParameterizedTest
  @CsvSource({
    "BOOLEAN, t",
    "INTEGER, -7",
    "BIGINT, 9223372036854775807",
    "NUMERIC, 1.50",
    "DOUBLE, 0.1",
    "TEXT, é😀",
    "DATE, 0044-03-15 BC",
    "TIMESTAMP, 2024-02-29 12:34:56.789012",
    "TIMESTAMPTZ, 1969-12-31 23:59:59.999999+00",
    "UUID, a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"
  })
  void shouldPassEveryTypeThroughUnchanged(SqlType type, String text) throws Exception {
    ColumnType column = io.crossfade.sql.bind.JavaColumns.type(type);
    MapperPlan plan =
        MapperPlan.of(user(copying(type)), table(OLD, Column.nullable("x", column)))
            .into(target(column));
    assertThat(plan.rows(Row.of(text))).containsExactly(Row.of(text));
    assertThat(plan.rows(Row.of((String) null))).containsExactly(Row.of((String) null));
  }

  /** Fails where the place of a column in the old row is taken for its place in reads(). */
  @Test
  void shouldReadTheColumnsThatItNames() throws Exception {
    io.crossfade.plugin.Column<Integer> n = io.crossfade.plugin.Column.integer("n");
    io.crossfade.plugin.Column<String> j = io.crossfade.plugin.Column.text("j");
    Made mapper =
        new Made(
            List.of(j, n),
            List.of(j, n),
            List.of("n"),
            old ->
                List.of(
                    io.crossfade.plugin.Row.of(n.of(old.get(n)), j.of(old.get(j))),
                    io.crossfade.plugin.Row.of(j.of("[]"), n.of(-old.get(n)))));
    Table old =
        new Table(
            OLD,
            List.of(
                Column.required("id", PgTypes.INT8),
                Column.nullable("n", PgTypes.INT2),
                Column.nullable("unread", PgTypes.TEXT),
                Column.nullable("j", PgTypes.JSONB)),
            List.of("id"));
    MapperPlan plan = MapperPlan.of(user(mapper), old);
    assertThat(plan.inputColumns(OLD)).containsExactlyInAnyOrder("n", "j");
    assertThat(plan.rows(Row.of("1", "7", null, "{\"a\": 1}")))
        .containsExactly(Row.of("{\"a\": 1}", "7"), Row.of("[]", "-7"));
    Table fresh =
        new Table(
            NEW,
            List.of(Column.required("n", PgTypes.INT8), Column.nullable("j", PgTypes.JSONB)),
            List.of("n"));
    assertThat(plan.into(fresh).rows(Row.of("1", "7", null, "{\"a\": 1}")).get(0))
        .isEqualTo(Row.of("{\"a\": 1}", "7"));
    assertThat(plan.keepsKey(fresh)).isFalse();
  }

  @Test
  void shouldSayWhatTheOldTableDoesNotHave() {
    Made mapper =
        new Made(
            List.of(
                column("amout", SqlType.NUMERIC),
                column("id", SqlType.INTEGER),
                column("w", SqlType.DOUBLE)),
            List.of(column("x", SqlType.TEXT)),
            List.of("x"),
            old -> List.of());
    Table old =
        table(
            OLD,
            Column.required("id", PgTypes.INT8),
            Column.nullable("amount", PgTypes.NUMERIC),
            Column.nullable("w", PgTypes.numeric(12, 2)));
    SqlException e =
        catchThrowableOfType(SqlException.class, () -> MapperPlan.of(user(mapper), old));
    String name = Made.class.getName();
    assertThat(e.problems())
        .extracting(problem -> problem.message())
        .containsExactly(
            name + " reads amout, which public.old does not have; did you mean amount?",
            name
                + " reads id as INTEGER, but it is bigint in public.old, of which not every value"
                + " would arrive whole; read it as BIGINT",
            name
                + " reads w as DOUBLE, but it is numeric(12,2) in public.old, of which not every"
                + " value would arrive whole; read it as NUMERIC");
  }

  /** Fails where values are handed over as they are given: the target prints other texts. */
  @Test
  void shouldStoreValuesAsTheTargetDoes() throws Exception {
    assertThat(stored(SqlType.NUMERIC, new BigDecimal("1.5"), PgTypes.numeric(12, 2)))
        .isEqualTo("1.50");
    assertThat(stored(SqlType.INTEGER, 7, PgTypes.INT2)).isEqualTo("7");
    assertThat(stored(SqlType.BIGINT, 7L, PgTypes.numeric(5, 1))).isEqualTo("7.0");
    assertThat(stored(SqlType.TEXT, "ab", PgTypes.character(3))).isEqualTo("ab ");
    assertThat(stored(SqlType.TEXT, "ab", PgTypes.varchar(2))).isEqualTo("ab");
    assertThat(stored(SqlType.DOUBLE, 0.1, PgTypes.FLOAT4)).isEqualTo("0.1");
    assertThat(stored(SqlType.TEXT, "{\"b\":1,\"a\":[]}", PgTypes.JSONB))
        .isEqualTo("{\"a\": [], \"b\": 1}");
    assertThat(stored(SqlType.TEXT, "07:05:00.10", PgTypes.TIME)).isEqualTo("07:05:00.1");
    ColumnType mood = ColumnType.of(TypeFamily.OPAQUE, "mood");
    assertThat(stored(SqlType.TEXT, "happy", mood)).isEqualTo("happy");
    assertThat(stored(SqlType.TEXT, "{1,2}", PgTypes.array(PgTypes.INT4))).isEqualTo("{1,2}");
  }

  /** Fails where a value is rounded or cut off in silence. */
  @Test
  void shouldRefuseAValueThatDoesNotFit() {
    assertThatThrownBy(
            () -> stored(SqlType.NUMERIC, new BigDecimal("1.505"), PgTypes.numeric(9, 2)))
        .isInstanceOf(EvaluationException.class)
        .hasMessage(
            "output column x: it has more digits than numeric(9,2) holds; round it in the mapper");
    assertThatThrownBy(
            () -> stored(SqlType.NUMERIC, new BigDecimal("99999999"), PgTypes.numeric(9, 2)))
        .hasMessageContaining("numeric field overflow");
    assertThatThrownBy(
            () ->
                stored(
                    SqlType.TIMESTAMP,
                    LocalDateTime.parse("2026-01-01T00:00:00.0001"),
                    PgTypes.timestamp(3)))
        .hasMessageContaining("more digits than timestamp(3)");
    assertThatThrownBy(() -> stored(SqlType.TEXT, "abc", PgTypes.varchar(2)))
        .hasMessageContaining("too long");
    assertThatThrownBy(() -> stored(SqlType.INTEGER, 70_000, PgTypes.INT2))
        .hasMessageContaining("smallint out of range");
    assertThatThrownBy(() -> stored(SqlType.TEXT, "{", PgTypes.JSONB))
        .hasMessageContaining("invalid input syntax for type json");
  }

  @Test
  void shouldMakeAnExceptionAnErrorOfTheRow() throws Exception {
    Made failing =
        new Made(
            List.of(column("d", SqlType.DATE)),
            List.of(column("x", SqlType.TEXT)),
            List.of("x"),
            old -> {
              throw new IllegalArgumentException("no plan");
            });
    MapperPlan plan = MapperPlan.of(user(failing), table(OLD, Column.required("d", PgTypes.DATE)));
    EvaluationException e =
        catchThrowableOfType(EvaluationException.class, () -> plan.rows(Row.of("2026-01-01")));
    assertThat(e.sqlState()).isEqualTo("38000");
    assertThat(e).hasMessage(Made.class.getName() + ": no plan");
    assertThatThrownBy(() -> plan.rows(Row.of("infinity")))
        .isInstanceOf(EvaluationException.class)
        .hasMessage("column d: infinity cannot be given to a function in Java");
  }

  /** Fails where one of these is left out: the first row would show it, in the night. */
  @Test
  void shouldHoldItAgainstTheTargetBeforeThereAreRows() throws Exception {
    Made mapper =
        new Made(
            List.of(column("id", SqlType.BIGINT)),
            List.of(
                column("a", SqlType.TEXT),
                column("n", SqlType.NUMERIC),
                column("gone", SqlType.TEXT),
                column("g", SqlType.TEXT)),
            List.of("a"),
            old -> List.of());
    MapperPlan plan = MapperPlan.of(user(mapper), table(OLD, Column.required("id", PgTypes.INT8)));
    Table target =
        new Table(
            NEW,
            List.of(
                Column.required("a", PgTypes.TEXT),
                Column.nullable("n", PgTypes.INT4),
                new Column("g", PgTypes.TEXT, true, false, true),
                Column.required("needed", PgTypes.TEXT),
                Column.nullable("spare", PgTypes.TEXT),
                new Column("numbered", PgTypes.INT8, false, true, false)),
            List.of("a", "n"));
    String name = Made.class.getName();
    assertThat(messages(plan.check(target)))
        .containsExactly(
            name + " gives n as NUMERIC, the target's is integer; give it as INTEGER",
            "public.fresh has no column gone; " + name + " must not give it",
            "public.fresh.g is computed by the target; " + name + " must not give it",
            "public.fresh.needed is NOT NULL and has no default, but "
                + name
                + " does not give it; add it to columns()",
            name
                + " says that its key is [a], the primary key of public.fresh is [a, n]; they must"
                + " be the same columns");
    Table keyless = new Table(NEW, List.of(Column.nullable("a", PgTypes.TEXT)), List.of());
    assertThat(messages(plan.check(keyless))).contains("public.fresh has no primary key; add one");
  }

  @Test
  void shouldWantTheTypeThatHoldsWhatTheColumnHolds() throws Exception {
    Table old = table(OLD, Column.required("id", PgTypes.INT8));
    for (SqlType type :
        List.of(SqlType.TEXT, SqlType.BIGINT, SqlType.NUMERIC, SqlType.TIMESTAMPTZ)) {
      MapperPlan plan = MapperPlan.of(user(giving(type, null)), old);
      assertThat(messages(plan.check(target(PgTypes.TIMESTAMP))))
          .singleElement()
          .asString()
          .endsWith("the target's is timestamp without time zone; give it as TIMESTAMP");
    }
    MapperPlan whole = MapperPlan.of(user(giving(SqlType.BIGINT, null)), old);
    assertThat(messages(whole.check(target(PgTypes.FLOAT8)))).singleElement().isNotNull();
    assertThat(messages(whole.check(target(PgTypes.JSONB)))).singleElement().isNotNull();
  }

  /** Fails where other code, another class or another table leaves the definition as it is. */
  @Test
  void shouldBeDefinedByItsCodeAsWell() throws Exception {
    Table old = table(OLD, Column.required("id", PgTypes.INT8));
    Made mapper = giving(SqlType.TEXT, "");
    String definition = MapperPlan.of(user(mapper), old).definition();
    assertThat(definition).isEqualTo("mapper " + Made.class.getName() + " c0de of public.old");
    assertThat(MapperPlan.of(new UserMapper(MapperCall.of(mapper), "0ther"), old).definition())
        .isNotEqualTo(definition);
    assertThat(MapperPlan.sourceOf(definition)).contains("public.old");
    assertThat(MapperPlan.sourceOf("SELECT * FROM mapper a b of c")).isEqualTo(Optional.empty());
  }
}
