package io.crossfade.server;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/**
 * How a migration stands at one moment. Its components are the fields of {@code status -o json};
 * what is empty here is null there.
 *
 * @param migration its name
 * @param phase one of the phases of a migration, in capitals, for instance {@code BACKFILLING}
 * @param paused whether somebody has paused the backfill
 * @param maxRowsPerSecond how fast the backfill may go; empty: as fast as it can
 * @param blockedBy why nothing is applied; empty while it goes on
 * @param waitingFor what it waits for right now, for instance {@code transaction 1234 on the source
 *     (pid 99)}; this ends by itself, {@code blockedBy} does not
 * @param next what to do next, as a sentence with the command
 * @param tables one for each mapping, in the spec's order
 * @param lag how far behind
 * @param position where capture stands in the source's log, as the source writes it; for people
 * @param serving who serves reads and writes, for instance {@code reads OLD, writes OLD}
 * @param deadRows rows that the target refused and that nobody has skipped: those that the others
 *     have gone past, and one that stops the line
 * @param parkedRows rows that wait in the target because another row is in their way
 * @param warnings what somebody should look at though the line goes on, each a sentence or two
 * @param upSeconds since this job was started
 * @param resumed how often the migration was taken up again after its first start
 * @param group the consumer group that applies
 * @param slot the replication slot on the source
 */
@JsonInclude(JsonInclude.Include.ALWAYS)
public record Status(
    String migration,
    String phase,
    boolean paused,
    OptionalLong maxRowsPerSecond,
    Optional<Block> blockedBy,
    Optional<String> waitingFor,
    String next,
    List<Table> tables,
    Lag lag,
    Optional<String> position,
    String serving,
    long deadRows,
    long parkedRows,
    List<String> warnings,
    long upSeconds,
    int resumed,
    String group,
    String slot) {

  public Status {
    Objects.requireNonNull(migration, "migration");
    Objects.requireNonNull(phase, "phase");
    Objects.requireNonNull(maxRowsPerSecond, "maxRowsPerSecond");
    Objects.requireNonNull(blockedBy, "blockedBy");
    Objects.requireNonNull(waitingFor, "waitingFor");
    Objects.requireNonNull(next, "next");
    tables = List.copyOf(tables);
    Objects.requireNonNull(lag, "lag");
    Objects.requireNonNull(position, "position");
    Objects.requireNonNull(serving, "serving");
    Objects.requireNonNull(group, "group");
    Objects.requireNonNull(slot, "slot");
    notNegative("deadRows", deadRows);
    notNegative("parkedRows", parkedRows);
    warnings = List.copyOf(warnings);
    notNegative("upSeconds", upSeconds);
    notNegative("resumed", resumed);
  }

  /**
   * Why the line stands still.
   *
   * @param reason what happened, without a full stop
   * @param next the command that goes on from here
   */
  public record Block(String reason, String next) {
    public Block {
      Objects.requireNonNull(reason, "reason");
      Objects.requireNonNull(next, "next");
    }
  }

  /**
   * One mapping.
   *
   * @param into the new table
   * @param phase for instance {@code waiting}, {@code copying}, {@code live}
   * @param rowsRead by the backfill so far
   * @param rowsEstimated how many there are, as the source's statistics guess
   * @param chunksDone chunks whose rows are in Kafka
   * @param chunksTotal chunks that there are; empty until they are planned
   * @param rowsPerSecond lately: read while it is copied, applied after
   * @param etaSeconds until it is copied, estimated
   * @param verified the last comparison; empty where there was none
   * @param loss what a rollback would lose of what was written to it since the cutover, as a
   *     sentence; empty where that is nothing, and where the old tables take writes
   */
  public record Table(
      String into,
      String phase,
      long rowsRead,
      OptionalLong rowsEstimated,
      long chunksDone,
      OptionalLong chunksTotal,
      double rowsPerSecond,
      OptionalLong etaSeconds,
      Optional<Verified> verified,
      Optional<String> loss) {

    public Table {
      Objects.requireNonNull(into, "into");
      Objects.requireNonNull(phase, "phase");
      Objects.requireNonNull(rowsEstimated, "rowsEstimated");
      Objects.requireNonNull(chunksTotal, "chunksTotal");
      Objects.requireNonNull(etaSeconds, "etaSeconds");
      Objects.requireNonNull(verified, "verified");
      Objects.requireNonNull(loss, "loss");
      notNegative("rowsRead", rowsRead);
      notNegative("chunksDone", chunksDone);
      if (!(rowsPerSecond >= 0) || Double.isInfinite(rowsPerSecond)) {
        throw new IllegalArgumentException("rowsPerSecond: " + rowsPerSecond);
      }
    }

    /** Whether all its chunks are done; false while nobody knows how many there are. */
    boolean copied() {
      return chunksTotal.isPresent() && chunksDone >= chunksTotal.getAsLong();
    }
  }

  /**
   * The last comparison of a table.
   *
   * @param result for instance {@code equal}
   * @param secondsAgo since it ended
   * @param equalSecondsAgo since the last one ended that found it equal; empty: none did
   * @param equalUpTo where the source's log stood when that one began: all that was committed
   *     before is in the new table. Of a comparison after a cutover: where the target's log stood
   * @param loss what a rollback would lose by it, as a sentence; empty where the old tables take
   *     writes, or where it was made before the cutover
   */
  public record Verified(
      String result,
      long secondsAgo,
      OptionalLong equalSecondsAgo,
      Optional<String> equalUpTo,
      Optional<String> loss) {
    public Verified {
      Objects.requireNonNull(result, "result");
      notNegative("secondsAgo", secondsAgo);
      Objects.requireNonNull(equalSecondsAgo, "equalSecondsAgo");
      Objects.requireNonNull(equalUpTo, "equalUpTo");
      Objects.requireNonNull(loss, "loss");
    }

    /** One of which no more is known. */
    public Verified(String result, long secondsAgo) {
      this(result, secondsAgo, OptionalLong.empty(), Optional.empty(), Optional.empty());
    }
  }

  /**
   * How far behind. Empty is: not known (yet).
   *
   * @param captureSeconds age of the last change that capture has published
   * @param applyRecords records that the group has not committed
   * @param applySeconds age of the oldest of them
   * @param sourceBytes of the source's log, held back by the slot
   * @param sourceBytesLimit at which the source drops the slot; empty: no limit
   */
  public record Lag(
      OptionalDouble captureSeconds,
      OptionalLong applyRecords,
      OptionalDouble applySeconds,
      OptionalLong sourceBytes,
      OptionalLong sourceBytesLimit) {

    /** Nothing is known yet. */
    public static final Lag UNKNOWN =
        new Lag(
            OptionalDouble.empty(),
            OptionalLong.empty(),
            OptionalDouble.empty(),
            OptionalLong.empty(),
            OptionalLong.empty());

    public Lag {
      Objects.requireNonNull(captureSeconds, "captureSeconds");
      Objects.requireNonNull(applyRecords, "applyRecords");
      Objects.requireNonNull(applySeconds, "applySeconds");
      Objects.requireNonNull(sourceBytes, "sourceBytes");
      Objects.requireNonNull(sourceBytesLimit, "sourceBytesLimit");
    }
  }

  private static void notNegative(String name, long value) {
    if (value < 0) {
      throw new IllegalArgumentException(name + ": " + value);
    }
  }
}
