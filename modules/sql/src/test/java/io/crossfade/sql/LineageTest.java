package io.crossfade.sql;

import static org.assertj.core.api.Assertions.assertThat;

import io.crossfade.core.table.Column;
import io.crossfade.core.table.Table;
import io.crossfade.core.table.TableId;
import io.crossfade.sql.Lineage.Kind;
import io.crossfade.sql.value.PgTypes;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What {@code plan} calls lossy. */
class LineageTest {

  private static final Table TABLE =
      new Table(
          new TableId("public", "t"),
          List.of(
              Column.required("id", PgTypes.INT4),
              Column.nullable("amount", PgTypes.numeric(12, 2)),
              Column.nullable("name", PgTypes.varchar(20)),
              Column.nullable("note", PgTypes.TEXT),
              Column.nullable("at", PgTypes.TIMESTAMP)),
          List.of("id"));

  @Test
  void shouldTellCopiesAndCastsWithoutLossFromAllElse() throws Exception {
    assertThat(kind("id")).isEqualTo(Kind.COPIED);
    assertThat(kind("t.name")).isEqualTo(Kind.COPIED);
    assertThat(kind("CAST(id AS BIGINT)")).isEqualTo(Kind.CONVERTED);
    assertThat(kind("CAST(CAST(id AS BIGINT) AS NUMERIC)")).isEqualTo(Kind.CONVERTED);
    assertThat(kind("UPPER(note)")).isEqualTo(Kind.COMPUTED);
    assertThat(kind("id + 1")).isEqualTo(Kind.COMPUTED);
    assertThat(kind("COALESCE(note, name)")).isEqualTo(Kind.COMPUTED);
    assertThat(kind("'x'")).isEqualTo(Kind.CONSTANT);
    assertThat(kind("NULL")).isEqualTo(Kind.CONSTANT);
  }

  @Test
  void shouldSeeWhatACastMayRoundCutOffOrRefuse() throws Exception {
    assertThat(kind("CAST(amount AS BIGINT)")).isEqualTo(Kind.NARROWED);
    assertThat(kind("CAST(amount * 100 AS BIGINT)")).isEqualTo(Kind.NARROWED);
    assertThat(kind("CAST(amount AS NUMERIC(12, 1))")).isEqualTo(Kind.NARROWED);
    assertThat(kind("CAST(name AS VARCHAR(3))")).isEqualTo(Kind.NARROWED);
    assertThat(kind("CAST(note AS INTEGER)")).isEqualTo(Kind.NARROWED);
    assertThat(kind("CAST(at AS DATE)")).isEqualTo(Kind.NARROWED);
    assertThat(kind("UPPER(CAST(name AS VARCHAR(3)))")).isEqualTo(Kind.NARROWED);
  }

  @Test
  void shouldNameTheColumnsThatAreReadInTheOrderOfTheTable() throws Exception {
    assertThat(lineage("note || name || note").reads()).containsExactly("name", "note");
    assertThat(lineage("1").reads()).isEmpty();
  }

  private static Kind kind(String expression) throws Exception {
    return lineage(expression).kind();
  }

  private static Lineage lineage(String expression) throws Exception {
    SelectPlan plan =
        new SqlCompiler(id -> Optional.of(TABLE)).compile("SELECT " + expression + " AS x FROM t");
    return Lineage.of(plan, 0);
  }
}
