package io.crossfade.core.target;

import static org.assertj.core.api.Assertions.assertThat;

import io.crossfade.core.Randomly;
import io.crossfade.core.table.Key;
import io.crossfade.core.table.TableId;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ArbiterTest {

  private static final int RUNS = 3_000;
  private static final Key A = key("a");
  private static final Key B = key("b");
  private static final Key C = key("c");

  @Test
  void shouldKeepTheNewOwnersRowWhenTheFormerOwnersDeleteComesLate() {
    Arbiter<String> both =
        Arbiter.<String>none()
            .with(Contribution.claim(A, 1, "a"))
            .with(Contribution.claim(B, 6, "b"));
    assertThat(both.owner()).contains(Contribution.claim(B, 6, "b"));
    assertThat(both.with(Contribution.retraction(A, 5)).owner())
        .contains(Contribution.claim(B, 6, "b"));
  }

  @Test
  void shouldTellOfTheOthersWhereSeveralClaimOneKeyAndFallBackToThem() {
    Arbiter<String> all =
        Arbiter.of(
            List.of(
                Contribution.claim(C, 3, "c"),
                Contribution.claim(A, 1, "a"),
                Contribution.claim(B, 2, "b")));

    assertThat(all.owner()).contains(Contribution.claim(C, 3, "c"));
    assertThat(all.others())
        .containsExactly(Contribution.claim(A, 1, "a"), Contribution.claim(B, 2, "b"));
    assertThat(all.with(Contribution.retraction(C, 4)).owner())
        .contains(Contribution.claim(B, 2, "b"));
  }

  @Test
  void shouldKeepNothingOfWhoClaimsNoMore() {
    assertThat(
            Arbiter.<String>none()
                .with(Contribution.claim(A, 1, "a"))
                .with(Contribution.retraction(A, 2)))
        .isEqualTo(Arbiter.none());
  }

  // ---------------------------------------------------------------- random histories

  /** A deliberately wrong arbiter. */
  enum Wrong {
    /** Who comes last has the row, whatever its sequence. */
    LAST_TO_COME,
    /** A retraction removes the row, whoever owns it. */
    ANY_DELETE_REMOVES,
    /** Only the latest contribution is kept, so nobody is left when the owner goes. */
    ONLY_THE_LATEST_IS_KEPT,
    /**
     * What is older than what is known is passed over, as if it came late: in a replay it comes.
     */
    OLDER_IS_PASSED_OVER
  }

  /**
   * Source rows claim target keys, change them, give them up. Their contributions come over
   * partitions that are ahead or behind, at times a second time from some place on, as another
   * SELECT gives them. In the end each target key has the row of the source row that claims it
   * last; on the way a row stands that its source row has not taken back.
   */
  @Test
  void shouldEndWithTheSelectWhateverTheOrder() {
    assertThat(Randomly.firstProblem(RUNS, random -> problem(random, Optional.empty()))).isEmpty();
  }

  @ParameterizedTest
  @EnumSource
  void shouldNoticeThatThisArbiterIsWrong(Wrong wrong) {
    assertThat(Randomly.firstProblem(RUNS, random -> problem(random, Optional.of(wrong))))
        .isPresent();
  }

  /** What a target key is told by a source row. */
  private record Told(int target, Contribution<String> contribution) {}

  private static Optional<String> problem(Random random, Optional<Wrong> wrong) {
    List<Key> sources = List.of(A, B, C, key("d"));
    // Per source row, in order: it lies in one partition.
    Map<Key, Deque<Told>> told = new HashMap<>();
    Map<Key, Integer> claimed = new HashMap<>();
    Map<Integer, Map<Long, String>> wanted = new HashMap<>();
    Map<Key, Long> since = new HashMap<>();
    sources.forEach(source -> told.put(source, new ArrayDeque<>()));
    long most = 1L + random.nextInt(14);
    for (long sequence = 1; sequence <= most; sequence++) {
      Key source = Randomly.oneOf(random, sources);
      int target = random.nextInt(3);
      Integer before = claimed.remove(source);
      Long former = since.remove(source);
      if (before != null) {
        wanted.get(before).remove(former);
      }
      boolean gone = random.nextInt(4) == 0;
      if (before != null && (gone || before != target)) {
        told.get(source).add(new Told(before, Contribution.retraction(source, sequence)));
      }
      if (!gone) {
        String row = source + "@" + sequence;
        told.get(source).add(new Told(target, Contribution.claim(source, sequence, row)));
        claimed.put(source, target);
        since.put(source, sequence);
        wanted.computeIfAbsent(target, t -> new TreeMap<>()).put(sequence, row);
      }
    }
    return compare(arrivals(random, told), wanted, wrong);
  }

  /**
   * In any order between source rows, each in its own; then at times again from some place on, with
   * other rows.
   */
  private static List<Told> arrivals(Random random, Map<Key, Deque<Told>> told) {
    List<Told> arrivals = new ArrayList<>();
    boolean again = random.nextBoolean();
    arrivals.addAll(shuffled(random, told, again, false));
    if (again) {
      arrivals.addAll(shuffled(random, told, false, true));
    }
    return arrivals;
  }

  private static List<Told> shuffled(
      Random random, Map<Key, Deque<Told>> told, boolean stale, boolean partly) {
    Map<Key, List<Told>> left = new HashMap<>();
    List<Key> order = new ArrayList<>();
    told.forEach(
        (source, list) -> {
          List<Told> all = new ArrayList<>(list);
          // A replay begins where some record begins, not between what one record says.
          int from = partly && !all.isEmpty() ? random.nextInt(all.size()) : 0;
          while (from > 0
              && all.get(from).contribution().sequence()
                  == all.get(from - 1).contribution().sequence()) {
            from--;
          }
          List<Told> rest = all.subList(from, all.size());
          left.put(source, rest.stream().map(t -> stale ? stale(t) : t).toList());
          rest.forEach(t -> order.add(source));
        });
    Collections.shuffle(order, random);
    Map<Key, Integer> next = new HashMap<>();
    List<Told> arrivals = new ArrayList<>();
    for (Key source : order) {
      arrivals.add(left.get(source).get(next.merge(source, 1, Integer::sum) - 1));
    }
    return arrivals;
  }

  private static Told stale(Told told) {
    Contribution<String> said = told.contribution();
    return new Told(
        told.target(),
        new Contribution<>(said.source(), said.sequence(), said.row().map(row -> "stale " + row)));
  }

  private static Optional<String> compare(
      List<Told> arrivals, Map<Integer, Map<Long, String>> wanted, Optional<Wrong> wrong) {
    for (int target = 0; target < 3; target++) {
      int which = target;
      List<Contribution<String>> here =
          arrivals.stream().filter(t -> t.target() == which).map(Told::contribution).toList();
      Map<Long, String> claims = wanted.getOrDefault(target, Map.of());
      String last = claims.isEmpty() ? null : claims.get(Collections.max(claims.keySet()));
      String row = wrong.isPresent() ? wrongly(here, wrong.get()) : rightly(here);
      if (!Objects.equals(last, row)) {
        return Optional.of("wanted " + last + ", has " + row + " after " + here);
      }
    }
    return Optional.empty();
  }

  private static String rightly(List<Contribution<String>> here) {
    Arbiter<String> arbiter = Arbiter.none();
    for (Contribution<String> contribution : here) {
      // Each state is written and read back.
      arbiter = Arbiter.of(arbiter.claims()).with(contribution);
      assertThat(arbiter.owner().filter(owner -> !owner.claims())).isEmpty();
    }
    return arbiter.owner().flatMap(Contribution::row).orElse(null);
  }

  private static String wrongly(List<Contribution<String>> here, Wrong wrong) {
    Contribution<String> latest = null;
    Map<Key, Contribution<String>> kept = new HashMap<>();
    for (Contribution<String> c : here) {
      switch (wrong) {
        case LAST_TO_COME:
          latest = c;
          break;
        case ANY_DELETE_REMOVES:
          latest =
              !c.claims() ? null : latest == null || c.sequence() > latest.sequence() ? c : latest;
          break;
        case ONLY_THE_LATEST_IS_KEPT:
          latest = latest == null || c.sequence() >= latest.sequence() ? c : latest;
          break;
        default:
          kept.merge(c.source(), c, (mine, it) -> it.sequence() > mine.sequence() ? it : mine);
          latest =
              kept.values().stream()
                  .filter(Contribution::claims)
                  .max((x, y) -> Long.compare(x.sequence(), y.sequence()))
                  .orElse(null);
      }
    }
    return latest == null ? null : latest.row().orElse(null);
  }

  private static Key key(String name) {
    return new Key(new TableId("public", "t"), name.getBytes(StandardCharsets.UTF_8));
  }
}
