package io.crossfade.cli.job;

import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.apache.kafka.common.KafkaException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sees to the orders about comparisons, twice a second: what ended is written down, what was asked
 * for goes before what is compared again and again.
 */
final class ComparisonThread implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(ComparisonThread.class);
  private static final Duration LOOK = Duration.ofMillis(500);

  private final VerifiedTables verified;
  private final AskedVerification asked;
  private final Watcher watcher;
  private final BooleanSupplier ready;
  private final ScheduledExecutorService thread =
      Executors.newSingleThreadScheduledExecutor(
          run -> {
            Thread made = new Thread(run, "crossfade-comparisons");
            made.setDaemon(true);
            return made;
          });

  /**
   * @param ready whether it is known who takes writes: in which direction to compare
   */
  ComparisonThread(
      VerifiedTables verified, AskedVerification asked, Watcher watcher, BooleanSupplier ready) {
    this.verified = verified;
    this.asked = asked;
    this.watcher = watcher;
    this.ready = ready;
  }

  void start() {
    thread.scheduleWithFixedDelay(this::look, 0, LOOK.toMillis(), TimeUnit.MILLISECONDS);
  }

  private void look() {
    if (!ready.getAsBoolean()) {
      return;
    }
    try {
      verified.keep();
      asked.look();
      watcher.look();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (KafkaException e) {
      LOG.warn("What was verified cannot be kept now, and will be: {}", e.getMessage());
    } catch (RuntimeException e) {
      LOG.error("Seeing to comparisons has failed, and is tried again", e);
    }
  }

  /**
   * Ends, with what has ended written down; a verification that runs is its owner's to end. What
   * cannot be written down now is compared again.
   */
  @Override
  public void close() {
    thread.shutdownNow();
    try {
      if (thread.awaitTermination(LOOK.toMillis() * 20, TimeUnit.MILLISECONDS)) {
        verified.keep();
        asked.removeEnded();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (KafkaException e) {
      LOG.warn("What was verified last is not kept: {}", e.getMessage());
    }
  }
}
