package io.crossfade.verify;

import io.crossfade.core.table.Row;
import io.crossfade.core.table.TableId;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.BiConsumer;
import java.util.function.Supplier;

/** A job that has nothing to do: both databases are as the test left them. */
final class StandingJob implements FollowingJob {

  private final Optional<String> stopped;
  private final Supplier<Turn> turn;

  /** One that lets comparisons read. */
  StandingJob() {
    this(Optional.empty());
  }

  /**
   * One that may not.
   *
   * @param stopped why nothing may be read
   */
  StandingJob(Optional<String> stopped) {
    this(stopped, () -> Turn.FORWARD);
  }

  /** One of which a test says who takes writes. */
  StandingJob(Supplier<Turn> turn) {
    this(Optional.empty(), turn);
  }

  private StandingJob(Optional<String> stopped, Supplier<Turn> turn) {
    this.stopped = stopped;
    this.turn = turn;
  }

  @Override
  public Turn turn() {
    return turn.get();
  }

  @Override
  public Optional<String> notYet(TableId into) {
    return Optional.empty();
  }

  @Override
  public String line() {
    return "";
  }

  @Override
  public boolean settled(String line) {
    return true;
  }

  @Override
  public void awaitBarrier(Duration patience) {}

  @Override
  public void history(TableId into, BiConsumer<Row, Row> sink) {}

  @Override
  public OptionalLong rowsPerSecond() {
    return OptionalLong.empty();
  }

  @Override
  public Optional<String> stopped() {
    return stopped;
  }
}
