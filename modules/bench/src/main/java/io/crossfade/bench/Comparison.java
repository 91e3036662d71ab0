package io.crossfade.bench;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** A peer's times next to ours, in turn, and the ratio below which the core would be too slow. */
final class Comparison {

  private final PrintWriter out;
  private final String what;
  private final String peer;
  private final double floor;
  private final long rows;
  private final List<Double> theirs = new ArrayList<>();
  private final List<Double> ours = new ArrayList<>();

  /**
   * A comparison without measurements yet.
   *
   * @param out gets a line for each measurement
   * @param what is measured
   * @param peer who does the same
   * @param floor the least ratio that will do
   * @param rows moved each time
   */
  Comparison(PrintWriter out, String what, String peer, double floor, long rows) {
    this.out = out;
    this.what = what;
    this.peer = peer;
    this.floor = floor;
    this.rows = rows;
  }

  void theirs(Measured measured) {
    theirs.add(measured.seconds());
    print(peer, measured);
  }

  void ours(Measured measured) {
    ours.add(measured.seconds());
    print("Crossfade", measured);
  }

  private void print(String who, Measured measured) {
    out.printf(
        Locale.ROOT,
        "%-9s %-20s %7.2f s %,10.0f rows/s %7.2f s of CPU   others used %2.0f %% of the machine%n",
        what,
        who,
        measured.seconds(),
        rows / measured.seconds(),
        measured.cpu(),
        measured.others() * 100);
    out.flush();
  }

  boolean isHeld() {
    return ratio() >= floor;
  }

  /** How fast we are where the peer is 1: the ratio of the medians. */
  double ratio() {
    return median(theirs) / median(ours);
  }

  @Override
  public String toString() {
    return String.format(
        Locale.ROOT,
        "%-9s %s %.2f s, Crossfade %.2f s: %.2f × %s (floor %.2f ×): %s",
        what,
        peer,
        median(theirs),
        median(ours),
        ratio(),
        peer,
        floor,
        isHeld() ? "held" : "MISSED");
  }

  static double median(List<Double> values) {
    double[] sorted = values.stream().mapToDouble(Double::doubleValue).sorted().toArray();
    int middle = sorted.length / 2;
    return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  }
}
