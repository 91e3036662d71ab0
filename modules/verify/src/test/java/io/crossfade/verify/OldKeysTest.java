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
import java.util.Map;
import java.util.Optional;
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

  /** Fails where the text is handed on as it is, or a text that makes another key is taken. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          int       | id                          | bigint      | -5                     | -5
          int       | id                          | bigint      | 99999999999            |
          int       | CAST(id AS text) AS id      | text        | 17                     | 17
          int       | CAST(id AS text) AS id      | text        | 017                    |
          int       | CAST(id AS text) AS id      | text        | seventeen              |
          date      | id                          | timestamp   | 2020-02-29 00:00:00    | 2020-02-29
          date      | id                          | timestamp   | 2020-02-29 12:00:00    |
          date      | id                          | timestamptz | 2020-02-29 00:00:00+00 | 2020-02-29
          timestamp | id                          | timestamptz | 2020-02-29 10:00:00+00 | 2020-02-29 10:00:00
          boolean   | CAST(id AS int) AS id       | int         | 1                      | t
          boolean   | CAST(id AS int) AS id       | int         | 2                      |
          text      | id                          | text        | t                      | t
          """)
  void shouldFindTheOldKeyThatMakesTheNewOne(
      String type, String output, String as, String value, String old) throws Exception {
    assertThat(
            keys("CREATE TABLE a (id " + type + " PRIMARY KEY)", output, as)
                .of(Map.of("id", value)))
        .isEqualTo(Optional.ofNullable(old).map(Row::of));
  }

  /** Fails where columns of the key are told apart by their places. */
  @Test
  void shouldFindTheColumnsWhereTheyStand() throws Exception {
    OldKeys keys =
        keys("CREATE TABLE a (x text, p int, q text, PRIMARY KEY (q, p))", "p AS id, q", "bigint");
    assertThat(keys.of(Map.of("id", "3", "q", "it's"))).contains(Row.of(null, "3", "it's"));
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
