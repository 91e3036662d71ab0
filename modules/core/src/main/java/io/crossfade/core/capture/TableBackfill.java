package io.crossfade.core.capture;

import io.crossfade.core.source.Extent;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What of a table has been copied, what is being read and what is left. Chunks may end out of
 * order; what is done is kept as runs of places, so it stays small. Not safe for use by several
 * threads.
 */
public final class TableBackfill {

  /**
   * A chunk to read.
   *
   * @param extent number of the extent
   * @param from first place
   * @param to the place behind the last
   */
  public record Chunk(int extent, long from, long to) {}

  /**
   * A run of places that is done.
   *
   * @param extent number of the extent
   * @param from first place
   * @param to the place behind the last
   */
  public record Done(int extent, long from, long to) {}

  /**
   * What has to survive a restart.
   *
   * @param extents what the chunks are cut from
   * @param done runs that are done
   * @param rows how many rows were published so far
   * @param chunks how many chunks were
   * @param attempt 0 for the first copy of the table, more after its rows were moved
   */
  public record State(List<Extent> extents, List<Done> done, long rows, long chunks, int attempt) {

    public State {
      extents = List.copyOf(extents);
      done = List.copyOf(done);
    }

    /** Nothing is done. */
    public static State start(List<Extent> extents, int attempt) {
      return new State(extents, List.of(), 0, 0, attempt);
    }
  }

  private final List<Extent> extents;
  private final int attempt;

  /**
   * Per extent: runs of places that are not done and not being read, first place to the place
   * behind the last.
   */
  private final List<TreeMap<Long, Long>> open = new ArrayList<>();

  private final List<TreeMap<Long, Long>> done = new ArrayList<>();
  private long rows;
  private long chunks;
  private long placesDone;

  public TableBackfill(State state) {
    this.extents = state.extents();
    this.attempt = state.attempt();
    this.rows = state.rows();
    this.chunks = state.chunks();
    for (Extent extent : extents) {
      done.add(new TreeMap<>());
      open.add(new TreeMap<>());
      add(open.get(open.size() - 1), 0, extent.size());
    }
    for (Done run : state.done()) {
      remove(open.get(run.extent()), run.from(), run.to());
      add(done.get(run.extent()), run.from(), run.to());
      placesDone += run.to() - run.from();
    }
  }

  /** The extent that a chunk is of. */
  public Extent extent(Chunk chunk) {
    return extents.get(chunk.extent());
  }

  /** How often the copy was begun again because rows had been moved. */
  public int attempt() {
    return attempt;
  }

  /** Hands out the next chunk of at most so many places; empty when nothing is left to hand out. */
  public Optional<Chunk> next(long places) {
    for (int i = 0; i < extents.size(); i++) {
      Map.Entry<Long, Long> run = open.get(i).firstEntry();
      if (run != null) {
        long to = Math.min(run.getValue(), run.getKey() + places);
        remove(open.get(i), run.getKey(), to);
        return Optional.of(new Chunk(i, run.getKey(), to));
      }
    }
    return Optional.empty();
  }

  /** The chunk will be published up to {@code end}; the rest of it is to be read later. */
  public Chunk cut(Chunk chunk, long end) {
    if (end <= chunk.from() || end > chunk.to()) {
      throw new IllegalArgumentException("end " + end + " of " + chunk);
    }
    add(open.get(chunk.extent()), end, chunk.to());
    return new Chunk(chunk.extent(), chunk.from(), end);
  }

  /** The chunk will not be published: it is to be read again. */
  public void giveBack(Chunk chunk) {
    add(open.get(chunk.extent()), chunk.from(), chunk.to());
  }

  /** The chunk is published with so many rows. */
  public void done(Chunk chunk, long published) {
    add(done.get(chunk.extent()), chunk.from(), chunk.to());
    placesDone += chunk.to() - chunk.from();
    rows += published;
    chunks++;
  }

  /** Whether all is published. */
  public boolean complete() {
    return placesDone == places();
  }

  /** How many places all extents have. */
  public long places() {
    return extents.stream().mapToLong(Extent::size).sum();
  }

  /** How many places are published. */
  public long placesDone() {
    return placesDone;
  }

  /** How many rows are published. */
  public long rows() {
    return rows;
  }

  /** How many chunks are published. */
  public long chunks() {
    return chunks;
  }

  /** How many rows the source's statistics expect in all. */
  public long rowsEstimated() {
    return extents.stream().mapToLong(Extent::rowsEstimated).sum();
  }

  /** What has to be written beside the chunks that are done. */
  public State state() {
    List<Done> runs = new ArrayList<>();
    for (int i = 0; i < done.size(); i++) {
      for (Map.Entry<Long, Long> run : done.get(i).entrySet()) {
        runs.add(new Done(i, run.getKey(), run.getValue()));
      }
    }
    return new State(extents, runs, rows, chunks, attempt);
  }

  private static void add(TreeMap<Long, Long> runs, long from, long to) {
    if (from == to) {
      return;
    }
    Map.Entry<Long, Long> before = runs.lowerEntry(from + 1);
    long first = before != null && before.getValue() == from ? before.getKey() : from;
    Long lastOfNext = runs.remove(to);
    runs.put(first, lastOfNext != null ? lastOfNext : to);
  }

  private static void remove(TreeMap<Long, Long> runs, long from, long to) {
    Map.Entry<Long, Long> run = runs.floorEntry(from);
    if (run == null || run.getValue() < to) {
      throw new IllegalStateException("places " + from + " to " + to + " are not open: " + runs);
    }
    runs.remove(run.getKey());
    add(runs, run.getKey(), from);
    add(runs, to, run.getValue());
  }
}
