package io.crossfade.core.target;

import static org.assertj.core.api.Assertions.assertThat;

import io.crossfade.core.Randomly;
import java.util.BitSet;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ResumeTest {

  private static final InputPartition PARTITION = new InputPartition("raw", 3);
  private static final TopicIdentity TOPIC = new TopicIdentity("t1", 4);

  @Test
  void shouldStartANewPartitionAtItsBeginning() {
    assertThat(resume(Progress.none(TOPIC), OptionalLong.empty(), 0))
        .isEqualTo(new Resume.GoOn(0, 0, 0));
  }

  @Test
  void shouldNotWriteAgainWhatTheTargetHasFromBeforeACrash() {
    assertThat(resume(progress(10, 25, 25), OptionalLong.of(10), 100))
        .isEqualTo(new Resume.GoOn(10, 25, 25));
  }

  @Test
  void shouldGoOnWhereTheFirstCommitNeverReachedKafka() {
    assertThat(resume(progress(0, 25, 25), OptionalLong.empty(), 100))
        .isEqualTo(new Resume.GoOn(0, 25, 25));
  }

  @Test
  void shouldNotCopyWhatWasWrittenBeforeARewind() {
    assertThat(resume(progress(5, 5, 25), OptionalLong.of(5), 100))
        .isEqualTo(new Resume.GoOn(5, 5, 25));
  }

  @Test
  void shouldRefuseWhenKafkaIsAheadOfTheTarget() {
    assertThat(reason(resume(progress(10, 25, 25), OptionalLong.of(26), 100)))
        .contains("raw-3", "26", "25", "restored");
  }

  @Test
  void shouldRefuseWhenTheTargetHasForgottenAPartitionThatKafkaKnows() {
    assertThat(reason(resume(Progress.none(TOPIC), OptionalLong.of(1), 100)))
        .contains("raw-3", "offset 1");
  }

  @Test
  void shouldRefuseWhenTheTargetIsBeyondTheTopicsEnd() {
    assertThat(reason(resume(progress(10, 25, 25), OptionalLong.of(10), 24))).contains("25", "24");
  }

  @Test
  void shouldRefuseARewindWhileTheJobRuns() {
    assertThat(reason(resume(progress(10, 25, 25), OptionalLong.of(9), 100))).contains("10", "9");
  }

  @Test
  void shouldRefuseATopicThatWasMadeAgain() {
    assertThat(
            reason(
                Resume.of(
                    PARTITION,
                    progress(10, 25, 25),
                    OptionalLong.of(25),
                    new TopicIdentity("t2", 4),
                    100)))
        .contains("t1", "t2");
  }

  @Test
  void shouldRefuseATopicWithOtherPartitions() {
    assertThat(
            reason(
                Resume.of(
                    PARTITION,
                    progress(10, 25, 25),
                    OptionalLong.of(25),
                    new TopicIdentity("t1", 8),
                    100)))
        .contains("4", "8");
  }

  @Test
  void shouldTakeUpAResetOfTheGroupWhenTheJobStarts() {
    assertThat(Resume.rewoundTo(progress(10, 25, 25), OptionalLong.of(9))).hasValue(9);
    assertThat(Resume.rewoundTo(progress(10, 25, 25), OptionalLong.empty())).hasValue(0);
  }

  @Test
  void shouldNotMistakeACrashForAReset() {
    assertThat(Resume.rewoundTo(progress(10, 25, 25), OptionalLong.of(10))).isEmpty();
    assertThat(Resume.rewoundTo(progress(0, 25, 25), OptionalLong.empty())).isEmpty();
    assertThat(Resume.rewoundTo(progress(10, 25, 25), OptionalLong.of(25))).isEmpty();
  }

  /**
   * A history of flushes, each of which may die before the target, before Kafka, or not at all, and
   * of resets in between. A record is written by the first flush that reaches the target, and again
   * only after a reset to below it; the decision is never a refusal.
   */
  @Property
  void shouldWriteEachRecordOnceHoweverOftenItCrashes(
      @ForAll @Size(max = 40) int[] steps, @ForAll @IntRange(min = 1, max = 200) int end) {
    Simulation simulation = new Simulation(end);
    for (int step : steps) {
      simulation.step(step);
    }
    simulation.runToTheEnd();
    assertThat(simulation.twice).isEmpty();
    assertThat(simulation.missing()).isEmpty();
  }

  /** A deliberately wrong decision. */
  enum Wrong {
    /** Kafka's offset alone says what the target has. */
    TRUSTS_KAFKA,
    /** The target is taken to have only what Kafka is known to have. */
    TAKES_PREV_FOR_CUR,
    /** A crash before Kafka's commit is taken for a reset. */
    TAKES_A_CRASH_FOR_A_RESET,
    /** A reset is not seen. */
    SEES_NO_RESET
  }

  @ParameterizedTest
  @EnumSource
  void shouldNoticeThatThisDecisionIsWrong(Wrong wrong) {
    assertThat(
            Randomly.firstProblem(
                500,
                random -> {
                  Simulation simulation = new Simulation(1 + random.nextInt(200));
                  simulation.wrong = Optional.of(wrong);
                  for (int i = 0; i < 40; i++) {
                    simulation.step(random.nextInt());
                  }
                  simulation.runToTheEnd();
                  return simulation.twice.isEmpty() && simulation.missing().isEmpty()
                      ? Optional.empty()
                      : Optional.of(simulation.twice + " twice, not " + simulation.missing());
                }))
        .isPresent();
  }

  private static final class Simulation {
    Optional<Wrong> wrong = Optional.empty();
    final int end;
    final BitSet written = new BitSet();
    final Set<Long> twice = new TreeSet<>();
    Progress stored = Progress.none(TOPIC);
    OptionalLong kafka = OptionalLong.empty();

    Simulation(int end) {
      this.end = end;
    }

    void step(int random) {
      int kind = Math.floorMod(random, 4);
      int size = 1 + Math.floorMod(random / 4, 20);
      if (kind == 3) {
        // Stopped cleanly, reset by the operator, started again.
        if (kafka.orElse(0) == stored.cur()) {
          stored = new Progress(TOPIC, stored.cur(), stored.cur(), stored.highest(), Set.of());
          kafka = OptionalLong.of(Math.max(0, kafka.orElse(0) - size));
          rewind();
        }
        return;
      }
      flush(size, kind >= 1, kind >= 2);
    }

    void rewind() {
      OptionalLong to = rewoundTo();
      if (kafka.orElse(0) < stored.prev()) {
        // So the operator wants it.
        written.clear((int) kafka.orElse(0), end + 1);
      }
      if (to.isPresent()) {
        stored = new Progress(TOPIC, to.getAsLong(), to.getAsLong(), stored.highest(), Set.of());
      }
    }

    OptionalLong rewoundTo() {
      if (is(Wrong.SEES_NO_RESET)) {
        return OptionalLong.empty();
      }
      return is(Wrong.TAKES_A_CRASH_FOR_A_RESET) && kafka.orElse(0) < stored.cur()
          ? OptionalLong.of(kafka.orElse(0))
          : Resume.rewoundTo(stored, kafka);
    }

    boolean is(Wrong variant) {
      return wrong.equals(Optional.of(variant));
    }

    Resume.GoOn resume() {
      long offset = kafka.orElse(0);
      if (is(Wrong.TRUSTS_KAFKA)) {
        return new Resume.GoOn(offset, offset, offset);
      }
      if (is(Wrong.TAKES_PREV_FOR_CUR)) {
        return new Resume.GoOn(offset, stored.prev(), stored.highest());
      }
      if (is(Wrong.SEES_NO_RESET)) {
        return new Resume.GoOn(offset, stored.cur(), stored.highest());
      }
      return (Resume.GoOn) ResumeTest.resume(stored, kafka, end);
    }

    void flush(int size, boolean reachesTarget, boolean reachesKafka) {
      if (is(Wrong.TAKES_A_CRASH_FOR_A_RESET)) {
        rewind();
      } else if (wrong.isEmpty()) {
        assertThat(Resume.rewoundTo(stored, kafka)).isEmpty();
      }
      Resume.GoOn from = resume();
      long to = Math.min(end, from.committed() + size);
      if (reachesTarget) {
        for (long offset = Math.max(from.committed(), from.writeFrom()); offset < to; offset++) {
          if (written.get((int) offset)) {
            twice.add(offset);
          }
          written.set((int) offset);
        }
        long cur = Math.max(stored.cur(), to);
        stored =
            new Progress(
                TOPIC,
                Math.min(cur, from.committed()),
                cur,
                Math.max(cur, stored.highest()),
                Set.of());
      }
      if (reachesTarget && reachesKafka) {
        kafka = OptionalLong.of(to);
      }
    }

    void runToTheEnd() {
      while (kafka.orElse(0) < end) {
        flush(7, true, true);
      }
    }

    Set<Integer> missing() {
      Set<Integer> missing = new TreeSet<>();
      for (int offset = written.nextClearBit(0); offset < end; ) {
        missing.add(offset);
        offset = written.nextClearBit(offset + 1);
      }
      return missing;
    }
  }

  private static Resume resume(Progress stored, OptionalLong committed, long end) {
    return Resume.of(PARTITION, stored, committed, TOPIC, end);
  }

  private static Progress progress(long prev, long cur, long highest) {
    return new Progress(TOPIC, prev, cur, highest, Set.of());
  }

  private static String reason(Resume resume) {
    assertThat(resume).isInstanceOf(Resume.Refused.class);
    return ((Resume.Refused) resume).reason();
  }
}
