package io.crossfade.verify;

import static org.assertj.core.api.Assertions.assertThat;

import io.crossfade.core.table.Column;
import io.crossfade.core.table.Table;
import io.crossfade.core.table.TableId;
import io.crossfade.core.verify.Relation;
import io.crossfade.sql.SqlCompiler;
import io.crossfade.sql.value.PgTypes;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a SELECT is compared by. */
class ComparedMappingsTest {

  private static Table table(String name, Column other) {
    return new Table(
        new TableId("public", name),
        List.of(Column.required("id", PgTypes.INT8), other),
        List.of("id"));
  }

  private static final Map<TableId, Table> TABLES =
      Map.of(
          new TableId("public", "o"), table("o", Column.nullable("c", PgTypes.INT8)),
          new TableId("public", "p"), table("p", Column.nullable("name", PgTypes.TEXT)));

  /**
   * Fails where the version of one old row stands for those of all that the new one is made of: a
   * change of another one would be no change, and a row on its way a difference.
   */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          SELECT id, c AS n FROM o                                          | true
          SELECT o.id, p.id AS n FROM o JOIN p ON p.id = o.c                | false
          SELECT id, COUNT(*) AS n FROM o GROUP BY id                       | false
          """)
  void shouldGoByTheVersionOfARowThatAloneMakesTheNewOne(String select, boolean versions)
      throws Exception {
    ComparedMapping mapping =
        ComparedMappings.of(
            new SqlCompiler(id -> Optional.ofNullable(TABLES.get(id))).compile(select),
            table("t", Column.nullable("n", PgTypes.INT8)));
    Relation.Select expected = (Relation.Select) mapping.expected().origin();
    assertThat(expected.versions().isPresent()).isEqualTo(versions);
    assertThat(mapping.expected().ordered()).as("ranges by the key cost nothing").isEqualTo(1);
  }
}
