package io.crossfade.capture;

import io.crossfade.core.source.SourceDatabase.RetainedLog;
import io.crossfade.core.table.TableId;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * Where capture stands.
 *
 * @param state what it does
 * @param detail whom it waits for or why it is blocked, for people; empty where there is nothing to
 *     say
 * @param next what to do when blocked; empty otherwise
 * @param lag how far the log that was read is behind the source
 * @param retainedLog how much log the source keeps for us; empty where it is not known
 * @param position the place in the log that was read last, for people
 * @param changes how many row events were published by this process
 * @param terms how often capture was begun, by whatever process; 0 where it is not known
 * @param tables one for each old table
 */
public record CaptureStatus(
    State state,
    String detail,
    String next,
    Duration lag,
    Optional<RetainedLog> retainedLog,
    String position,
    long changes,
    long terms,
    List<TableProgress> tables) {

  /** What capture does. */
  public enum State {
    /** Another instance captures. */
    STANDBY,
    /** Taking over: fencing, preparing the log. */
    STARTING,
    /** Following the log. */
    FOLLOWING,
    /** Something failed that may pass: it will be tried again. */
    RETRYING,
    /** A person has to decide. */
    BLOCKED,
    /** Ended. */
    CLOSED
  }

  public CaptureStatus {
    Objects.requireNonNull(state, "state");
    Objects.requireNonNull(detail, "detail");
    Objects.requireNonNull(next, "next");
    Objects.requireNonNull(lag, "lag");
    Objects.requireNonNull(retainedLog, "retainedLog");
    Objects.requireNonNull(position, "position");
    tables = List.copyOf(tables);
  }

  /** Whether all tables have been copied. */
  public boolean backfillDone() {
    return !tables.isEmpty() && tables.stream().allMatch(TableProgress::done);
  }

  /**
   * How far the copy of a table is.
   *
   * @param table the old table
   * @param done whether it is complete
   * @param rows published by chunks so far
   * @param rowsEstimated how many the source's statistics expect; 0 when they do not know
   * @param chunks published so far
   * @param placesDone places that are done; only the ratio to {@code places} means something
   * @param places all places
   * @param gaveWay rows of chunks that were not published because a newer change had been
   */
  public record TableProgress(
      TableId table,
      boolean done,
      long rows,
      long rowsEstimated,
      long chunks,
      long placesDone,
      long places,
      long gaveWay) {}
}
