package io.crossfade.verify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import io.crossfade.core.table.Row;
import io.crossfade.core.verify.StoredRow;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * {@link SecondLook} against a model of a leader that shows its commits late, a job that lags, and
 * a barrier; over many random histories of one row. The leader is the SELECT over the old tables,
 * or after a switch the new table; what follows may then be a SELECT whose rows have no versions.
 */
class SecondLookTest {

  private static final int HISTORIES = 60_000;

  /** Who follows. */
  private enum Follower {
    /** A table, or a SELECT that passes the whole key on. */
    WITH_VERSIONS,
    /**
     * A SELECT with a key that is cast. In its histories no row is deleted: where neither side has
     * a version, the same values stand for the same row.
     */
    WITHOUT_VERSIONS
  }

  /** What a verifier might leave out. */
  private enum Mutant {
    /** The second read comes when it comes. */
    NO_BARRIER,
    /** Whatever the source shows is taken for all that it has committed. */
    NOT_SETTLED,
    /** The same value before and after stands for a row that was not written. */
    VALUES_FOR_VERSIONS
  }

  /** Fails where a row that is missing, or has no version, is decided by one look. */
  @ParameterizedTest
  @EnumSource(Follower.class)
  void shouldNeverRaiseAFalseAlarm(Follower follower) {
    for (int seed = 0; seed < HISTORIES; seed++) {
      if (falseAlarm(seed, EnumSet.noneOf(Mutant.class), follower)) {
        fail("a false alarm in history " + seed);
      }
    }
  }

  /** Each rule is needed: without it some history goes wrong. */
  @ParameterizedTest
  @EnumSource(Mutant.class)
  void shouldRaiseAFalseAlarmWhereARuleIsLeftOut(Mutant mutant) {
    int alarms = 0;
    for (int seed = 0; seed < HISTORIES; seed++) {
      alarms += falseAlarm(seed, EnumSet.of(mutant), Follower.WITH_VERSIONS) ? 1 : 0;
    }
    assertThat(alarms).isPositive();
  }

  /**
   * Fails where a decision wants more than there is, for instance a version that is never equal.
   */
  @ParameterizedTest
  @EnumSource(Follower.class)
  void shouldFindEveryDifferenceOfARowThatStandsStill(Follower follower) {
    for (int seed = 0; seed < HISTORIES / 10; seed++) {
      Random random = new Random(seed);
      World world = new World(random, EnumSet.noneOf(Mutant.class), follower);
      world.run(20);
      world.settle();
      world.corrupt();
      SecondLook look = look(world, Set.of(), false);
      assertThat(look.state()).as("history %d", seed).isEqualTo(SecondLook.State.REAL);
    }
  }

  /** Fails where a row that was in flight stays a suspect. */
  @Test
  void shouldFindARowEqualWhenItStandsStill() {
    for (int seed = 0; seed < HISTORIES / 10; seed++) {
      World world =
          new World(new Random(seed), EnumSet.noneOf(Mutant.class), Follower.WITH_VERSIONS);
      world.run(20);
      world.quiet = true;
      assertThat(look(world, Set.of(), true).state()).isEqualTo(SecondLook.State.GONE);
    }
  }

  /** Fails where a row that was applied meanwhile has to wait for a barrier. */
  @Test
  void shouldBeGoneAtOnceWhereTheSelectGivesWhatTheTableHad() {
    SecondLook look = new SecondLook(Row::equals, row("same", "1"));
    assertThat(look.expected(row("same", "7"), false)).isEqualTo(SecondLook.State.GONE);
  }

  /** Fails where a row that the source keeps changing is taken for one that was not applied. */
  @Test
  void shouldStayOpenWhileTheRowIsWrittenBetweenAllLooks() {
    SecondLook look = new SecondLook(Row::equals, row("0", "0"));
    for (int i = 1; i < 20; i++) {
      assertThat(look.expected(row("e" + i, ""), true)).isEqualTo(SecondLook.State.OPEN);
      assertThat(look.follower(row("t" + i, "" + i))).isEqualTo(SecondLook.State.OPEN);
    }
    assertThat(look.moved()).isTrue();
  }

  /** Fails where what the SELECT gave before is forgotten. */
  @Test
  void shouldKnowARowThatTheSelectGaveBefore() {
    SecondLook look = new SecondLook(Row::equals, row("other", "1"));
    look.expected(row("old", ""), true);
    look.follower(row("old", "2"));
    // It was in flight; then it would not be looked at again. So another way in:
    SecondLook stuck = new SecondLook(Row::equals, row("x", "1"));
    stuck.expected(row("old", ""), false);
    stuck.follower(row("x", "1"));
    stuck.expected(row("new", ""), true);
    assertThat(stuck.follower(row("old", "1"))).isEqualTo(SecondLook.State.REAL);
    assertThat(stuck.wasExpectedBefore()).isTrue();
    assertThat(look.state()).isEqualTo(SecondLook.State.GONE);
  }

  private static Optional<StoredRow> row(String value, String version) {
    return Optional.of(new StoredRow(Row.of(value), version));
  }

  private static boolean falseAlarm(int seed, Set<Mutant> mutants, Follower follower) {
    World world = new World(new Random(seed), mutants, follower);
    world.run(10);
    return look(world, mutants, false).state() == SecondLook.State.REAL;
  }

  private static SecondLook look(World world, Set<Mutant> mutants, boolean quiet) {
    SecondLook look = new SecondLook(Row::equals, world.table());
    for (int i = 0; i < 12 && look.state() == SecondLook.State.OPEN; i++) {
      world.run(3);
      int line = world.log.size();
      world.run(4);
      boolean settled = mutants.contains(Mutant.NOT_SETTLED) || world.visible >= line;
      if (look.expected(world.expected(), settled) != SecondLook.State.OPEN) {
        return look;
      }
      world.run(3);
      int barrier = world.log.size();
      world.run(2);
      while (!mutants.contains(Mutant.NO_BARRIER) && world.applied < barrier) {
        world.apply();
        world.run(1);
      }
      look.follower(world.table());
      if (quiet) {
        world.settle();
      }
    }
    return look;
  }

  /** One row: null is no row. */
  private static final class World {
    private final Random random;
    private final Set<Mutant> mutants;
    private final Follower follower;

    /** What was committed, in the order of the log. */
    private final List<String> log = new ArrayList<>();

    /** How many of them a read of the source sees. */
    private int visible;

    /** How many of them the table has. */
    private int applied;

    private String value;
    private int written;
    private boolean quiet;

    World(Random random, Set<Mutant> mutants, Follower follower) {
      this.random = random;
      this.mutants = mutants;
      this.follower = follower;
    }

    void run(int most) {
      for (int i = random.nextInt(most + 1); i > 0; i--) {
        switch (random.nextInt(3)) {
          case 0 -> {
            if (!quiet) {
              // Few values, so that they come back.
              boolean deletes = random.nextInt(3) == 0 && follower == Follower.WITH_VERSIONS;
              log.add(deletes ? null : "v" + random.nextInt(2));
            }
          }
          case 1 -> visible = Math.min(log.size(), visible + 1 + random.nextInt(2));
          default -> apply();
        }
      }
    }

    /** Several at once: the last one of a flush is written. */
    void apply() {
      int upTo = Math.min(log.size(), applied + 1 + random.nextInt(3));
      if (upTo > applied) {
        applied = upTo;
        value = log.get(applied - 1);
        written++;
      }
    }

    void settle() {
      quiet = true;
      visible = log.size();
      while (applied < log.size()) {
        apply();
      }
    }

    void corrupt() {
      value = value == null ? "corrupt" : random.nextBoolean() ? null : "corrupt";
      written++;
    }

    Optional<StoredRow> table() {
      return follower == Follower.WITH_VERSIONS
          ? image(value, written)
          : Optional.ofNullable(value).map(text -> new StoredRow(Row.of(text), ""));
    }

    Optional<StoredRow> expected() {
      return visible == 0 ? Optional.empty() : image(log.get(visible - 1), visible);
    }

    private Optional<StoredRow> image(String text, int version) {
      return Optional.ofNullable(text)
          .map(
              t ->
                  new StoredRow(
                      Row.of(t), mutants.contains(Mutant.VALUES_FOR_VERSIONS) ? t : "" + version));
    }
  }
}
