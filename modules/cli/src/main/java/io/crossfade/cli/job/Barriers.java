package io.crossfade.cli.job;

import io.crossfade.capture.Capture;
import io.crossfade.capture.CaptureStatus;
import io.crossfade.core.source.SourceException;
import io.crossfade.core.target.InputPartition;
import io.crossfade.core.verify.ReadFailedException;
import io.crossfade.transform.Apply;
import io.crossfade.transform.ApplyState;
import io.crossfade.transform.Passage;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;

/** Barriers of one flow: capture writes them, apply passes them. */
final class Barriers {

  private static final Duration POLL = Duration.ofMillis(20);

  private final Capture capture;
  private final Apply apply;

  Barriers(Capture capture, Apply apply) {
    this.capture = capture;
    this.apply = apply;
  }

  /**
   * Waits until the target has all that the source has committed by now.
   *
   * @throws ReadFailedException where that does not come in time
   */
  void await(Duration patience) throws InterruptedException {
    await(patience, () -> {});
  }

  /**
   * The same.
   *
   * @param check throws where nobody is to wait any more
   */
  void await(Duration patience, Runnable check) throws InterruptedException {
    long end = System.nanoTime() + patience.toNanos();
    Passage passage = apply.passage(write(end));
    while (!isOver(passage)) {
      check.run();
      requireNotBlocked();
      requireTime(end, patience);
      TimeUnit.MILLISECONDS.sleep(POLL.toMillis());
    }
  }

  /**
   * Writes a barrier: all that the source has committed by now stands before it.
   *
   * @return its offsets
   * @throws ReadFailedException where it is not written in time
   */
  Map<TopicPartition, Long> write(Duration patience) throws InterruptedException {
    return write(System.nanoTime() + patience.toNanos());
  }

  /** The same, in the words of what is independent of Kafka. */
  static Map<InputPartition, Long> offsets(Map<TopicPartition, Long> barrier) {
    Map<InputPartition, Long> offsets = new HashMap<>();
    barrier.forEach(
        (partition, offset) ->
            offsets.put(new InputPartition(partition.topic(), partition.partition()), offset));
    return offsets;
  }

  private Map<TopicPartition, Long> write(long end) throws InterruptedException {
    long begun = System.nanoTime();
    while (true) {
      Optional<Map<TopicPartition, Long>> barrier = ask(end);
      if (barrier.isPresent()) {
        return barrier.get();
      }
      requireNotBlocked();
      requireTime(end, Duration.ofNanos(System.nanoTime() - begun));
      TimeUnit.MILLISECONDS.sleep(POLL.toMillis());
    }
  }

  private static void requireTime(long end, Duration waited) {
    if (System.nanoTime() >= end) {
      throw new ReadFailedException(
          "the target was not at a barrier within "
              + waited.toSeconds()
              + " s; see `crossfade status` for what it waits for",
          false,
          null);
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

  private static boolean isOver(Passage passage) {
    try {
      return passage.isOver();
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
}
