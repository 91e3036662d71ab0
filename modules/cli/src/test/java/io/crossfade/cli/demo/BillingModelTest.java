package io.crossfade.cli.demo;

import static org.assertj.core.api.Assertions.assertThat;

import io.crossfade.core.table.Column;
import io.crossfade.core.table.Table;
import io.crossfade.postgres.CanonicalSession;
import io.crossfade.postgres.TableReader;
import io.crossfade.sandbox.Database;
import io.crossfade.spec.Spec;
import io.crossfade.spec.TableSpec;
import io.crossfade.sql.OutputColumn;
import io.crossfade.sql.SelectPlan;
import java.sql.Connection;
import java.util.List;
import org.junit.jupiter.api.Test;

class BillingModelTest {

  @Test
  void shouldFillTheOldTablesWithWhatIsHardToMigrate() throws Exception {
    try (Database source = OldAndNew.source(2000)) {
      assertThat(
              source.query(
                  """
                  SELECT (SELECT count(*) FROM customers),
                         (SELECT count(*) FROM customer_subscriptions),
                         (SELECT count(*) FROM audit)
                  """))
          .containsExactly("2000|2000|2000");
      // Out of line: only these are left out of the log when another column changes.
      assertThat(
              source.query(
                  "SELECT count(*) FROM customers WHERE pg_column_toast_chunk_id(notes) IS NOT"
                      + " NULL"))
          .containsExactly("100");
      assertThat(
              source.query(
                  """
                  SELECT count(*) FILTER (WHERE deleted_at IS NULL) > 0,
                         count(*) FILTER (WHERE deleted_at IS NOT NULL) > 0
                  FROM customer_subscriptions
                  """))
          .containsExactly("t|t");
    }
  }

  @Test
  void shouldFillTheSameEveryTime() throws Exception {
    String digest = "SELECT sum(hashtextextended(c::text, 0)::numeric) FROM customers c";
    try (Database one = OldAndNew.source(1000);
        Database other = OldAndNew.source(1000)) {
      assertThat(one.query(digest)).isEqualTo(other.query(digest));
    }
  }

  @Test
  void shouldGiveEachNewTableWhatItsSelectPutsOut() throws Exception {
    try (Database source = OldAndNew.source(1000);
        Database target = OldAndNew.target();
        Connection connection = target.connect()) {
      CanonicalSession.pin(connection);
      Spec spec = OldAndNew.spec(source, target);
      assertThat(spec.tables())
          .extracting(table -> table.into().toString())
          .containsExactly("public.accounts", "public.subscriptions", "public.audit");
      for (TableSpec table : spec.tables()) {
        Table into = TableReader.read(connection, table.into()).orElseThrow();
        SelectPlan plan = OldAndNew.plan(source, table);
        assertThat(plan.columns())
            .extracting(OutputColumn::name)
            .containsExactlyElementsOf(names(into));
        for (OutputColumn column : plan.columns()) {
          assertThat(column.type().name())
              .as(into.id() + "." + column.name())
              .isEqualTo(into.column(column.name()).type().name());
        }
      }
    }
  }

  private static List<String> names(Table table) {
    return table.columns().stream().map(Column::name).toList();
  }
}
