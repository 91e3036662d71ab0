package io.crossfade.cli.job;

import io.crossfade.capture.Capture;
import io.crossfade.capture.CaptureStatus;
import io.crossfade.capture.CaptureStatus.TableProgress;
import io.crossfade.capture.Throttle;
import io.crossfade.core.source.SourceDatabase;
import io.crossfade.core.source.SourceException;
import io.crossfade.core.table.Row;
import io.crossfade.core.table.Table;
import io.crossfade.core.table.TableId;
import io.crossfade.core.verify.ReadFailedException;
import io.crossfade.server.Status;
import io.crossfade.verify.FollowingJob;
import io.crossfade.verify.Turn;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.apache.kafka.common.KafkaException;

/**
 * This job, as a comparison sees it: by the flow into the new tables, and after a cutover by that
 * into the old ones.
 */
final class JobFollowing implements FollowingJob {

  private static final Duration POLL = Duration.ofMillis(20);
  private static final Duration BEGINS_AGAIN = Duration.ofSeconds(10);

  /** After a cutover, or a start, until the reverse flow writes. */
  private static final Duration OPENS = Duration.ofSeconds(30);

  private final Migration migration;
  private final SourceDatabase source;
  private final Capture capture;
  private final Barriers barriers;
  private final Throttle throttle;
  private final RawHistory history;
  private final Supplier<Turn> turn;
  private final ReverseFlow reverse;

  JobFollowing(
      Migration migration,
      SourceDatabase source,
      Capture capture,
      Barriers barriers,
      Throttle throttle,
      RawHistory history,
      Supplier<Turn> turn,
      ReverseFlow reverse) {
    this.migration = migration;
    this.source = source;
    this.capture = capture;
    this.barriers = barriers;
    this.throttle = throttle;
    this.history = history;
    this.turn = turn;
    this.reverse = reverse;
  }

  @Override
  public Turn turn() {
    return turn.get();
  }

  @Override
  public Optional<String> notYet(TableId into) throws InterruptedException {
    return turn().reversed() ? wayBackNotYet() : forwardNotYet(into);
  }

  private Optional<String> forwardNotYet(TableId into) throws InterruptedException {
    List<TableProgress> tables = tables();
    if (tables.isEmpty()) {
      return Optional.of(notHere());
    }
    Set<TableId> old =
        migration.into(Set.of(into)).stream()
            .flatMap(table -> table.plan().sources().stream())
            .map(Table::id)
            .collect(Collectors.toSet());
    boolean copied =
        tables.stream().filter(table -> old.contains(table.table())).allMatch(TableProgress::done);
    return copied ? Optional.empty() : Optional.of("its backfill is not done yet");
  }

  private static String notHere() {
    return "this instance does not capture now, so there are no barriers: ask the one that does, or"
        + " later";
  }

  /** While capture begins again it knows of none for a moment. */
  private List<TableProgress> tables() throws InterruptedException {
    long end = System.nanoTime() + BEGINS_AGAIN.toNanos();
    CaptureStatus status = capture.status();
    while (status.tables().isEmpty()
        && status.state() != CaptureStatus.State.STANDBY
        && System.nanoTime() < end) {
      TimeUnit.MILLISECONDS.sleep(POLL.toMillis());
      status = capture.status();
    }
    return status.tables();
  }

  private Optional<String> wayBackNotYet() throws InterruptedException {
    long end = System.nanoTime() + OPENS.toNanos();
    while (reverse.following().isEmpty()) {
      if (capture.status().state() == CaptureStatus.State.STANDBY) {
        return Optional.of(notHere());
      }
      Optional<Status.Block> block = reverse.block();
      if (block.isPresent()) {
        return Optional.of("the way back is BLOCKED: " + block.get().reason());
      }
      if (System.nanoTime() >= end) {
        return Optional.of(notFollowing());
      }
      TimeUnit.MILLISECONDS.sleep(POLL.toMillis());
    }
    return Optional.empty();
  }

  private static String notFollowing() {
    return "the old tables do not follow the new ones just now, so there are no barriers: see"
        + " `crossfade status`, and verify again";
  }

  private ReverseFlow.Following wayBack() {
    return reverse
        .following()
        .orElseThrow(() -> new ReadFailedException(notFollowing(), true, null));
  }

  /** Where the rows that lead are written. */
  private SourceDatabase leader() {
    return turn().reversed() ? wayBack().source() : source;
  }

  @Override
  public String line() {
    return asked(() -> leader().line());
  }

  @Override
  public boolean settled(String line) {
    return asked(() -> leader().settled(line).done());
  }

  private static <T> T asked(Supplier<T> question) {
    try {
      return question.get();
    } catch (SourceException e) {
      throw new ReadFailedException(e.getMessage(), true, e);
    }
  }

  @Override
  public void awaitBarrier(Duration patience) throws InterruptedException {
    Turn now = turn();
    (now.reversed() ? wayBack().barriers() : barriers).await(patience, () -> require(now));
  }

  @Override
  public void history(TableId into, BiConsumer<Row, Row> sink) throws InterruptedException {
    Migration.MappedTable table =
        migration.tables().stream()
            .filter(one -> one.target().id().equals(into))
            .findFirst()
            .orElseThrow();
    try {
      history.read(table, sink);
    } catch (KafkaException e) {
      throw new ReadFailedException("reading the raw topic: " + e.getMessage(), false, e);
    }
  }

  @Override
  public OptionalLong rowsPerSecond() {
    return throttle.rowsPerSecond();
  }

  @Override
  public Optional<String> stopped() {
    return throttle.stopped();
  }
}
