package io.crossfade.sql;

import static org.assertj.core.api.Assertions.assertThat;

import io.crossfade.core.table.Column;
import io.crossfade.core.table.Table;
import io.crossfade.core.table.TableId;
import io.crossfade.sql.value.PgTypes;
import java.util.List;
import org.junit.jupiter.api.Test;

/** SELECTs against tables of which they fill columns. Fails where a finding is not made. */
class FillingCheckTest {

  private static final Table TARGET =
      new Table(
          new TableId("public", "new"),
          List.of(
              Column.required("id", PgTypes.INT8),
              Column.required("theirs", PgTypes.TEXT),
              Column.nullable("cents", PgTypes.INT8),
              Column.required("sum", PgTypes.INT8)),
          List.of("id"));

  private static List<String> messages(String sql, boolean own) throws Exception {
    return MappingCheck.checkFilling(TestTables.compiler().compile(sql), TARGET, own).stream()
        .map(f -> f.severity() + f.position().map(p -> " " + p).orElse("") + " " + f.message())
        .toList();
  }

  @Test
  void shouldNotAskForColumnsThatOthersFill() throws Exception {
    String sql = "SELECT id, CAST(amount AS bigint) AS cents FROM customer_subscriptions";
    assertThat(messages(sql, false)).isEmpty();
    assertThat(messages(sql, true)).isEmpty();
  }

  @Test
  void shouldRefuseWhereNothingIsFilled() throws Exception {
    assertThat(messages("SELECT id FROM customer_subscriptions", false))
        .containsExactly(
            "ERROR the SELECT gives nothing of public.new but its key; add a column to be filled");
  }

  @Test
  void shouldRefuseAKeyThatIsNotTheOldOne() throws Exception {
    for (String key : List.of("customer_id", "id + 1", "CAST(id AS numeric)")) {
      assertThat(
              messages(
                  "SELECT CAST(%s AS bigint) AS id, 1 AS cents FROM customer_subscriptions"
                      .formatted(key),
                  false))
          .as(key)
          .anySatisfy(
              message ->
                  assertThat(message)
                      .contains("must be the primary key [id]", "column by column, as it is"));
    }
    assertThat(messages("SELECT CAST(amount AS bigint) AS cents FROM customer_subscriptions", true))
        .containsExactly(
            "ERROR the SELECT does not give id, a part of the primary key of public.new, by which the"
                + " rows to be filled are found");
  }

  @Test
  void shouldNameAColumnThatIsNotThere() throws Exception {
    assertThat(messages("SELECT id, 1 AS cent FROM customer_subscriptions", false))
        .singleElement()
        .asString()
        .contains("public.new has no column cent; did you mean cents?");
  }

  @Test
  void shouldWarnOfRowsThatAreLeftOutOfWhatMustNotBeEmpty() throws Exception {
    assertThat(messages("SELECT id, 1 AS sum FROM customer_subscriptions WHERE plan = 'a'", false))
        .singleElement()
        .asString()
        .startsWith("WARN ")
        .contains("public.new.sum is NOT NULL, and NULL where the WHERE leaves a row out");
  }
}
