package io.crossfade.cli.job;

import io.crossfade.capture.Capture;
import io.crossfade.capture.CaptureStatus;
import io.crossfade.capture.CaptureStatus.TableProgress;
import io.crossfade.capture.Throttle;
import io.crossfade.core.serving.Side;
import io.crossfade.core.source.SourceDatabase;
import io.crossfade.core.source.SourceException;
import io.crossfade.core.table.Row;
import io.crossfade.core.table.TableId;
import io.crossfade.core.verify.ReadFailedException;
import io.crossfade.verify.FollowingJob;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.Supplier;
import org.apache.kafka.common.KafkaException;

/** This job, as a comparison sees it. */
final class JobFollowing implements FollowingJob {

  private static final Duration POLL = Duration.ofMillis(20);
  private static final Duration BEGINS_AGAIN = Duration.ofSeconds(10);

  private final Migration migration;
  private final SourceDatabase source;
  private final Capture capture;
  private final Barriers barriers;
  private final Throttle throttle;
  private final RawHistory history;
  private final Supplier<Side> writes;

  /**
   * @param writes which side takes writes
   */
  JobFollowing(
      Migration migration,
      SourceDatabase source,
      Capture capture,
      Barriers barriers,
      Throttle throttle,
      RawHistory history,
      Supplier<Side> writes) {
    this.migration = migration;
    this.source = source;
    this.capture = capture;
    this.barriers = barriers;
    this.throttle = throttle;
    this.history = history;
    this.writes = writes;
  }

  @Override
  public Optional<String> notYet(TableId into) throws InterruptedException {
    if (writes.get() == Side.NEW) {
      return Optional.of(
          "the new tables take writes, and the old ones follow: that direction cannot be compared yet");
    }
    List<TableProgress> tables = tables();
    if (tables.isEmpty()) {
      return Optional.of(
          "this instance does not capture now, so there are no barriers: ask the one that does, or"
              + " later");
    }
    TableId old =
        migration.tables().stream()
            .filter(table -> table.target().id().equals(into))
            .map(table -> table.plan().source().id())
            .findFirst()
            .orElseThrow();
    boolean copied =
        tables.stream().filter(table -> table.table().equals(old)).allMatch(TableProgress::done);
    return copied ? Optional.empty() : Optional.of("its backfill is not done yet");
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

  @Override
  public String line() {
    return asked(source::line);
  }

  @Override
  public boolean settled(String line) {
    return asked(() -> source.settled(line).done());
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
    barriers.await(patience);
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
