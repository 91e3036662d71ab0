package io.crossfade.transform;

import static org.assertj.core.api.Assertions.assertThat;

import io.crossfade.core.table.Operation;
import io.crossfade.core.table.Row;
import io.crossfade.core.table.Table;
import io.crossfade.core.table.TableId;
import io.crossfade.core.target.HeldRows;
import io.crossfade.core.target.TargetDatabase;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Rows whose keys are not those of the old rows. Two partitions, so that their order is open. */
class ContributionsTest {

  private static final TableId WORDS = new TableId("public", "words");
  private static final TableId NAMES = new TableId("public", "names");

  private ApplyBench bench;

  /** One new row for each word of the name: the key is the old one's with the word. */
  private record Words(Table source) implements RowsMapper {
    @Override
    public List<String> columns() {
      return List.of("word", "id", "amount");
    }

    @Override
    public List<Row> rows(Row row) {
      return row.get(1) == null
          ? List.of()
          : Arrays.stream(row.get(1).split(" "))
              .map(word -> Row.of(word, row.get(0), row.get(2)))
              .toList();
    }
  }

  /** The name is the key. */
  private record Names(Table source) implements RowsMapper {
    @Override
    public List<String> columns() {
      return List.of("id", "name", "amount");
    }

    @Override
    public List<Row> rows(Row row) {
      return "-1".equals(row.get(2))
          ? List.of()
          : List.of(Row.of(row.get(0), row.get(1), row.get(2)));
    }
  }

  @BeforeEach
  void open() {
    bench = new ApplyBench();
    bench
        .database()
        .execute(
            "CREATE TABLE words (id bigint, word text, amount integer, PRIMARY KEY (id, word))",
            "CREATE TABLE names (name text PRIMARY KEY, id bigint NOT NULL, amount integer)");
  }

  @AfterEach
  void close() throws Exception {
    bench.close();
  }

  private Mapping words() {
    return new Mapping(
        new Words(ApplyBench.OLD), bench.target().describe(WORDS).orElseThrow(), true);
  }

  private Mapping names() {
    return new Mapping(
        new Names(ApplyBench.OLD), bench.target().describe(NAMES).orElseThrow(), true);
  }

  private String all(String table) {
    String row = table.equals("words") ? "id || ' ' || word" : "name || ' ' || id";
    return String.join(
        "; ",
        bench
            .database()
            .query(
                "SELECT "
                    + row
                    + " || ' ' || coalesce(amount::text, '-') FROM "
                    + table
                    + " ORDER BY 1"));
  }

  @Test
  void shouldMakeSeveralRowsOfOneAndTakeBackWhatIsGone() {
    Apply apply = bench.start(bench.settings(words(), bench.mapping(true)), CommitHook.NONE);
    bench.raw.upsert(ApplyBench.OLD, "1", "a b c", "5");
    bench.raw.upsert(ApplyBench.OLD, "2", "b", null);
    bench.raw.upsert(ApplyBench.OLD, "3", null, null);
    bench.awaitAll(apply);
    assertThat(all("words")).isEqualTo("1 a 5; 1 b 5; 1 c 5; 2 b -");
    bench.raw.upsert(ApplyBench.OLD, "1", "c d", "6");
    bench.raw.delete(ApplyBench.OLD, "2");
    bench.raw.upsert(ApplyBench.OLD, "3", "x", "1");
    bench.awaitAll(apply);
    assertThat(all("words")).isEqualTo("1 c 6; 1 d 6; 3 x 1");
    assertThat(bench.rows()).as("the same topic, key for key").isEqualTo("1 C D 6; 3 X 1");
  }

  @Test
  void shouldGoOnWithWhatItRemembersAfterAStart() {
    Apply first = bench.start(bench.settings(words(), names()), CommitHook.NONE);
    bench.raw.upsert(ApplyBench.OLD, "1", "a b", "1");
    bench.awaitAll(first);
    first.close();
    bench.raw.upsert(ApplyBench.OLD, "1", "b c", "2");
    Apply again = bench.start(bench.settings(words(), names()), CommitHook.NONE);
    bench.awaitAll(again);
    assertThat(all("words")).isEqualTo("1 b 2; 1 c 2");
    assertThat(all("names")).isEqualTo("b c 1 2");
  }

  /** Fails where what was remembered is taken to be nothing: rows would be left for ever. */
  @Test
  void shouldStopWhereWhatItRemembersWasDeleted() {
    for (String store : List.of("claimed.public.words.public.old", "claims.public.words")) {
      Apply first = bench.start(bench.settings(words()), CommitHook.NONE);
      bench.raw.upsert(ApplyBench.OLD, "1", "a b", "1");
      bench.awaitAll(first);
      first.close();
      bench.raw.delete(bench.names.applyGroup() + "-" + store + "-changelog");
      Apply again = bench.start(bench.settings(words()), CommitHook.NONE);
      Eventually.until(
          "it is blocked",
          () -> again.state() instanceof ApplyState.Blocked,
          () -> again.state().toString());
      assertThat(((ApplyState.Blocked) again.state()).reason())
          .contains(store, "the topic was deleted and made again");
      again.close();
      bench.database().execute("DELETE FROM crossfade.progress WHERE topic LIKE '%changelog'");
    }
  }

  @Test
  void shouldLetRowsExchangeAKeyAndTakeOneThatWasFreed() {
    Apply apply = bench.start(bench.settings(names()), CommitHook.NONE);
    for (int i = 0; i < 20; i++) {
      bench.raw.upsert(ApplyBench.OLD, "" + i, "n" + i, "0");
    }
    bench.awaitAll(apply);
    bench.raw.commit(
        () -> {
          for (int i = 0; i < 20; i += 2) {
            write(i, "n" + (i + 1), "1");
            write(i + 1, "n" + i, "1");
          }
        });
    bench.awaitAll(apply);
    assertThat(all("names").split("; ")).hasSize(20).contains("n0 1 1", "n1 0 1", "n18 19 1");
    bench.raw.commit(
        () -> {
          for (int i = 0; i < 20; i += 2) {
            bench.raw.write(ApplyBench.OLD, Operation.DELETE, Row.of("" + i, null, null));
            write(i + 1, "n" + (i + 1), "2");
          }
        });
    bench.awaitAll(apply);
    assertThat(all("names").split("; ")).hasSize(10).contains("n1 1 2", "n19 19 2");
  }

  private void write(int id, String name, String amount) {
    bench.raw.write(ApplyBench.OLD, Operation.UPDATE, Row.of("" + id, name, amount));
  }

  /** PostgreSQL's own table would refuse the second one. */
  @Test
  void shouldKeepTheLatestOfTwoThatClaimAKeyAndFallBackToTheOther() {
    Apply apply = bench.start(bench.settings(names()), CommitHook.NONE);
    bench.raw.upsert(ApplyBench.OLD, "1", "same", "1");
    bench.raw.upsert(ApplyBench.OLD, "2", "same", "2");
    bench.awaitAll(apply);
    assertThat(all("names")).isEqualTo("same 2 2");
    bench.raw.delete(ApplyBench.OLD, "2");
    bench.awaitAll(apply);
    assertThat(all("names")).isEqualTo("same 1 1");
  }

  /** Fails where rows with two equal keys, or none, are written or dropped in silence. */
  @Test
  void shouldWriteDownRowsWithoutAKeyOfTheirOwn() {
    Apply apply = bench.start(bench.parking(words(), names()), CommitHook.NONE);
    bench.raw.upsert(ApplyBench.OLD, "1", "a b", "1");
    bench.awaitAll(apply);
    bench.raw.upsert(ApplyBench.OLD, "1", "a b a", "2");
    bench.raw.upsert(ApplyBench.OLD, "2", null, "2");
    bench.awaitAll(apply);
    assertThat(all("words")).as("none of a bad row").isEmpty();
    assertThat(all("names")).isEqualTo("a b a 1 2");
    assertThat(apply.badRows())
        .extracting(row -> row.table() + ": " + row.error())
        .containsExactlyInAnyOrder(
            "public.words: cannot be evaluated: two rows with the key {\"id\":\"1\",\"word\":\"a\"}"
                + " come of it",
            "public.names: cannot be evaluated: output column name is NULL, and it is in the key");
    apply.retry(new TargetDatabase.Selection(Optional.of(WORDS), Optional.empty()));
    Eventually.until(
        "it was tried again", () -> !apply.retriesAreUnderWay(), () -> apply.badRows().toString());
    assertThat(apply.badRows()).hasSize(2);
    bench.raw.upsert(ApplyBench.OLD, "1", "a c", "3");
    bench.raw.delete(ApplyBench.OLD, "2");
    bench.awaitAll(apply);
    assertThat(all("words")).isEqualTo("1 a 3; 1 c 3");
    Eventually.until(
        "no bad row is left",
        () -> apply.held().equals(HeldRows.NONE) && apply.badRows().isEmpty(),
        () -> apply.badRows().toString());
  }

  /** Two mappings into one table, of which each sees a part of the rows. */
  @Test
  void shouldFillOneTableByTwoMappings() {
    Function<Boolean, RowsMapper> half =
        even ->
            new TestMapper(
                ApplyBench.OLD,
                List.of("id", "name", "amount"),
                row ->
                    (Long.parseLong(row.get(0)) % 2 == 0) == even
                        ? Optional.of(row)
                        : Optional.empty());
    Table names = bench.target().describe(NAMES).orElseThrow();
    Apply apply =
        bench.start(
            bench.settings(
                new Mapping(half.apply(true), names, true),
                new Mapping(half.apply(false), names, true)),
            CommitHook.NONE);
    bench.raw.upsert(ApplyBench.OLD, "1", "a", "1");
    bench.raw.upsert(ApplyBench.OLD, "2", "b", "2");
    bench.awaitAll(apply);
    assertThat(all("names")).isEqualTo("a 1 1; b 2 2");
    bench.raw.upsert(ApplyBench.OLD, "1", "b", "3");
    bench.raw.delete(ApplyBench.OLD, "2");
    bench.awaitAll(apply);
    assertThat(all("names")).isEqualTo("b 1 3");
  }

  /** Random rows, and starts in between; at the end the SELECT of what is there. */
  @Test
  void shouldEndWithTheSelectAfterAnyHistory() {
    Random random = new Random(7);
    Map<String, Row> old = new TreeMap<>();
    for (int round = 0; round < 4; round++) {
      Apply apply = bench.start(bench.settings(words(), names()), CommitHook.NONE);
      for (int commit = 0; commit < 60; commit++) {
        bench.raw.commit(
            () -> {
              for (int i = random.nextInt(5); i >= 0; i--) {
                change(random, old);
              }
            });
      }
      if (round % 2 == 0) {
        bench.awaitAll(apply);
        assertThat(all("words")).isEqualTo(expected(old, new Words(ApplyBench.OLD)));
        assertThat(all("names")).isEqualTo(expected(old, new Names(ApplyBench.OLD)));
      }
      apply.close();
    }
    bench.awaitAll(bench.start(bench.settings(words(), names()), CommitHook.NONE));
    assertThat(all("words")).isEqualTo(expected(old, new Words(ApplyBench.OLD)));
    assertThat(all("names")).isEqualTo(expected(old, new Names(ApplyBench.OLD)));
  }

  /** No two rows have one name, as in a table with a unique index. */
  private void change(Random random, Map<String, Row> old) {
    String id = "" + random.nextInt(12);
    if (old.containsKey(id) && random.nextInt(4) == 0) {
      bench.raw.write(ApplyBench.OLD, Operation.DELETE, Row.of(id, null, null));
      old.remove(id);
      return;
    }
    String name =
        Stream.of("a", "b", "c", "d")
            .filter(word -> random.nextBoolean())
            .collect(Collectors.joining(" "));
    boolean taken =
        old.entrySet().stream()
            .anyMatch(e -> !e.getKey().equals(id) && e.getValue().get(1).equals(name));
    if (!taken && !name.isEmpty()) {
      Row row = Row.of(id, name, "" + (random.nextInt(5) - 1));
      bench.raw.write(ApplyBench.OLD, Operation.UPDATE, row);
      old.put(id, row);
    }
  }

  private static String expected(Map<String, Row> old, RowsMapper mapper) {
    List<String> rows = new ArrayList<>();
    for (Row row : old.values()) {
      try {
        for (Row mapped : mapper.rows(row)) {
          List<String> columns = mapper.columns();
          String id = mapped.get(columns.indexOf("id"));
          String amount = mapped.get(columns.indexOf("amount"));
          rows.add(
              columns.contains("word")
                  ? id + " " + mapped.get(columns.indexOf("word")) + " " + amount
                  : mapped.get(columns.indexOf("name")) + " " + id + " " + amount);
        }
      } catch (io.crossfade.sql.EvaluationException e) {
        throw new AssertionError(e);
      }
    }
    rows.sort(Comparator.naturalOrder());
    return String.join("; ", rows);
  }
}
