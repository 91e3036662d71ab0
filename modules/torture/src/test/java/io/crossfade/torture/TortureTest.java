package io.crossfade.torture;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * The whole job under random writes while everything is killed, stopped and cut. Long runs are made
 * of rounds, each a migration of its own with the next seed.
 *
 * <p>{@code -Dtorture.minutes=M} sets how long, {@code -Dtorture.seed=S} the first seed. Fails on
 * any difference, and after a quarter of an hour where a fault point was never reached; the checks
 * themselves are seen to fail in the other tests of this module.
 */
class TortureTest {

  private static final Duration ROUND = Duration.ofMinutes(10);
  private static final long SEED = 20_260_101;

  /** A run that lasts so long has to come to each fault point. */
  private static final Duration LONG = Duration.ofMinutes(15);

  @Test
  void shouldStayExactForThreeMinutes() throws Exception {
    torture("3");
  }

  @Test
  @Tag("slow")
  void shouldStayExactForAQuarterOfAnHour() throws Exception {
    torture("15");
  }

  private static void torture(String defaultMinutes) throws Exception {
    double minutes = Double.parseDouble(System.getProperty("torture.minutes", defaultMinutes));
    long seed = Long.getLong("torture.seed", SEED);
    Duration all = Duration.ofSeconds(Math.round(minutes * 60));
    // Beside the classes, so that it is there after the run.
    Path directory =
        Path.of("target", "torture", "seed-" + seed + "-" + Instant.now().toEpochMilli());
    Files.createDirectories(directory);
    directory = directory.toAbsolutePath();
    Aims aims = new Aims(new Random(seed));
    List<Round> rounds = new ArrayList<>();
    Instant end = Instant.now().plus(all);
    do {
      Duration left = Duration.between(Instant.now(), end);
      Duration length = left.compareTo(ROUND) < 0 ? left : ROUND;
      long seedOfRound = seed + rounds.size();
      Round round = new Round(seedOfRound, length, directory.resolve("round-" + seedOfRound), aims);
      rounds.add(round);
      round.play();
      String summary = Round.summary(seed, all, rounds, aims);
      Files.writeString(directory.resolveSibling("summary.txt"), summary + "\n");
      System.out.println(summary);
      assertThat(round.timeline().findings())
          .as(
              "%s%nseed %d; repeat it with: scripts/torture.sh --seed %<d --minutes %s%nlogs: %s%n%s",
              summary,
              seedOfRound,
              Math.ceil(length.toSeconds() / 6.0) / 10,
              directory,
              round.timeline())
          .isEmpty();
    } while (Duration.between(Instant.now(), end).compareTo(Duration.ofMinutes(2)) > 0);
    if (all.compareTo(LONG) >= 0) {
      assertThat(aims.missed())
          .as("fault points that no job has come to, in %d minutes", all.toMinutes())
          .isEmpty();
    }
  }
}
