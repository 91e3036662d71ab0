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
    Arbiter<String> arbiter =
        Arbiter.<String>none()
            .with(Contribution.claim(A, 1, "a"))
            .with(Contribution.claim(B, 6, "b"));

    Arbiter<String> after = arbiter.with(Contribution.retraction(A, 5));

    assertThat(after.owner()).contains(Contribution.claim(B, 6, "b"));
    assertThat(after.effectAfter(arbiter)).isEqualTo(new Arbiter.Effect.None<>());
  }

  @Test
  void shouldSayWhatTheTargetsRowBecomes() {
    Arbiter<String> none = Arbiter.none();
    Arbiter<String> a = none.with(Contribution.claim(A, 1, "a"));
    Arbiter<String> gone = a.with(Contribution.retraction(A, 2));

    assertThat(a.effectAfter(none)).isEqualTo(new Arbiter.Effect.Write<>("a"));
    assertThat(gone.effectAfter(a)).isEqualTo(new Arbiter.Effect.Delete<>());
    assertThat(gone.isEmpty()).isFalse();
    assertThat(gone.forget(2).isEmpty()).isTrue();
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
        .containsExactly(Contribution.claim(B, 2, "b"), Contribution.claim(A, 1, "a"));
    assertThat(all.with(Contribution.retraction(C, 4)).owner())
        .contains(Contribution.claim(B, 2, "b"));
  }

  @Test
  void shouldNotBringARowBackWhenAnOldClaimComesAgain() {
    Arbiter<String> gone =
        Arbiter.<String>none()
            .with(Contribution.claim(A, 1, "a"))
            .with(Contribution.retraction(A, 2))
            .with(Contribution.claim(A, 1, "a"));

    assertThat(gone.owner()).isEmpty();
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
    /** Retractions are forgotten although claims come again. */
    RETRACTIONS_ARE_NOT_KEPT
  }

  /**
   * Source rows claim target keys, change them, give them up. Their contributions come over
   * partitions that are ahead or behind, some of them again. In the end each target key has the row
   * of the source row that claims it last; on the way a row stands that its source row has not
   * taken back; and no state depends on the order.
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
    return compare(arrivals(random, told), wanted, random, wrong);
  }

  /** In any order between source rows; then at times all of it again, in another order. */
  private static List<Told> arrivals(Random random, Map<Key, Deque<Told>> told) {
    List<Told> arrivals = new ArrayList<>();
    Map<Key, List<Told>> left = new HashMap<>();
    told.forEach((source, list) -> left.put(source, new ArrayList<>(list)));
    for (int round = random.nextInt(2); round < 2; round++) {
      List<Key> order = new ArrayList<>();
      left.forEach((source, list) -> list.forEach(t -> order.add(source)));
      Collections.shuffle(order, random);
      Map<Key, Integer> next = new HashMap<>();
      for (Key source : order) {
        arrivals.add(left.get(source).get(next.merge(source, 1, Integer::sum) - 1));
      }
    }
    return arrivals;
  }

  private static Optional<String> compare(
      List<Told> arrivals,
      Map<Integer, Map<Long, String>> wanted,
      Random random,
      Optional<Wrong> wrong) {
    for (int target = 0; target < 3; target++) {
      int which = target;
      List<Contribution<String>> here =
          arrivals.stream().filter(t -> t.target() == which).map(Told::contribution).toList();
      Map<Long, String> claims = wanted.getOrDefault(target, Map.of());
      String last = claims.isEmpty() ? null : claims.get(Collections.max(claims.keySet()));
      String row = wrong.isPresent() ? wrongly(here, wrong.get()) : rightly(here, random);
      if (!Objects.equals(last, row)) {
        return Optional.of("wanted " + last + ", has " + row + " after " + here);
      }
      for (int n = 0; n < here.size(); n++) {
        List<Contribution<String>> soFar = here.subList(0, n);
        String now =
            wrong.isPresent()
                ? wrongly(soFar, wrong.get())
                : Arbiter.of(soFar).owner().flatMap(Contribution::row).orElse(null);
        if (!Objects.equals(now, standing(soFar))) {
          return Optional.of("has " + now + " and not " + standing(soFar) + " after " + soFar);
        }
      }
    }
    return Optional.empty();
  }

  /**
   * The simple model: a claim stands when its source row has said nothing later, and no later claim
   * stands.
   */
  private static String standing(List<Contribution<String>> soFar) {
    return soFar.stream()
        .filter(Contribution::claims)
        .filter(
            claim ->
                soFar.stream()
                    .noneMatch(
                        other ->
                            other.source().equals(claim.source())
                                && other.sequence() > claim.sequence()))
        .max((x, y) -> Long.compare(x.sequence(), y.sequence()))
        .flatMap(Contribution::row)
        .orElse(null);
  }

  /** The row by the effects one after the other; and no way to collect makes a difference. */
  private static String rightly(List<Contribution<String>> here, Random random) {
    Arbiter<String> arbiter = Arbiter.none();
    String row = null;
    for (Contribution<String> contribution : here) {
      // Each state is written and read back.
      Arbiter<String> after = Arbiter.of(arbiter.contributions()).with(contribution);
      Arbiter.Effect<String> effect = after.effectAfter(arbiter);
      if (effect instanceof Arbiter.Effect.Write<String> write) {
        row = write.row();
      } else if (effect instanceof Arbiter.Effect.Delete<String>) {
        row = null;
      }
      arbiter = after;
    }
    int cut = here.isEmpty() ? 0 : random.nextInt(here.size());
    List<Contribution<String>> shuffled = new ArrayList<>(here);
    Collections.shuffle(shuffled, random);
    assertThat(Arbiter.of(shuffled)).isEqualTo(arbiter);
    assertThat(Arbiter.of(here.subList(cut, here.size())).merge(Arbiter.of(here.subList(0, cut))))
        .isEqualTo(arbiter);
    assertThat(arbiter.merge(arbiter)).isEqualTo(arbiter);
    return row;
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
          latest = latest == null || c.sequence() > latest.sequence() ? c : latest;
          break;
        default:
          Contribution<String> mine = kept.get(c.source());
          if (mine == null || c.sequence() > mine.sequence()) {
            kept.put(c.source(), c);
          }
          kept.values().removeIf(k -> !k.claims());
          latest =
              kept.values().stream()
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
