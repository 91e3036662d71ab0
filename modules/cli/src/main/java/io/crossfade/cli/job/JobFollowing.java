package io.crossfade.cli.job;

import io.crossfade.capture.Capture;
import io.crossfade.capture.CaptureStatus;
import io.crossfade.capture.CaptureStatus.TableProgress;
import io.crossfade.capture.Throttle;
import io.crossfade.core.source.SourceDatabase;
import io.crossfade.core.source.SourceException;
import io.crossfade.core.table.Row;
import io.crossfade.core.table.TableId;
import io.crossfade.core.verify.ReadFailedException;
import io.crossfade.transform.Apply;
import io.crossfade.transform.ApplyState;
import io.crossfade.verify.FollowingJob;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.Supplier;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;

/** This job, as a comparison sees it. */
final class JobFollowing implements FollowingJob {

  private static final Duration POLL = Duration.ofMillis(20);
  private static final Duration BEGINS_AGAIN = Duration.ofSeconds(10);

  private final Migration migration;
  private final SourceDatabase source;
  private final Capture capture;
  private final Apply apply;
  private final Throttle throttle;
  private final RawHistory history;

  JobFollowing(
      Migration migration,
      SourceDatabase source,
      Capture capture,
      Apply apply,
      Throttle throttle,
      RawHistory history) {
    this.migration = migration;
    this.source = source;
    this.capture = capture;
    this.apply = apply;
    this.throttle = throttle;
    this.history = history;
  }

  @Override
  public Optional<String> notYet(TableId into) throws InterruptedException {
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
    long end = System.nanoTime() + patience.toNanos();
    Optional<Map<TopicPartition, Long>> barrier = Optional.empty();
    while (true) {
      requireNotBlocked();
      barrier = barrier.isPresent() ? barrier : ask(end);
      if (barrier.isPresent() && hasPassed(barrier.get())) {
        return;
      }
      if (System.nanoTime() >= end) {
        throw new ReadFailedException(
            "the target was not at a barrier within "
                + patience.toSeconds()
                + " s; see `crossfade status` for what it waits for",
            false,
            null);
      }
      TimeUnit.MILLISECONDS.sleep(POLL.toMillis());
    }
  }

  /** Empty where capture was interrupted before the barrier was written: ask again. */
  private Optional<Map<TopicPartition, Long>> ask(long end) throws InterruptedException {
    var offsets = capture.barrier();
    while (System.nanoTime() < end) {
      try {
        return Optional.of(offsets.get(1, TimeUnit.SECONDS));
      } catch (java.util.concurrent.TimeoutException e) {
        requireNotBlocked();
      } catch (ExecutionException e) {
        if (e.getCause() instanceof SourceException) {
          return Optional.empty();
        }
        throw new ReadFailedException("no barrier: " + e.getCause().getMessage(), false, e);
      }
    }
    return Optional.empty();
  }

  private boolean hasPassed(Map<TopicPartition, Long> barrier) {
    try {
      return apply.hasPassed(barrier);
    } catch (KafkaException e) {
      return false; // Kafka is away: it is asked again until patience ends.
    }
  }

  /** Throws where nothing will come any more until somebody does something. */
  void requireNotBlocked() {
    CaptureStatus captured = capture.status();
    if (captured.state() == CaptureStatus.State.BLOCKED) {
      throw new ReadFailedException("BLOCKED: " + captured.detail(), false, null);
    }
    if (apply.state() instanceof ApplyState.Blocked block) {
      throw new ReadFailedException("BLOCKED: " + block.reason(), false, null);
    }
    if (apply.state() instanceof ApplyState.Failed failed) {
      throw new ReadFailedException("apply has failed: " + failed.cause(), false, failed.cause());
    }
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
