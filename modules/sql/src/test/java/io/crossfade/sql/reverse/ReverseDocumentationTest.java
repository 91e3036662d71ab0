package io.crossfade.sql.reverse;

import static org.assertj.core.api.Assertions.assertThat;

import io.crossfade.core.table.Column;
import io.crossfade.core.table.ColumnType;
import io.crossfade.core.table.Table;
import io.crossfade.core.table.TypeFamily;
import io.crossfade.sql.SqlCompiler;
import io.crossfade.sql.problem.SqlException;
import io.crossfade.sql.reverse.ColumnNote.Kind;
import io.crossfade.sql.reverse.ReverseMapping.Demanded;
import io.crossfade.sql.reverse.ReverseMapping.Derived;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The tables of docs/reverse.md say what is derived and what is demanded. */
class ReverseDocumentationTest {

  private static final String NOTHING = "–";

  /** The cells of each example below a heading, without their quotes. */
  private static List<List<String>> examples(String heading) throws Exception {
    String page = Files.readString(Path.of("../../docs/reverse.md"));
    int start = page.indexOf("## " + heading);
    int end = page.indexOf("\n## ", start + 1);
    return page.substring(start, end)
        .lines()
        .filter(line -> line.startsWith("| `"))
        .map(line -> Arrays.stream(line.substring(1).split("(?<!\\\\)\\|")).map(String::strip))
        .map(cells -> cells.map(cell -> cell.replaceAll("^`|`$", "").replace("\\|", "|")).toList())
        .toList();
  }

  private static Column column(String definition) throws SqlException {
    int blank = definition.indexOf(' ');
    String name = definition.substring(0, blank);
    String type = definition.substring(blank + 1);
    boolean required = type.endsWith(" NOT NULL");
    ColumnType columnType = type(required ? type.replace(" NOT NULL", "") : type);
    return required ? Column.required(name, columnType) : Column.nullable(name, columnType);
  }

  private static Column[] columns(String definitions) throws SqlException {
    List<Column> columns = new ArrayList<>();
    for (String definition : definitions.split("; ")) {
      columns.add(column(definition));
    }
    return columns.toArray(Column[]::new);
  }

  private static ColumnType type(String name) throws SqlException {
    return name.equals("mood")
        ? ColumnType.of(TypeFamily.OPAQUE, name)
        : new SqlCompiler(id -> Optional.of(ReverseMappingTest.old()))
            .compile("SELECT CAST(NULL AS " + name + ") AS x FROM old")
            .columns()
            .get(0)
            .type();
  }

  private static ReverseMapping derive(List<String> example) throws SqlException {
    Table old = ReverseMappingTest.old(column(example.get(0)));
    String written = example.get(1);
    boolean selects = !written.startsWith("WHERE") && !written.equals(NOTHING);
    String where = written.contains("WHERE") ? written.substring(written.indexOf("WHERE")) : "";
    String item = selects ? ", " + written.replace(where, "") : "";
    Table target =
        example.get(2).equals(NOTHING)
            ? ReverseMappingTest.target()
            : ReverseMappingTest.target(columns(example.get(2)));
    String sql = "SELECT id" + item + " FROM old " + where;
    return ReverseMapping.derive(List.of(ReverseMappingTest.forward(sql, old, target)));
  }

  /** Fails where a line of the page says something else, or a class has no line. */
  @Test
  void shouldDeriveWhatThePageSays() throws Exception {
    Set<Kind> shown = EnumSet.noneOf(Kind.class);
    for (List<String> example : examples("What is derived")) {
      ReverseMapping way = derive(example);

      assertThat(way).as("%s", example).isInstanceOf(Derived.class);
      Derived derived = (Derived) way;
      String expected = example.get(3).equals(NOTHING) ? "" : ",\n  " + example.get(3);
      assertThat(derived.select())
          .as("%s", example)
          .isEqualTo("SELECT\n  id" + expected + "\nFROM public.fresh");
      String name = column(example.get(0)).name();
      ColumnNote note =
          derived.notes().stream().filter(n -> n.column().equals(name)).findFirst().orElseThrow();
      assertThat(note.kind()).as("%s", example).hasToString(example.get(4));
      shown.add(note.kind());
    }
    assertThat(shown)
        .containsExactlyInAnyOrder(
            Kind.COPIED,
            Kind.CONVERTED,
            Kind.NARROWER,
            Kind.LOSSY,
            Kind.FIXED,
            Kind.KEPT,
            Kind.LOST);
  }

  /** Fails where a line of the page says something else. */
  @Test
  void shouldPutTogetherWhatThePageSays() throws Exception {
    List<List<String>> examples = examples("What was split");
    assertThat(examples).hasSizeGreaterThan(5);
    for (List<String> example : examples) {
      ReverseMapping way = derive(example);

      assertThat(way).as("%s", example).isInstanceOf(Derived.class);
      Derived derived = (Derived) way;
      assertThat(derived.select())
          .as("%s", example)
          .isEqualTo("SELECT\n  id,\n  " + example.get(3) + "\nFROM public.fresh");
      assertThat(derived.notes())
          .as("%s", example)
          .extracting(ColumnNote::kind)
          .containsExactly(Kind.COPIED, Kind.LOSSY);
    }
  }

  /** Fails where a reason of the page is another one, or there is none. */
  @Test
  void shouldDemandWhatThePageSays() throws Exception {
    List<List<String>> examples = examples("What is demanded");
    assertThat(examples).hasSizeGreaterThan(5);
    for (List<String> example : examples) {
      ReverseMapping way = derive(example);

      assertThat(way).as("%s", example).isInstanceOf(Demanded.class);
      assertThat(((Demanded) way).reasons()).containsExactly(example.get(3));
    }
  }

  /** Fails where a class is added and not explained. */
  @Test
  void shouldExplainEveryClass() throws Exception {
    String page = Files.readString(Path.of("../../docs/reverse.md"));
    String classes = page.substring(page.indexOf("## Classes"), page.indexOf("## What is derived"));
    for (Kind kind : Kind.values()) {
      assertThat(classes).containsPattern("\\| ([A-Z, ]*, )?" + kind + "(, [A-Z, ]*)? \\|");
    }
    assertThat(Arrays.stream(Kind.values()).filter(Kind::losesWrites).map(Kind::toString).toList())
        .containsExactly("LOSSY", "LOST", "NEW");
    assertThat(classes).contains("LOSSY, LOST and NEW can lose something");
  }
}
