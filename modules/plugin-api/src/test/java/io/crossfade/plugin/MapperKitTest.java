package io.crossfade.plugin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigDecimal;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/** What the author of a mapper sees of it in a test. */
class MapperKitTest {

  private static final Column<Long> ID = Column.bigint("id");
  private static final Column<String> NAME = Column.text("name");
  private static final Column<BigDecimal> KEY = Column.numeric("k");
  private static final Column<String> WORD = Column.text("word");

  private static final Row OLD = Row.of(ID.of(7L), NAME.of("a b"));

  /** A mapper of any declaration. */
  private record Made(
      List<Column<?>> reads,
      List<Column<?>> columns,
      List<String> key,
      Function<Row, List<Row>> body)
      implements Mapper {
    @Override
    public List<Row> map(Row old) {
      return body.apply(old);
    }
  }

  private static Made of(Function<Row, List<Row>> body) {
    return new Made(List.of(ID, NAME), List.of(KEY, WORD), List.of("k"), body);
  }

  private static Row word(String key, String word) {
    return Row.of(KEY.of(new BigDecimal(key)), WORD.of(word));
  }

  private static List<Row> map(Function<Row, List<Row>> body) {
    return MapperKit.of(of(body)).map(OLD);
  }

  @Test
  void shouldGiveTheRowsThatTheMapperGives() {
    assertThat(
            map(
                old ->
                    List.of(
                        word(old.get(ID) + "", old.get(NAME)),
                        Row.of(WORD.of(null), KEY.of(BigDecimal.ONE)))))
        .containsExactly(word("7", "a b"), word("1", null));
    assertThat(map(old -> List.of())).isEmpty();
  }

  /** Fails where the exception of the author gets lost, or is thrown as it is. */
  @Test
  void shouldSayWhyARowWasRefused() {
    assertThatThrownBy(
            () ->
                map(
                    old -> {
                      throw new IllegalArgumentException("no word for " + old.get(ID));
                    }))
        .isInstanceOf(MapperFailure.class)
        .hasMessage(Made.class.getName() + ": no word for 7");
    assertThatThrownBy(
            () ->
                map(
                    old -> {
                      throw new NoClassDefFoundError("com/example/Helper");
                    }))
        .isInstanceOf(MapperFailure.class)
        .hasMessageContaining("NoClassDefFoundError: com/example/Helper");
    assertThatThrownBy(
            () ->
                map(
                    old -> {
                      throw new NullPointerException();
                    }))
        .hasMessageContaining("java.lang.NullPointerException");
  }

  /** Fails where a column that is missing is taken for NULL. */
  @Test
  void shouldRefuseWhatIsNotDeclared() {
    assertThatThrownBy(() -> map(old -> null)).hasMessageContaining("gave null");
    assertThatThrownBy(() -> map(old -> java.util.Collections.singletonList(null)))
        .hasMessageContaining("a row that is null");
    assertThatThrownBy(() -> map(old -> List.of(Row.of(WORD.of("x")))))
        .hasMessageContaining("gave a row without k");
    assertThatThrownBy(() -> map(old -> List.of(Row.of(WORD.of("x"), Column.bigint("k").of(1L)))))
        .hasMessageContaining("gave k BIGINT, which columns() does not name");
    assertThatThrownBy(() -> map(old -> List.of(word("1", "\0"))))
        .hasMessageContaining("U+0000 for word");
    assertThatThrownBy(() -> map(old -> List.of(word(old.get(WORD), "x"))))
        .isInstanceOf(MapperFailure.class)
        .hasMessageContaining("the row has no column word TEXT; it has [id BIGINT, name TEXT]");
  }

  /** Fails where keys are compared as Java compares numbers: 1.0 and 1.00 are one key. */
  @Test
  void shouldRefuseKeysThatNoTableTakes() {
    assertThatThrownBy(() -> map(old -> List.of(word("1.0", "a"), word("1.00", "b"))))
        .isInstanceOf(MapperFailure.class)
        .hasMessageContaining("two rows with the key [k] = [1]");
    assertThatThrownBy(() -> map(old -> List.of(Row.of(KEY.of(null), WORD.of("x")))))
        .hasMessageContaining("NULL for k, which is in the key");
    MapperKit kit = MapperKit.of(of(old -> List.of(word("1", old.get(NAME)))));
    assertThat(kit.mapAll(List.of(OLD))).hasSize(1);
    assertThatThrownBy(() -> kit.mapAll(List.of(OLD, Row.of(ID.of(8L), NAME.of("c")))))
        .hasMessageContaining("two rows with the key");
  }

  @Test
  void shouldFindAMapperThatIsNotPure() {
    AtomicInteger count = new AtomicInteger();
    assertThatThrownBy(() -> map(old -> List.of(word(count.incrementAndGet() + "", "x"))))
        .hasMessageContaining("it is not pure");
  }

  /** Fails where a row of a test is taken that no migration gives. */
  @Test
  void shouldTakeOnlyRowsThatTheMapperReads() {
    MapperKit kit = MapperKit.of(of(old -> List.of()));
    assertThatThrownBy(() -> kit.map(Row.of(ID.of(7L))))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("reads [id BIGINT, name TEXT], this row has [id BIGINT]");
    assertThatThrownBy(() -> Row.of(ID.of(7L), ID.of(8L))).hasMessageContaining("two values of id");
    @SuppressWarnings({"unchecked", "rawtypes"})
    Column.Value wrong = ((Column) ID).of("7");
    assertThatThrownBy(() -> Row.of(wrong))
        .hasMessage("id is BIGINT, its value a java.lang.String");
  }

  @Test
  void shouldRefuseWrongDeclarations() {
    refused(new Made(List.of(), List.of(KEY), List.of("k"), old -> null), "reads() names no");
    refused(new Made(List.of(ID), null, List.of("k"), old -> null), "columns() names no column");
    refused(new Made(List.of(ID), List.of(KEY), List.of(), old -> null), "key() names no column");
    refused(new Made(List.of(ID), List.of(KEY), List.of("x"), old -> null), "key() names x, which");
    refused(
        new Made(List.of(ID), List.of(KEY), List.of("k", "k"), old -> null),
        "key() names a column twice");
    refused(
        new Made(List.of(ID, Column.text("id")), List.of(KEY), List.of("k"), old -> null),
        "reads() names id twice");
  }

  private static void refused(Mapper mapper, String why) {
    assertThatThrownBy(() -> MapperKit.of(mapper))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(Made.class.getName() + ": ")
        .hasMessageContaining(why);
  }
}
