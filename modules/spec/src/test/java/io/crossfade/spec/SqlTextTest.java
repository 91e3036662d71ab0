package io.crossfade.spec;

import static io.crossfade.spec.Specs.VALID;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SqlTextTest {
  private static final String FROM = "from: public.old_audit\n";

  @TempDir Path directory;

  @Test
  void shouldPlaceALiteralBlock() {
    SqlText sql =
        sql(
            """
            select: |   # a comment

                  SELECT 'é𝄞' AS a,
                    bad
                  FROM x

            """);

    assertThat(sql.text()).isEqualTo("\nSELECT 'é𝄞' AS a,\n  bad\nFROM x");
    assertThat(place(sql, "SELECT")).isEqualTo("18:7");
    assertThat(place(sql, "AS a")).isEqualTo("18:19");
    assertThat(place(sql, "bad")).isEqualTo("19:9");
    assertThat(place(sql, "FROM")).isEqualTo("20:7");
  }

  @Test
  void shouldPlaceAFoldedBlock() {
    SqlText sql = sql("select: >-\n      SELECT a,\n      bad\n\n      FROM x\n");

    assertThat(sql.text()).isEqualTo("SELECT a, bad\nFROM x");
    assertThat(place(sql, "bad")).isEqualTo("18:7");
    assertThat(place(sql, "FROM")).isEqualTo("20:7");
    assertThat(place(sql, "x")).isEqualTo("20:12");
  }

  @Test
  void shouldPlaceAPlainText() {
    SqlText sql = sql("select: SELECT a,\n        bad\n      FROM x # comment\n");

    assertThat(sql.text()).isEqualTo("SELECT a, bad FROM x");
    assertThat(sql.start()).hasToString(directory.resolve("m.yaml") + ":16:13");
    assertThat(place(sql, "bad")).isEqualTo("17:9");
    assertThat(place(sql, "FROM")).isEqualTo("18:7");
  }

  @Test
  void shouldPlaceASingleQuotedText() {
    SqlText sql = sql("select: 'SELECT ''it'''''' AS a, bad FROM x'\n");

    assertThat(sql.text()).isEqualTo("SELECT 'it''' AS a, bad FROM x");
    assertThat(place(sql, "bad")).isEqualTo("16:38");
  }

  @Test
  void shouldPlaceADoubleQuotedText() {
    SqlText sql =
        sql("select: \"SELECT \\\"A\\\",\\n\\x20\\U0001D11E\\u00e9 bad \\\n      FROM x\"\n");

    assertThat(sql.text()).isEqualTo("SELECT \"A\",\n 𝄞é bad FROM x");
    assertThat(place(sql, "é")).isEqualTo("16:43");
    assertThat(place(sql, "bad")).isEqualTo("16:50");
    assertThat(place(sql, "FROM")).isEqualTo("17:7");
  }

  @Test
  void shouldPlaceSelectAllAtItsTable() {
    SqlText sql = Specs.valid(directory, VALID).tables().get(0).select();

    assertThat(sql.text()).isEqualTo("SELECT * FROM public.old_audit");
    assertThat(place(sql, "SELECT")).isEqualTo("16:11");
    assertThat(place(sql, "public")).isEqualTo("16:11");
    assertThat(place(sql, "old_audit")).isEqualTo("16:18");
  }

  @Test
  void shouldPlaceWhatIsBeyondTheTextAtItsEnd() {
    SqlText sql = sql("select: SELECT 1\n");

    assertThat(sql.problemAt(9, 9, "x")).hasToString(directory.resolve("m.yaml") + ":16:21: x");
    assertThat(sql.placeAt(1, 99).column()).isEqualTo(21);
    assertThat(sql.placeAt(1, 0).column()).isEqualTo(13);
  }

  @Test
  void shouldCountFromItsOwnStartWhereItStandsInNoFile() {
    assertThat(SqlText.of("demo", "SELECT\n  bad").problemAt(2, 3, "no column bad"))
        .hasToString("demo:2:3: no column bad");
  }

  private SqlText sql(String yaml) {
    return Specs.valid(directory, VALID.replace(FROM, yaml)).tables().get(0).select();
  }

  /** The place of a part, asked for as a SQL parser would: by line and column in the SQL. */
  private static String place(SqlText sql, String part) {
    List<String> before =
        List.of(sql.text().substring(0, sql.text().indexOf(part)).split("\n", -1));
    Place place = sql.placeAt(before.size(), before.get(before.size() - 1).length() + 1);
    return place.line() + ":" + place.column();
  }
}
