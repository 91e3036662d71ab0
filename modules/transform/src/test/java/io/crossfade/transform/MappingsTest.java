package io.crossfade.transform;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.crossfade.core.table.Column;
import io.crossfade.core.table.ColumnType;
import io.crossfade.core.table.Row;
import io.crossfade.core.table.Table;
import io.crossfade.core.table.TableId;
import io.crossfade.core.table.TypeFamily;
import io.crossfade.plugin.Mapper;
import io.crossfade.plugin.MapperCall;
import io.crossfade.sql.MapperPlan;
import io.crossfade.sql.SelectPlan;
import io.crossfade.sql.SqlCompiler;
import io.crossfade.sql.UserMapper;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class MappingsTest {

  private static final ColumnType INT = ColumnType.of(TypeFamily.INT4, "integer");
  private static final ColumnType BIGINT = ColumnType.of(TypeFamily.INT8, "bigint");

  private static final Table OLD =
      new Table(
          new TableId("public", "old"),
          List.of(Column.required("a", INT), Column.required("b", INT), Column.nullable("c", INT)),
          List.of("b", "a"));

  @Test
  void shouldEvaluateRowsAndKeys() throws Exception {
    RowMapper mapper =
        Mappings.mapper(
            select("SELECT c + 1 AS d, a, CAST(b AS BIGINT) AS b FROM old WHERE c > 0"),
            target("a", "b"));
    assertThat(mapper.columns()).containsExactly("d", "a", "b");
    assertThat(mapper.map(Row.of("1", "2", "3"))).contains(Row.of("4", "1", "2"));
    assertThat(mapper.map(Row.of("1", "2", "0"))).isEmpty();
    assertThat(mapper.key(Row.of("1", "2", null))).isEqualTo(Row.of("1", "2"));
  }

  /** Fails where rows are taken to be found by their old key, and are not. */
  @Test
  void shouldTellKeysThatAreNotTheOldOnes() throws Exception {
    SelectPlan plan = select("SELECT a % 2 AS a, b, c AS d FROM old");
    for (Table target : List.of(target("a", "b"), target("b"))) {
      assertThat(Mappings.of(plan, target, false).mapper()).isNotInstanceOf(RowMapper.class);
      assertThatThrownBy(() -> Mappings.mapper(plan, target))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("not the key [b, a]");
    }
  }

  /** Fails where a mapping under which other old rows make the keys is taken for the same. */
  @Test
  void shouldTellMappingsApartByTheirSelectAndTheTypesOfTheirKeys() throws Exception {
    String select = "SELECT c AS d, a, b FROM old";
    assertThat(fingerprint(OLD, select))
        .isEqualTo(fingerprint(OLD, select + " -- the same"))
        .isNotEqualTo(fingerprint(OLD, "SELECT c AS d, b AS a, a AS b FROM old"));
    Table wider =
        new Table(
            OLD.id(),
            List.of(
                Column.required("a", BIGINT), Column.required("b", INT), Column.nullable("c", INT)),
            OLD.primaryKey());
    assertThat(fingerprint(wider, select)).isNotEqualTo(fingerprint(OLD, select));
  }

  /** Fails where a change of the code is none of the keys, which nobody can know. */
  @Test
  void shouldTellMappersApartByTheirCodeAndTheTypesOfTheirKeys() throws Exception {
    Table target =
        new Table(new TableId("public", "new"), List.of(Column.required("a", INT)), List.of("a"));
    RowsMapper mapper = mapper("1", OLD, target);
    assertThat(mapper).isNotInstanceOf(RowMapper.class);
    assertThat(mapper.uses(OLD)).containsExactly("c");
    assertThat(mapper.columns()).containsExactly("a");
    assertThat(mapper.rows(Row.of("1", "2", "3"))).containsExactly(Row.of("3"), Row.of("-3"));
    assertThat(mapper.fingerprint())
        .isEqualTo(mapper("1", OLD, target).fingerprint())
        .isNotEqualTo(mapper("2", OLD, target).fingerprint());
    Table wider =
        new Table(target.id(), List.of(Column.required("a", BIGINT)), target.primaryKey());
    assertThat(mapper("1", OLD, wider).fingerprint()).isNotEqualTo(mapper.fingerprint());
  }

  private static RowsMapper mapper(String code, Table old, Table target) throws Exception {
    MapperPlan plan = MapperPlan.of(new UserMapper(MapperCall.of(new Both()), code), old);
    return Mappings.of(plan.into(target), target, false).mapper();
  }

  /** A number, and its opposite. */
  private static final class Both implements Mapper {

    private static final io.crossfade.plugin.Column<Integer> C =
        io.crossfade.plugin.Column.integer("c");
    private static final io.crossfade.plugin.Column<Integer> A =
        io.crossfade.plugin.Column.integer("a");

    @Override
    public List<io.crossfade.plugin.Column<?>> reads() {
      return List.of(C);
    }

    @Override
    public List<io.crossfade.plugin.Column<?>> columns() {
      return List.of(A);
    }

    @Override
    public List<String> key() {
      return List.of("a");
    }

    @Override
    public List<io.crossfade.plugin.Row> map(io.crossfade.plugin.Row old) {
      int n = old.get(C);
      return List.of(io.crossfade.plugin.Row.of(A.of(n)), io.crossfade.plugin.Row.of(A.of(-n)));
    }
  }

  private static String fingerprint(Table old, String select) throws Exception {
    SelectPlan plan = new SqlCompiler(id -> Optional.of(old)).compile(select);
    return Mappings.mapper(plan, target("a", "b")).fingerprint();
  }

  private static SelectPlan select(String sql) throws Exception {
    return new SqlCompiler(id -> Optional.of(OLD)).compile(sql);
  }

  private static Table target(String... key) {
    return new Table(
        new TableId("public", "new"),
        List.of(Column.required("a", INT), Column.required("b", BIGINT), Column.nullable("d", INT)),
        List.of(key));
  }
}
