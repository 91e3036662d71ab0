package io.crossfade.postgres.source;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/** Makes rows that fail fewer and emptier, as long as they fail. */
final class Shrink {

  private Shrink() {}

  /** The rows that are left, with null for each value that is not needed for the failure. */
  static List<List<String>> rows(List<List<String>> rows, Predicate<List<List<String>>> fails) {
    List<List<String>> fewer = without(rows, fails);
    for (int r = 0; r < fewer.size(); r++) {
      fewer = emptier(fewer, r, fails);
    }
    return fewer;
  }

  /** Leaves parts out: halves first, single rows last. */
  private static List<List<String>> without(
      List<List<String>> rows, Predicate<List<List<String>>> fails) {
    List<List<String>> left = rows;
    for (int size = (rows.size() + 1) / 2; size >= 1; size = size == 1 ? 0 : (size + 1) / 2) {
      for (int from = 0; from < left.size() && left.size() > 1; ) {
        List<List<String>> tried = new ArrayList<>(left);
        tried.subList(from, Math.min(from + size, left.size())).clear();
        if (!tried.isEmpty() && fails.test(tried)) {
          left = tried;
        } else {
          from += size;
        }
      }
    }
    return left;
  }

  private static List<List<String>> emptier(
      List<List<String>> rows, int index, Predicate<List<List<String>>> fails) {
    List<List<String>> left = rows;
    int width = rows.get(index).size();
    for (int size = (width + 1) / 2; size >= 1; size = size == 1 ? 0 : (size + 1) / 2) {
      for (int from = 0; from < width; from += size) {
        List<String> row = new ArrayList<>(left.get(index));
        List<String> part = row.subList(from, Math.min(from + size, width));
        if (part.stream().allMatch(v -> v == null)) {
          continue;
        }
        part.replaceAll(v -> null);
        List<List<String>> tried = new ArrayList<>(left);
        tried.set(index, row);
        if (fails.test(tried)) {
          left = tried;
        }
      }
    }
    return left;
  }
}
