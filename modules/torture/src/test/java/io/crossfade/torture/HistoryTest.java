package io.crossfade.torture;

import static org.assertj.core.api.Assertions.assertThat;

import io.crossfade.sandbox.Database;
import io.crossfade.sandbox.SharedSandbox;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the source writes down of its own changes, which the raw topics are held against. */
class HistoryTest {

  private static final String LARGE = "repeat('x', " + (Schema.TOASTED + 1) + ")";

  private Database source;

  @BeforeEach
  void prepare() {
    source = SharedSandbox.postgres15().createDatabase();
    Schema.createOld(source);
    Schema.watchOld(source);
  }

  @AfterEach
  void drop() {
    source.close();
  }

  private List<String> history() {
    return source.query(
        "SELECT tbl, replace(key, chr(31), '/'), op, version FROM torture.history ORDER BY id");
  }

  @Test
  void shouldWriteDownEachChangeUnderTheKeyThatItHas() {
    source.execute(
        "INSERT INTO public.\"Odd.Accounts\" VALUES ('r', 'a', '', 1, 'open', 0)",
        "UPDATE public.\"Odd.Accounts\" SET amount = 2",
        "UPDATE public.\"Odd.Accounts\" SET code = 'b'",
        "DELETE FROM public.\"Odd.Accounts\"");
    assertThat(history())
        .containsExactly(
            "accounts|r/a|w|1",
            "accounts|r/a|w|2",
            "accounts|r/a|d|2",
            "accounts|r/b|w|3",
            "accounts|r/b|d|3");
  }

  @Test
  void shouldSayWhichUpdatesTheLogLeavesALargeValueOutOf() {
    source.execute(
        "INSERT INTO public.document VALUES ('00000000-0000-0000-0000-000000000001', 'a', "
            + LARGE
            + ", true, 0)",
        "UPDATE public.document SET title = 'b'",
        "UPDATE public.document SET body = 'short'",
        "UPDATE public.document SET title = 'c'",
        "INSERT INTO public.page VALUES (1, 'a', " + LARGE + ", 0)",
        // The log has the whole old row of this table.
        "UPDATE public.page SET title = 'b'");
    assertThat(source.query("SELECT string_agg(op, '' ORDER BY id) FROM torture.history"))
        .containsExactly("whwwww");
  }

  @Test
  void shouldForgetWhatIsRolledBack() {
    source.execute(
        "BEGIN; INSERT INTO public.owner VALUES (1, 'a', 0); SAVEPOINT s;"
            + " UPDATE public.owner SET name = 'b'; ROLLBACK TO s; COMMIT;",
        "BEGIN; DELETE FROM public.owner; ROLLBACK");
    assertThat(history()).containsExactly("owners|1|w|1");
  }

  @Test
  void shouldKnowARowThatMovesToAnotherPartitionByBothKeys() {
    source.execute(
        "INSERT INTO public.event VALUES (1, '2024-01-05', 'a', 1, 0)",
        "UPDATE public.event SET day = '2024-02-05'");
    assertThat(source.query("SELECT key ~ '2024-01', op FROM torture.history ORDER BY id"))
        .containsExactly("t|w", "t|d", "f|w");
  }
}
