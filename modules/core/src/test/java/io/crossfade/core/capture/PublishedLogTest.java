package io.crossfade.core.capture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class PublishedLogTest {

  private static final int RUNS = 2_000;

  /** A deliberately wrong way to keep what is published. */
  enum Wrong {
    /** Ids are forgotten as soon as the source is told that they are safe. */
    FORGETS_WHAT_IS_CONFIRMED,
    /** Of a transaction that is published in part nothing is kept. */
    FORGETS_THE_COUNT,
    /** The horizon moves when the snapshot is taken, and not when its marker is met. */
    MOVES_THE_HORIZON_TOO_EARLY,
    /** The state is written when the next transaction begins, and not with its records. */
    WRITES_THE_STATE_LATER
  }

  @ParameterizedTest
  @EnumSource
  void shouldNoticeThatThisIsWrong(Wrong wrong) {
    boolean noticed = false;
    for (int seed = 0; seed < RUNS && !noticed; seed++) {
      noticed = !run(seed, Optional.of(wrong)).isEmpty();
    }
    assertThat(noticed).as("a run that goes wrong: " + wrong).isTrue();
  }

  @Test
  void shouldPublishEachEventOnceWhereverItIsKilledAndHoweverFarBackTheSourceGoes() {
    for (int seed = 0; seed < RUNS; seed++) {
      assertThat(run(seed, Optional.empty())).as("seed %d", seed).isEmpty();
    }
  }

  @Test
  void shouldRepeatEventsIfIdsWereForgottenAsSoonAsTheSourceIsToldThatTheyAreSafe() {
    boolean repeated = false;
    for (int seed = 0; seed < RUNS && !repeated; seed++) {
      repeated = !run(seed, Optional.of(Wrong.FORGETS_WHAT_IS_CONFIRMED)).isEmpty();
    }
    assertThat(repeated).as("a run in which the source forgets a confirmation").isTrue();
  }

  /** Returns the events that were published more or less than once. */
  private static List<String> run(long seed, Optional<Wrong> wrong) {
    Random random = new Random(seed);
    List<ModelDatabase.Item> log = log(random);
    List<ModelSnapshot> taken = snapshots(log);
    if (wrong.equals(Optional.of(Wrong.MOVES_THE_HORIZON_TOO_EARLY))) {
      taken = new ArrayList<>(taken.subList(Math.min(5, taken.size() - 1), taken.size()));
      while (taken.size() < log.size()) {
        taken.add(taken.get(taken.size() - 1));
      }
    }
    List<String> published = new ArrayList<>();
    PublishedLog.State durable = PublishedLog.State.NOTHING;
    int confirmed = 0;
    int onDisk = 0;
    int position = 0;
    while (position < log.size()) {
      // The source goes back to what it had on its disk, however much was confirmed since.
      position = onDisk;
      PublishedLog state = new PublishedLog(durable, ModelSnapshot::parse);
      List<String> pending = new ArrayList<>();
      int lifetime = 1 + random.nextInt(30);
      for (int step = 0; step < lifetime && position < log.size(); position++) {
        if (log.get(position) instanceof ModelDatabase.Committed transaction) {
          state.begin(transaction.id());
          for (int event = 0; event < transaction.writes().size(); event++) {
            if (state.next()) {
              pending.add(transaction.id() + "/" + event);
            }
            if (random.nextInt(4) == 0) {
              published.addAll(pending);
              pending.clear();
              durable = written(durable, state, wrong);
            }
            if (++step >= lifetime) {
              break;
            }
          }
          if (step >= lifetime) {
            break;
          }
          state.commit(transaction.id());
        } else {
          state.advance(taken.get(position));
          step++;
        }
        if (random.nextInt(3) == 0) {
          published.addAll(pending);
          pending.clear();
          durable = state.state();
          confirmed = position + 1;
          if (wrong.equals(Optional.of(Wrong.FORGETS_WHAT_IS_CONFIRMED))) {
            durable = new PublishedLog.State(Optional.empty(), "", durable.open());
          }
        }
      }
      if (random.nextInt(3) == 0) {
        onDisk = confirmed;
      }
      if (position == log.size()) {
        published.addAll(pending);
      }
    }
    return differences(log, published);
  }

  private static PublishedLog.State written(
      PublishedLog.State before, PublishedLog state, Optional<Wrong> wrong) {
    PublishedLog.State now = state.state();
    if (wrong.equals(Optional.of(Wrong.FORGETS_THE_COUNT))) {
      return new PublishedLog.State(now.horizon(), now.beyond(), Optional.empty());
    }
    return wrong.equals(Optional.of(Wrong.WRITES_THE_STATE_LATER)) ? before : now;
  }

  private static List<ModelDatabase.Item> log(Random random) {
    ModelDatabase database = new ModelDatabase(6);
    for (int i = 0; i < 120; i++) {
      switch (random.nextInt(8)) {
        case 0:
          database.begin();
          break;
        case 1:
          database.commit(random);
          break;
        case 2:
          database.show(random);
          break;
        case 3:
          database.mark(0);
          break;
        default:
          database.write(random);
      }
    }
    return database.log;
  }

  /**
   * For each marker a snapshot from before it: it includes some of the transactions that stand
   * before the marker, and none that stands behind.
   */
  private static List<ModelSnapshot> snapshots(List<ModelDatabase.Item> log) {
    Set<Long> all = new HashSet<>();
    long next = 1;
    for (ModelDatabase.Item item : log) {
      if (item instanceof ModelDatabase.Committed transaction) {
        all.add(transaction.id());
        next = Math.max(next, transaction.id() + 1);
      }
    }
    List<ModelSnapshot> snapshots = new ArrayList<>();
    Set<Long> invisible = new HashSet<>(all);
    List<Long> recent = new ArrayList<>();
    for (ModelDatabase.Item item : log) {
      if (item instanceof ModelDatabase.Committed transaction) {
        recent.add(transaction.id());
        // The last two are not visible yet.
        if (recent.size() > 2) {
          invisible.remove(recent.get(recent.size() - 3));
        }
      }
      snapshots.add(new ModelSnapshot(next, invisible));
    }
    return snapshots;
  }

  private static List<String> differences(List<ModelDatabase.Item> log, List<String> published) {
    List<String> expected = new ArrayList<>();
    for (ModelDatabase.Item item : log) {
      if (item instanceof ModelDatabase.Committed transaction) {
        for (int event = 0; event < transaction.writes().size(); event++) {
          expected.add(transaction.id() + "/" + event);
        }
      }
    }
    return published.equals(expected)
        ? List.of()
        : List.of("expected " + expected, "published " + published);
  }

  @Test
  void shouldKeepRunsOfIdsNotEachOne() {
    PublishedLog log = new PublishedLog(PublishedLog.State.NOTHING, ModelSnapshot::parse);
    for (long id : new long[] {7, 9, 8, 12, 10}) {
      log.begin(id);
      log.commit(id);
    }

    assertThat(log.state().beyond()).isEqualTo("7-10,12");

    log.advance(new ModelSnapshot(11, Set.of(8L)));

    assertThat(log.state().beyond()).isEqualTo("8,12");
  }

  @Test
  void shouldNotGoBackToAnOlderHorizon() {
    PublishedLog log = new PublishedLog(PublishedLog.State.NOTHING, ModelSnapshot::parse);
    log.advance(new ModelSnapshot(20, Set.of()));
    log.advance(new ModelSnapshot(10, Set.of()));

    assertThat(log.state().horizon()).contains("20;");
  }

  @Test
  void shouldRefuseALogThatIsOutOfOrder() {
    PublishedLog log = new PublishedLog(PublishedLog.State.NOTHING, ModelSnapshot::parse);

    assertThatThrownBy(log::next).isInstanceOf(IllegalStateException.class);
    log.begin(1);
    assertThatThrownBy(() -> log.begin(2)).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> log.commit(2)).isInstanceOf(IllegalStateException.class);
  }
}
