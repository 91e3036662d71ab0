package io.crossfade.verify;

import io.crossfade.core.table.Row;
import io.crossfade.core.verify.Digest;
import io.crossfade.core.verify.KeyRange;
import io.crossfade.core.verify.KeyedHash;
import io.crossfade.core.verify.ReadFailedException;
import io.crossfade.core.verify.RelationReader;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * The first look at a range: which keys are suspects. Both databases sum up the hashes of their
 * rows by buckets of the key; of buckets that differ the rows are listed by key and hash. So what
 * is equal costs one read on each side and next to no traffic, and memory is bounded by the rows of
 * a group of buckets, whatever their size.
 *
 * <p>A suspect too many is no harm, {@link SecondLook} sees to it. None is too few: rows of one key
 * whose texts are equal are equal, and if their texts differ so do the hashes (but for a chance of
 * one in 2^128), of their bucket and then of themselves.
 */
final class RangeComparison {

  /** Rows listed at once, on each side. */
  private static final long LISTED = 200_000;

  /**
   * What was seen.
   *
   * @param expected rows of the SELECT
   * @param actual rows of the table
   * @param suspects keys whose rows were not the same at that moment
   */
  record Seen(long expected, long actual, List<Row> suspects) {

    /** As it is where the table's rows are those that are expected. */
    Seen exchanged() {
      return new Seen(actual, expected, suspects);
    }
  }

  private RangeComparison() {}

  static Seen compare(
      RelationReader expected,
      RelationReader actual,
      RowComparison comparison,
      KeyRange range,
      int buckets) {
    Map<Integer, Digest> left = expected.digests(range, buckets);
    Map<Integer, Digest> right = actual.digests(range, buckets);
    List<Row> suspects = new ArrayList<>();
    for (Set<Integer> group : groups(left, right)) {
      suspects.addAll(differing(expected, actual, comparison, range, buckets, group));
    }
    return new Seen(rows(left), rows(right), suspects);
  }

  private static long rows(Map<Integer, Digest> digests) {
    return digests.values().stream().mapToLong(Digest::rows).sum();
  }

  private static List<Set<Integer>> groups(Map<Integer, Digest> left, Map<Integer, Digest> right) {
    Set<Integer> all = new TreeSet<>(left.keySet());
    all.addAll(right.keySet());
    List<Set<Integer>> groups = new ArrayList<>();
    long rows = LISTED;
    for (int bucket : all) {
      Digest one = left.getOrDefault(bucket, Digest.NONE);
      Digest other = right.getOrDefault(bucket, Digest.NONE);
      if (one.equals(other)) {
        continue;
      }
      rows += Math.max(one.rows(), other.rows());
      if (rows > LISTED) {
        groups.add(new HashSet<>());
        rows = Math.max(one.rows(), other.rows());
      }
      groups.get(groups.size() - 1).add(bucket);
    }
    return groups;
  }

  private static Set<Row> differing(
      RelationReader expected,
      RelationReader actual,
      RowComparison comparison,
      KeyRange range,
      int buckets,
      Set<Integer> group) {
    Map<Row, long[]> open = new HashMap<>();
    expected.hashes(
        range,
        buckets,
        group,
        hash -> {
          if (open.put(comparison.key(hash.key()), hashes(hash)) != null) {
            throw new ReadFailedException(
                "two rows with the key " + hash.key() + " come of the old rows", false, null);
          }
        });
    Set<Row> differing = new HashSet<>();
    actual.hashes(
        range,
        buckets,
        group,
        hash -> {
          Row key = comparison.key(hash.key());
          long[] other = open.remove(key);
          if (other == null || other[0] != hash.first() || other[1] != hash.second()) {
            differing.add(key);
          }
        });
    differing.addAll(open.keySet());
    return differing;
  }

  private static long[] hashes(KeyedHash hash) {
    return new long[] {hash.first(), hash.second()};
  }
}
