package io.crossfade.core.target;

import io.crossfade.core.table.Key;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * Who has the row of one target key (I7), where the SELECT changes the key, so that several source
 * rows can claim one target key one after the other. Their records come over several partitions and
 * so in any order; the publisher's sequence says which order was meant.
 *
 * <p>Of each source row the contribution with the greatest sequence counts. The owner is the claim
 * with the greatest sequence among those.
 *
 * <p><em>Why a late delete by a former owner does no harm.</em> It replaces the former owner's own
 * contribution and no other.
 *
 * <p><em>Why neither order nor repetition matters.</em> The state is a map from source row to the
 * greatest contribution of it, and to add a contribution is to merge two such maps, source row by
 * source row, by the maximum. The maximum is commutative, associative and idempotent, so the state
 * depends on the set of contributions only: neither on the order in which they came, nor on how
 * often, nor on whether they were collected in one place or in two that were merged.
 *
 * <p><em>Why the end is the SELECT.</em> When all records have come, the contribution with the
 * greatest sequence of a source row is what the row says now: a claim of its present target key,
 * and a retraction at each key that it claimed before. So the claims that are left at a target key
 * are those of the source rows that the SELECT gives this key. Where the key is unique in the
 * SELECT there is at most one. Where it is not, the latest stands, the others are there to be
 * reported ({@link #others}), and when the latest goes the one before it comes back.
 *
 * <p>Immutable. Holds one entry for each source row that claims the key, and for each that has
 * claimed it until {@link #forget}.
 *
 * @param <R> the target row
 */
public final class Arbiter<R> {

  private static final Comparator<Key> BY_KEY =
      Comparator.comparing(Key::table)
          .thenComparing((a, b) -> Arrays.compareUnsigned(a.bytes(), b.bytes()));

  private final TreeMap<Key, Contribution<R>> latest;

  private Arbiter(TreeMap<Key, Contribution<R>> latest) {
    this.latest = latest;
  }

  /** Nobody has contributed. */
  public static <R> Arbiter<R> none() {
    return new Arbiter<>(new TreeMap<>(BY_KEY));
  }

  /** The state that these contributions lead to, for instance those of {@link #contributions}. */
  public static <R> Arbiter<R> of(Collection<Contribution<R>> contributions) {
    Arbiter<R> arbiter = none();
    contributions.forEach(contribution -> put(arbiter.latest, contribution));
    return arbiter;
  }

  /** The state after one more contribution. */
  public Arbiter<R> with(Contribution<R> contribution) {
    TreeMap<Key, Contribution<R>> after = new TreeMap<>(latest);
    put(after, contribution);
    return new Arbiter<>(after);
  }

  /** The state after the contributions of both. */
  public Arbiter<R> merge(Arbiter<R> other) {
    TreeMap<Key, Contribution<R>> after = new TreeMap<>(latest);
    other.latest.values().forEach(contribution -> put(after, contribution));
    return new Arbiter<>(after);
  }

  /**
   * The state without retractions up to this sequence. Allowed when no contribution up to it can
   * come any more, neither late nor again: a claim that comes after its retraction was forgotten
   * would stand. Where the contributions of each source row come in order and each once, as in a
   * topology with exactly-once processing, that holds for every retraction at once.
   */
  public Arbiter<R> forget(long sequence) {
    TreeMap<Key, Contribution<R>> after = new TreeMap<>(latest);
    after.values().removeIf(c -> !c.claims() && c.sequence() <= sequence);
    return new Arbiter<>(after);
  }

  /** Whose row stands; empty where nobody claims the key. */
  public Optional<Contribution<R>> owner() {
    return claims().findFirst();
  }

  /** Claims that do not stand because a later one does, the latest first. */
  public List<Contribution<R>> others() {
    return claims().skip(1).toList();
  }

  /** All that has to be kept, in the order of their source rows. */
  public List<Contribution<R>> contributions() {
    return new ArrayList<>(latest.values());
  }

  /** Whether there is nothing to keep. */
  public boolean isEmpty() {
    return latest.isEmpty();
  }

  /** What the target's row has to become when this state follows on another. */
  public Effect<R> effectAfter(Arbiter<R> before) {
    Optional<Contribution<R>> now = owner();
    if (now.equals(before.owner())) {
      return new Effect.None<>();
    }
    return now.<Effect<R>>map(owner -> new Effect.Write<>(owner.row().orElseThrow()))
        .orElseGet(Effect.Delete::new);
  }

  /**
   * What happens to the target's row.
   *
   * @param <R> the target row
   */
  public sealed interface Effect<R> {

    /**
     * Nothing.
     *
     * @param <R> the target row
     */
    record None<R>() implements Effect<R> {}

    /**
     * The row is written, whether there is one or not.
     *
     * @param row the row
     * @param <R> the target row
     */
    record Write<R>(R row) implements Effect<R> {}

    /**
     * The row is deleted.
     *
     * @param <R> the target row
     */
    record Delete<R>() implements Effect<R> {}
  }

  private Stream<Contribution<R>> claims() {
    // Two source rows have different sequences; were they equal, any fixed order would do.
    return latest.values().stream()
        .filter(Contribution::claims)
        .sorted(Comparator.<Contribution<R>>comparingLong(Contribution::sequence).reversed());
  }

  private static <R> void put(TreeMap<Key, Contribution<R>> latest, Contribution<R> contribution) {
    latest.merge(contribution.source(), contribution, Arbiter::greater);
  }

  /**
   * Of the same record a claim counts more than a retraction, so that the order does not matter.
   */
  private static <R> Contribution<R> greater(Contribution<R> a, Contribution<R> b) {
    if (a.sequence() != b.sequence()) {
      return a.sequence() > b.sequence() ? a : b;
    }
    return a.claims() || !b.claims() ? a : b;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Arbiter<?> arbiter && contributions().equals(arbiter.contributions());
  }

  @Override
  public int hashCode() {
    return contributions().hashCode();
  }

  @Override
  public String toString() {
    return contributions().toString();
  }
}
