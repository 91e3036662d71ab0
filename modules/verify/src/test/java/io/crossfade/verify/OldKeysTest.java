package io.crossfade.verify;

import static org.assertj.core.api.Assertions.assertThat;

import io.crossfade.core.table.Row;
import io.crossfade.core.table.Table;
import io.crossfade.core.table.TableId;
import io.crossfade.postgres.source.PostgresAddress;
import io.crossfade.postgres.source.PostgresSource;
import io.crossfade.sandbox.Database;
import io.crossfade.sandbox.SharedSandbox;
import io.crossfade.sql.SqlCompiler;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OldKeysTest {

  private final Database database = SharedSandbox.postgres18().createDatabase();

  @AfterEach
  void drop() {
    database.close();
  }

  /**
   * Fails where the text is handed on as it is, where a text that makes another key is taken, where
   * it is said of a cast without a way back that no old row can have the key.
   */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          int       | id                          | bigint      | -5                     | -5
          int       | id                          | bigint      | 99999999999            | none
          int       | CAST(id AS text) AS id      | text        | 17                     | 17
          int       | CAST(id AS text) AS id      | text        | 017                    | none
          int       | CAST(id AS text) AS id      | text        | seventeen              | none
          int       | CAST(id AS text) AS id      | varchar(3)  | abc                    | none
          int       | id                          | numeric     | 17.5                   | none
          int       | CAST(id AS float8) AS id    | float8      | 1.5                    | unknown
          uuid      | CAST(id AS text) AS id      | text        | seven                  | none
          uuid      | CAST(id AS text) AS id      | text        | 01234567-89ab-cdef-0123-456789abcdef | 01234567-89ab-cdef-0123-456789abcdef
          date      | id                          | timestamp   | 2020-02-29 00:00:00    | 2020-02-29
          date      | id                          | timestamp   | 2020-02-29 12:00:00    | unknown
          date      | id                          | timestamp   | 0044-03-15 00:00:00 BC | unknown
          date      | id                          | timestamptz | 2020-02-29 00:00:00+00 | 2020-02-29
          timestamp | id                          | timestamptz | 2020-02-29 10:00:00+00 | 2020-02-29 10:00:00
          boolean   | CAST(id AS int) AS id       | int         | 1                      | t
          boolean   | CAST(id AS int) AS id       | int         | 2                      | unknown
          text      | id                          | text        | t                      | t
          """)
  void shouldFindTheOldKeyThatMakesTheNewOne(
      String type, String output, String as, String value, String old) throws Exception {
    OldRows.Behind behind =
        keys("CREATE TABLE a (id " + type + " PRIMARY KEY)", output, as)
            .of(List.of(Map.of("id", value)))
            .get(0);
    assertThat(behind)
        .isEqualTo(
            switch (old) {
              case "none" -> new OldRows.None(Row.of(value));
              case "unknown" -> new OldRows.Unknown();
              default -> new OldRows.Found(Row.of(old));
            });
  }

  /** Fails where columns of the key are told apart by their places. */
  @Test
  void shouldFindTheColumnsWhereTheyStand() throws Exception {
    OldKeys keys =
        keys("CREATE TABLE a (x text, p int, q text, PRIMARY KEY (q, p))", "p AS id, q", "bigint");
    assertThat(keys.of(List.of(Map.of("id", "3", "q", "it's"))).get(0))
        .isEqualTo(new OldRows.Found(Row.of(null, "3", "it's")));
    assertThat(keys.of(List.of(Map.of("id", "99999999999", "q", "it's"))).get(0))
        .isEqualTo(new OldRows.None(Row.of("99999999999", "it's")));
  }

  private OldKeys keys(String ddl, String outputs, String as) throws Exception {
    database.execute(
        ddl,
        "CREATE TABLE b (id "
            + as
            + (outputs.contains("q") ? ", q text, PRIMARY KEY (id, q))" : " PRIMARY KEY)"));
    try (PostgresSource source =
        new PostgresSource(
            new PostgresAddress(database.jdbcUrl(), database.user(), database.password()), "k")) {
      Table target = source.describe(new TableId("public", "b")).orElseThrow();
      return new OldKeys(
          new SqlCompiler(source::describe)
              .compile("SELECT " + outputs + " FROM public.a")
              .into(target),
          target);
    }
  }
}
