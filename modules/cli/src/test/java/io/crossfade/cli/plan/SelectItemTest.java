package io.crossfade.cli.plan;

import static org.assertj.core.api.Assertions.assertThat;

import io.crossfade.sql.problem.SourcePosition;
import org.junit.jupiter.api.Test;

class SelectItemTest {

  @Test
  void shouldEndWhereTheNextItemOrTheTableBegins() {
    assertThat(item("a, b FROM t", "a")).isEqualTo("a");
    assertThat(item("SUBSTRING(a FROM 1 FOR 2) FROM t", "substring"))
        .isEqualTo("SUBSTRING(a FROM 1 FOR 2)");
    assertThat(item("coalesce(a, 'x,y FROM', b[1]), c FROM t", "coalesce"))
        .isEqualTo("coalesce(a, 'x,y FROM', b[1])");
    assertThat(item("a IS NOT DISTINCT\nFROM b AS same FROM t", "same"))
        .isEqualTo("a IS NOT DISTINCT FROM b");
    assertThat(item("E'it\\'s, ' || $q$a, FROM b$q$ AS x FROM t", "x"))
        .isEqualTo("E'it\\'s, ' || $q$a, FROM b$q$");
    assertThat(item("\"a, FROM\" FROM t", "a, FROM")).isEqualTo("\"a, FROM\"");
  }

  @Test
  void shouldLeaveOutTheAliasAndNothingElse() {
    assertThat(item("a AS b FROM t", "b")).isEqualTo("a");
    assertThat(item("a B FROM t", "b")).isEqualTo("a");
    assertThat(item("lower(a) \"B\" FROM t", "B")).isEqualTo("lower(a)");
    assertThat(item("'x' kind FROM t", "kind")).isEqualTo("'x'");
    assertThat(item("s.id FROM t", "id")).isEqualTo("s.id");
    assertThat(item("s . id FROM t", "id")).isEqualTo("s . id");
    assertThat(item("'1'::text FROM t", "text")).isEqualTo("'1'::text");
    assertThat(item("a + b FROM t", "b")).isEqualTo("a + b");
  }

  @Test
  void shouldLeaveOutCommentsAndLineBreaks() {
    assertThat(item("a -- , not here\n  + /* nor, here */ b AS x\nFROM t", "x")).isEqualTo("a + b");
  }

  @Test
  void shouldBeginWhereTheItemStands() {
    String sql = "SELECT a,\n  b AS c FROM t";
    assertThat(SelectItem.text(sql, new SourcePosition(2, 3), "c")).isEqualTo("b");
  }

  private static String item(String rest, String output) {
    return SelectItem.text("SELECT " + rest, new SourcePosition(1, 8), output);
  }
}
