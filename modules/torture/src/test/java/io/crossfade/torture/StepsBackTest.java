package io.crossfade.torture;

import static org.assertj.core.api.Assertions.assertThat;

import io.crossfade.sandbox.Database;
import io.crossfade.sandbox.SharedSandbox;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The log of steps back, against steps back that are made by hand. */
class StepsBackTest {

  private Database target;

  @BeforeEach
  void prepare() {
    target = SharedSandbox.postgres18().createDatabase();
    Schema.createNew(target);
    target.execute(
        "CREATE SCHEMA crossfade",
        "CREATE TABLE crossfade.progress (cur bigint, highest bigint)",
        "INSERT INTO crossfade.progress VALUES (10, 10), (7, 7)",
        "INSERT INTO public.owners VALUES (1, 'a', 5)");
  }

  @AfterEach
  void drop() {
    target.close();
  }

  /** Fails where what is right is logged: then nobody would believe the log. */
  @Test
  void shouldSayNothingOfRowsThatGrowGoAndComeBackNewer() {
    target.execute(
        "UPDATE public.owners SET version = 6",
        // A chunk's row, after the event that it has seen.
        "UPDATE public.owners SET version = 6",
        "DELETE FROM public.owners",
        "INSERT INTO public.owners VALUES (1, 'a', 8)",
        "INSERT INTO public.owners VALUES (1, 'b', 9)"
            + " ON CONFLICT (id) DO UPDATE SET version = excluded.version");
    assertThat(StepsBack.logged(target)).isEmpty();
  }

  /** Fails where versions are not compared. */
  @Test
  void shouldLogAnOlderRowOverANewerOne() {
    target.execute("UPDATE public.owners SET version = 4");
    assertThat(StepsBack.logged(target))
        .singleElement()
        .asString()
        .startsWith("owners 1: UPDATE of version 4 after 5, at ");
  }

  /** Fails where only the row that is replaced is looked at. */
  @Test
  void shouldLogEachRowBelowTheHighestThatItsKeyHad() {
    target.execute("UPDATE public.owners SET version = 3", "UPDATE public.owners SET version = 4");
    assertThat(StepsBack.logged(target)).hasSize(2);
  }

  /** Fails where the upsert's trigger sees an INSERT only. */
  @Test
  void shouldLogAnOlderRowThatComesByAnUpsert() {
    target.execute(
        "INSERT INTO public.owners VALUES (1, 'b', 2)"
            + " ON CONFLICT (id) DO UPDATE SET version = excluded.version");
    assertThat(StepsBack.logged(target)).singleElement().asString().contains("version 2 after 5");
  }

  /** Fails where a delete makes the log forget. */
  @Test
  void shouldLogADeletedRowThatComesBackOlderOrAsItWas() {
    target.execute(
        "DELETE FROM public.owners",
        "INSERT INTO public.owners VALUES (1, 'a', 5)",
        "DELETE FROM public.owners",
        "INSERT INTO public.owners VALUES (1, 'a', 4)");
    assertThat(StepsBack.logged(target))
        .hasSize(2)
        .allMatch(step -> step.contains("after 5, which was deleted"));
  }

  /** Fails where a key of several columns is not told apart from another. */
  @Test
  void shouldKnowAKeyOfSeveralColumnsByAllOfThem() {
    target.execute(
        "INSERT INTO public.accounts VALUES ('a', 'bc', '', 0, 5), ('ab', 'c', '', 0, 3)");
    assertThat(StepsBack.logged(target)).isEmpty();
    target.execute("UPDATE public.accounts SET version = 4 WHERE code = 'bc'");
    assertThat(StepsBack.logged(target)).singleElement().asString().startsWith("accounts a/bc: ");
  }

  /** Fails where a replay is not known, or is taken to last for ever. */
  @Test
  void shouldLetRowsGoBackWhileAReplayIsOnItsWayAndNoLonger() {
    StepsBack.replayAsked(target);
    target.execute(
        "UPDATE crossfade.progress SET cur = 3 WHERE highest = 10",
        "UPDATE public.owners SET version = 2",
        "DELETE FROM public.owners",
        "UPDATE crossfade.progress SET cur = 10 WHERE highest = 10",
        // The last flush of the replay brings the row as it was before it.
        "INSERT INTO public.owners VALUES (1, 'a', 5)");
    assertThat(StepsBack.logged(target)).isEmpty();
    target.execute("UPDATE public.owners SET version = 4");
    assertThat(StepsBack.logged(target)).hasSize(1);
  }

  /** Fails where progress, which a flush moves before it writes, alone tells what a replay is. */
  @Test
  void shouldLetTheLastFlushOfAReplayTakeARowAwayAndBringItAgain() {
    StepsBack.replayAsked(target);
    target.execute(
        "UPDATE crossfade.progress SET cur = 3 WHERE highest = 10",
        "UPDATE public.owners SET version = 2",
        """
        DO $$ BEGIN
          UPDATE crossfade.progress SET cur = 12, highest = 12 WHERE highest = 10;
          DELETE FROM public.owners;
          INSERT INTO public.owners VALUES (1, 'a', 5);
        END $$""");
    assertThat(StepsBack.logged(target)).isEmpty();
    target.execute("DELETE FROM public.owners", "INSERT INTO public.owners VALUES (1, 'a', 5)");
    assertThat(StepsBack.logged(target)).hasSize(1);
  }

  /** Fails where progress that goes back is excuse enough. */
  @Test
  void shouldLogRowsThatGoBackInAReplayThatNobodyAskedFor() {
    target.execute(
        "UPDATE crossfade.progress SET cur = 3 WHERE highest = 10",
        "UPDATE public.owners SET version = 2");
    assertThat(StepsBack.logged(target)).hasSize(1);
  }
}
