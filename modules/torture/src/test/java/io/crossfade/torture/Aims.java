package io.crossfade.torture;

import io.crossfade.core.FaultPoint;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * Which fault point is aimed at next. Over a whole run none is left out: a point that is hard to
 * reach is tried more often, but never keeps the others waiting.
 */
final class Aims {

  private final Random random;
  private final Map<FaultPoint, Integer> tries = new EnumMap<>(FaultPoint.class);
  private final Map<FaultPoint, Integer> hits = new EnumMap<>(FaultPoint.class);

  Aims(Random random) {
    this.random = random;
  }

  /** A job that is to halt at the Nth passage of a point. */
  record Aim(FaultPoint point, int passage) {

    Aim {
      if (passage < 1) {
        throw new IllegalArgumentException("passage must be 1 or more, not " + passage);
      }
    }

    /** As {@code crossfade.fault} has it. */
    @Override
    public String toString() {
      return point.label() + ":" + passage;
    }
  }

  /** The point with the fewest tries and hits; by lot among equals. Counts as a try. */
  FaultPoint next() {
    int fewest = FaultPoint.ofTheFlow().stream().mapToInt(this::weight).min().orElseThrow();
    List<FaultPoint> candidates =
        FaultPoint.ofTheFlow().stream().filter(point -> weight(point) == fewest).toList();
    FaultPoint point = candidates.get(random.nextInt(candidates.size()));
    tries.merge(point, 1, Integer::sum);
    return point;
  }

  private int weight(FaultPoint point) {
    return tries.getOrDefault(point, 0) + hits.getOrDefault(point, 0);
  }

  /** Any point that a job passes without anything being done to the group before. */
  Aim any() {
    List<FaultPoint> points =
        FaultPoint.ofTheFlow().stream().filter(p -> p != FaultPoint.IN_REPLAY).toList();
    return at(points.get(random.nextInt(points.size())));
  }

  /** At a passage that a life of some seconds comes to. */
  Aim at(FaultPoint point) {
    return new Aim(point, 1 + random.nextInt(most(point)));
  }

  private static int most(FaultPoint point) {
    switch (point) {
      // Counted by row.
      case INSIDE_CHUNK:
        return 400;
      case IN_REPLAY:
        return 300;
      case BETWEEN_CHUNK_AND_MARKER:
        return 3;
      case INSIDE_SOURCE_TRANSACTION:
      case AFTER_CLAIM:
        return 2;
      default:
        return 12;
    }
  }

  /** A job has halted there. */
  void hit(FaultPoint point) {
    hits.merge(point, 1, Integer::sum);
  }

  /** Where none has halted yet. */
  List<FaultPoint> missed() {
    return FaultPoint.ofTheFlow().stream()
        .filter(point -> !hits.containsKey(point))
        .sorted(Comparator.naturalOrder())
        .toList();
  }
}
