package io.crossfade.cli.job;

import io.crossfade.core.phase.Phase;
import io.crossfade.core.serving.Serving;
import io.crossfade.core.serving.Side;
import io.crossfade.core.switching.OpenTransaction;
import io.crossfade.core.table.TableId;
import io.crossfade.server.GateNotMet;
import io.crossfade.server.Status;
import io.crossfade.switchover.Gate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/** What has to be so before the new side serves anything, as far as the job's status tells. */
final class Gates {

  /** A row that was written a moment ago is not to be missed for longer. */
  private static final double MOST_LAG_SECONDS = 10;

  private Gates() {}

  /**
   * Those before reads may be marked as served by the new tables; none where those take the writes,
   * so that the old ones are what follows.
   */
  static List<Gate> forReads(Status status) {
    List<Gate> gates = new ArrayList<>();
    if (status.phase().equals(Phase.REVERSED.name())) {
      return gates;
    }
    gates.add(running(status));
    gates.add(
        new Gate(
            "backfill",
            status.phase().equals("FOLLOWING"),
            "phase " + status.phase(),
            "phase FOLLOWING",
            "wait: `crossfade status --watch`"));
    gates.add(lag(status));
    gates.add(rows(status));
    for (Status.Table table : status.tables()) {
      gates.add(verified(table));
    }
    return gates;
  }

  /**
   * Those before a migration that fills columns ends.
   *
   * @param verifiedWithin as of {@link #forCutover}
   */
  static List<Gate> forFilled(Status status, Duration verifiedWithin) {
    return forCutover(status, verifiedWithin);
  }

  /** Columns that are filled in others' rows have no other side that could take writes. */
  static List<Gate> nothingFilled(List<TableId> filled) {
    return filled.isEmpty()
        ? List.of()
        : List.of(
            new Gate(
                "fill",
                false,
                filled.stream().map(TableId::toString).collect(Collectors.joining(", "))
                    + ": columns are filled in rows that others write",
                "tables of the migration's own: there is nothing to switch to",
                "let the application use the columns, then `crossfade complete`; a table that can be"
                    + " switched to needs a migration of its own"));
  }

  private static Gate running(Status status) {
    Optional<Status.Block> block = status.blockedBy();
    return new Gate(
        "running",
        block.isEmpty(),
        block.map(b -> "BLOCKED: " + b.reason()).orElse("not blocked"),
        "not blocked",
        block.map(Status.Block::next).orElse(""));
  }

  private static Gate lag(Status status) {
    double lag = status.lag().applySeconds().orElse(Double.MAX_VALUE);
    return new Gate(
        "lag",
        lag <= MOST_LAG_SECONDS,
        lag == Double.MAX_VALUE ? "unknown" : String.format(Locale.ROOT, "%.1f s", lag),
        String.format(Locale.ROOT, "at most %.0f s", MOST_LAG_SECONDS),
        "wait: `crossfade status --watch`");
  }

  private static Gate rows(Status status) {
    return new Gate(
        "rows",
        status.deadRows() + status.parkedRows() == 0,
        status.deadRows() + " dead, " + status.parkedRows() + " parked",
        "none",
        "`crossfade rows list`");
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
   * Those before writes may move to the new tables.
   *
   * @param verifiedWithin how long ago a table may have been found equal
   */
  static List<Gate> forCutover(Status status, Duration verifiedWithin) {
    List<Gate> gates = forReads(status);
    for (Status.Table table : status.tables()) {
      table
          .verified()
          .filter(verified -> verified.result().equals("equal"))
          .filter(verified -> verified.secondsAgo() > verifiedWithin.toSeconds())
          .ifPresent(
              verified ->
                  gates.add(
                      new Gate(
                          "verified",
                          false,
                          table.into() + " equal, " + verified.secondsAgo() + " s ago",
                          "at most " + verifiedWithin.toSeconds() + " s ago",
                          "`crossfade verify`")));
    }
    return gates;
  }

  /**
   * Those before writes may move back. What that loses stops nobody: it may be urgent, and was
   * accepted before the cutover.
   */
  static List<Gate> forRollback(Status status) {
    List<Gate> gates = new ArrayList<>();
    gates.add(running(status));
    gates.add(lag(status));
    gates.add(rows(status));
    status.tables().forEach(table -> gates.add(loss(table)));
    return gates;
  }

  private static Gate loss(Status.Table table) {
    String compared =
        table
            .verified()
            .flatMap(
                last ->
                    last.loss().map(loss -> loss + ", compared " + last.secondsAgo() + " s ago"))
            .orElse(table.into() + " was not compared since the cutover: `crossfade verify`");
    return Gate.met(
        "loss", table.loss().map(loss -> loss + " by now; " + compared).orElse(compared));
  }

  /**
   * Those before the migration ends.
   *
   * @param next {@link Phase#COMPLETING} or {@link Phase#ABANDONING}
   * @param obstacles what keeps old tables from being put aside
   */
  static List<Gate> forEnd(
      Phase next, Status status, Optional<Serving> serving, List<String> obstacles) {
    List<Gate> gates = new ArrayList<>();
    boolean complete = next == Phase.COMPLETING;
    Side stays = complete ? Side.NEW : Side.OLD;
    Side reads = serving.map(Serving::reads).orElse(Side.OLD);
    gates.add(
        new Gate(
            "reads",
            reads == stays,
            "reads are marked as served by the " + name(reads) + " tables",
            "by the " + name(stays) + " ones, which stay",
            "have them read there, then `crossfade reads " + name(stays) + "`"));
    if (complete) {
      gates.add(running(status));
      gates.add(lag(status));
      gates.add(rows(status));
      gates.add(
          obstacles.isEmpty()
              ? Gate.met("rename", "the old tables can be renamed")
              : new Gate(
                  "rename",
                  false,
                  String.join("; ", obstacles),
                  "old tables that can be renamed to _name_old",
                  "rename or drop what has the name, or grant what is missing"));
    }
    return gates;
  }

  private static String name(Side side) {
    return side.name().toLowerCase(Locale.ROOT);
  }

  /**
   * Nobody is to be in the way of a fence, or of a slot, for long.
   *
   * @param where for people: {@code source} or {@code target}
   * @param older transactions that are older than the limit, the oldest first
   */
  static Gate transactions(String where, List<OpenTransaction> older, Duration limit) {
    return older.isEmpty()
        ? Gate.met(
            "transactions", "none of the " + where + " is older than " + limit.toSeconds() + " s")
        : new Gate(
            "transactions",
            false,
            where + ": " + older.get(0) + (older.size() > 1 ? ", and " + (older.size() - 1) : ""),
            "none that is older than " + limit.toSeconds() + " s",
            "wait, or end it: " + older.get(0).end());
  }

  /** What the database has not proven of the new tables' constraints. */
  static Gate constraints(List<String> unproven) {
    return unproven.isEmpty()
        ? Gate.met("constraints", "all constraints and indexes of the new tables are valid")
        : new Gate(
            "constraints",
            false,
            String.join("; ", unproven),
            "valid ones: applications rely on them from the switch on",
            "execute these statements");
  }

  /**
   * Lets a command go on.
   *
   * @throws GateNotMet where one is not met; it names all that are not
   */
  static void require(List<Gate> gates) {
    String open = Gate.open(gates);
    if (!open.isEmpty()) {
      throw new GateNotMet("nothing was changed, not met:" + open);
    }
  }
}
