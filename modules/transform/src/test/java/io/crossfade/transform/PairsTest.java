package io.crossfade.transform;

import static org.assertj.core.api.Assertions.assertThat;

import io.crossfade.core.table.Column;
import io.crossfade.core.table.Row;
import io.crossfade.core.table.Table;
import io.crossfade.core.table.TableId;
import io.crossfade.sql.Joining;
import io.crossfade.sql.SqlCompiler;
import io.crossfade.sql.value.PgTypes;
import io.crossfade.wire.Contributions.Side;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What is said of pairs, word by word; JoinsPropertyTest looks at what comes of it. */
class PairsTest {

  private static final Row CHILD = Row.of("1", "7");
  private static final Row PARENT = Row.of("7", "ada");

  private static Joining.Step step(String select) throws Exception {
    Map<TableId, Table> tables =
        Map.of(
            new TableId("public", "o"),
            new Table(
                new TableId("public", "o"),
                List.of(Column.required("id", PgTypes.INT8), Column.nullable("c_id", PgTypes.INT8)),
                List.of("id")),
            new TableId("public", "c"),
            new Table(
                new TableId("public", "c"),
                List.of(Column.required("id", PgTypes.INT8), Column.nullable("name", PgTypes.TEXT)),
                List.of("id")));
    return new SqlCompiler(id -> Optional.ofNullable(tables.get(id)))
        .compile(select)
        .joining()
        .orElseThrow()
        .steps()
        .get(0);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  /** The words, where the row on the other side is there. */
  private static List<String> said(
      Joining.Step step, Side side, Optional<Row> before, Optional<Row> now) {
    Pairs.Member other =
        side == Side.LEFT
            ? new Pairs.Member(bytes("p"), PARENT)
            : new Pairs.Member(bytes("c"), CHILD);
    List<String> said = new ArrayList<>();
    new Pairs(step)
        .change(
            side,
            bytes("7"),
            bytes(side == Side.LEFT ? "c" : "p"),
            before,
            now,
            (of, is) -> of != side && is.test(other),
            (pair, row) ->
                said.add(
                    new String(pair, StandardCharsets.UTF_8)
                        + ": "
                        + row.map(Row::toString).orElse("none")));
    return said;
  }

  /** Fails where it is taken back first: the new row would be gone for a moment. */
  @Test
  void shouldSayWhatThereIsBeforeWhatThereIsNoMore() throws Exception {
    Joining.Step step = step("SELECT o.id FROM o LEFT JOIN c ON c.id = o.c_id");
    assertThat(said(step, Side.RIGHT, Optional.empty(), Optional.of(PARENT)))
        .containsExactly("7 c p: [1, 7, 7, ada]", "7 c -: none");
    assertThat(said(step, Side.RIGHT, Optional.of(PARENT), Optional.empty()))
        .containsExactly("7 c -: [1, 7, null, null]", "7 c p: none");
  }

  /** Fails where a row that is sent again, for somebody wants it written again, changes nothing. */
  @Test
  void shouldSayAgainWhatIsAsItWas() throws Exception {
    Joining.Step step = step("SELECT o.id FROM o LEFT JOIN c ON c.id = o.c_id");
    assertThat(said(step, Side.RIGHT, Optional.of(PARENT), Optional.of(PARENT)))
        .containsExactly("7 c p: [1, 7, 7, ada]");
    assertThat(said(step, Side.LEFT, Optional.of(CHILD), Optional.of(CHILD)))
        .containsExactly("7 c p: [1, 7, 7, ada]");
  }

  /** Fails where rows of one key match whatever else the condition says. */
  @Test
  void shouldLeaveARowAloneThatTheConditionDoesNotMatch() throws Exception {
    Joining.Step step = step("SELECT o.id FROM o LEFT JOIN c ON c.id = o.c_id AND c.name <> 'ada'");
    assertThat(said(step, Side.LEFT, Optional.empty(), Optional.of(CHILD)))
        .containsExactly("7 c -: [1, 7, null, null]");
    assertThat(said(step, Side.RIGHT, Optional.empty(), Optional.of(PARENT))).isEmpty();
    assertThat(said(step, Side.RIGHT, Optional.of(Row.of("7", "bob")), Optional.of(PARENT)))
        .containsExactly("7 c -: [1, 7, null, null]", "7 c p: none");
    Joining.Step inner = step("SELECT o.id FROM o JOIN c ON c.id = o.c_id AND c.name <> 'ada'");
    assertThat(said(inner, Side.LEFT, Optional.empty(), Optional.of(CHILD))).isEmpty();
  }
}
