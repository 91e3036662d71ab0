package io.crossfade.core.target;

import io.crossfade.core.table.Key;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Who has the row of one target key (I7), where the SELECT changes the key, so that several source
 * rows can claim one target key one after the other. Their records come over several partitions and
 * so in any order; the publisher's sequence says which order was meant.
 *
 * <p>What a source row has said last is what it claims. The owner is the claim with the greatest
 * sequence.
 *
 * <p><em>Why a late delete by a former owner does no harm.</em> It takes away the former owner's
 * claim and no other.
 *
 * <p><em>Why the end is the SELECT.</em> All that one source row says about one target key comes
 * over one partition, in order, each once: the topology is exactly-once. So when all records have
 * come, a source row's claims are those of its last record: of the target keys that the SELECT
 * gives it now, for it has taken back the others that it had claimed. So the claims that are left
 * at a target key are those of the source rows that the SELECT gives this key. Where the key is
 * unique in the SELECT there is at most one. Where it is not, the latest stands, the others are
 * there to be reported ({@link #others}), and when the latest goes the one before it comes back.
 *
 * <p><em>Why a part of the history may come again,</em> as after a replay: whatever was claimed by
 * a record is taken back by the next one of the same source row that claims something else, also
 * when both come for the second time. So the end is the same.
 *
 * <p>Immutable. Holds one entry for each source row that claims the key.
 *
 * @param <R> the target row
 */
public final class Arbiter<R> {

  private static final Comparator<Key> BY_KEY =
      Comparator.comparing(Key::table)
          .thenComparing((a, b) -> Arrays.compareUnsigned(a.bytes(), b.bytes()));

  private final TreeMap<Key, Contribution<R>> claims;

  private Arbiter(TreeMap<Key, Contribution<R>> claims) {
    this.claims = claims;
  }

  /** Nobody claims the key. */
  public static <R> Arbiter<R> none() {
    return new Arbiter<>(new TreeMap<>(BY_KEY));
  }

  /** The state that these contributions lead to, one after the other. */
  public static <R> Arbiter<R> of(Collection<Contribution<R>> contributions) {
    Arbiter<R> arbiter = none();
    contributions.forEach(contribution -> take(arbiter.claims, contribution));
    return arbiter;
  }

  /** The state after one more contribution. */
  public Arbiter<R> with(Contribution<R> contribution) {
    TreeMap<Key, Contribution<R>> after = new TreeMap<>(claims);
    take(after, contribution);
    return new Arbiter<>(after);
  }

  private static <R> void take(TreeMap<Key, Contribution<R>> claims, Contribution<R> said) {
    if (said.claims()) {
      claims.put(said.source(), said);
    } else {
      claims.remove(said.source());
    }
  }

  /** Whose row stands; empty where nobody claims the key. */
  public Optional<Contribution<R>> owner() {
    // Two records have different sequences. Of one record two mappings may claim the key: then the
    // first by its source's name, as good as any that is always the same.
    return claims.values().stream().max(Comparator.comparingLong(Contribution::sequence));
  }

  /** Claims that do not stand because a later one does. */
  public List<Contribution<R>> others() {
    List<Contribution<R>> others = new ArrayList<>(claims.values());
    owner().ifPresent(others::remove);
    return others;
  }

  /** All that has to be kept, in the order of their source rows. */
  public List<Contribution<R>> claims() {
    return List.copyOf(claims.values());
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Arbiter<?> arbiter && claims.equals(arbiter.claims);
  }

  @Override
  public int hashCode() {
    return claims.hashCode();
  }

  @Override
  public String toString() {
    return claims.values().toString();
  }
}
