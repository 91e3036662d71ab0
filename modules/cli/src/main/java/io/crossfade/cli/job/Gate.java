package io.crossfade.cli.job;

import io.crossfade.server.GateNotMet;
import io.crossfade.server.Status;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * What has to be so before the new side serves anything.
 *
 * @param name of one word
 * @param met whether it is so
 * @param found what was found, with its figures
 * @param needed what has to be found
 * @param fix what to do about it
 */
record Gate(String name, boolean met, String found, String needed, String fix) {

  /** A row that was written a moment ago is not to be missed for longer. */
  private static final double MOST_LAG_SECONDS = 10;

  /** Those before reads may be marked as served by the new tables. */
  static List<Gate> forReads(Status status) {
    List<Gate> gates = new ArrayList<>();
    Optional<Status.Block> block = status.blockedBy();
    gates.add(
        new Gate(
            "running",
            block.isEmpty(),
            block.map(b -> "BLOCKED: " + b.reason()).orElse("not blocked"),
            "not blocked",
            block.map(Status.Block::next).orElse("")));
    gates.add(
        new Gate(
            "backfill",
            status.phase().equals("FOLLOWING"),
            "phase " + status.phase(),
            "phase FOLLOWING",
            "wait: `crossfade status --watch`"));
    double lag = status.lag().applySeconds().orElse(Double.MAX_VALUE);
    gates.add(
        new Gate(
            "lag",
            lag <= MOST_LAG_SECONDS,
            lag == Double.MAX_VALUE ? "unknown" : String.format(Locale.ROOT, "%.1f s", lag),
            String.format(Locale.ROOT, "at most %.0f s", MOST_LAG_SECONDS),
            "wait: `crossfade status --watch`"));
    gates.add(
        new Gate(
            "rows",
            status.deadRows() + status.parkedRows() == 0,
            status.deadRows() + " dead, " + status.parkedRows() + " parked",
            "none",
            "`crossfade rows list`"));
    for (Status.Table table : status.tables()) {
      gates.add(verified(table));
    }
    return gates;
  }

  private static Gate verified(Status.Table table) {
    String result = table.verified().map(Status.Verified::result).orElse("never compared");
    return new Gate(
        "verified",
        result.equals("equal"),
        table.into() + " " + result,
        "equal",
        result.equals("different")
            ? "`crossfade repair`, or `crossfade verify --keys` to see what differs"
            : "`crossfade verify`");
  }

  /**
   * Lets a command go on.
   *
   * @throws GateNotMet where one is not met; it names all that are not
   */
  static void require(List<Gate> gates) {
    String open =
        gates.stream()
            .filter(gate -> !gate.met())
            .map(
                gate ->
                    "%n  %s: %s; needed: %s. %s"
                        .formatted(gate.name(), gate.found(), gate.needed(), gate.fix()))
            .collect(Collectors.joining());
    if (!open.isEmpty()) {
      throw new GateNotMet("nothing was changed, not met:" + open);
    }
  }
}
