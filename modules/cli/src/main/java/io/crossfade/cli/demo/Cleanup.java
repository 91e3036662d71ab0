package io.crossfade.cli.demo;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * What has to be closed at the end, whenever that comes: Ctrl-C may come while something is just
 * being opened by another thread.
 */
final class Cleanup {

  private final Deque<AutoCloseable> open = new ArrayDeque<>();
  private int opening;
  private boolean closed;

  /**
   * Opens something that is closed at the end, after all that was opened later.
   *
   * @throws CancellationException when the end has come first; then nothing stays open
   */
  <T extends AutoCloseable> T open(Callable<T> opener) throws Exception {
    synchronized (this) {
      if (closed) {
        throw new CancellationException("The demo is ending");
      }
      opening++;
    }
    Optional<T> opened = Optional.empty();
    try {
      opened = Optional.of(opener.call());
      return opened.get();
    } finally {
      opened(opened);
    }
  }

  private synchronized void opened(Optional<? extends AutoCloseable> resource) {
    opening--;
    // Also when the end has come: who ends waits for what is being opened.
    resource.ifPresent(open::push);
    notifyAll();
  }

  /**
   * Closes everything, the youngest first. May be called by several threads, and again.
   *
   * @param patience for each step; what has not closed by then is left to the end of the process,
   *     which no server survives
   * @return what could not be closed, and why
   */
  List<Exception> close(Duration patience) {
    List<Exception> failures = new ArrayList<>();
    try {
      awaitOpening(patience);
      for (Optional<AutoCloseable> next = take(); next.isPresent(); next = take()) {
        closeWithin(next.get(), patience).ifPresent(failures::add);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      failures.add(e);
    }
    return failures;
  }

  private synchronized void awaitOpening(Duration patience) throws InterruptedException {
    closed = true;
    long deadline = System.nanoTime() + patience.toNanos();
    while (opening > 0 && System.nanoTime() < deadline) {
      TimeUnit.NANOSECONDS.timedWait(this, deadline - System.nanoTime());
    }
  }

  private synchronized Optional<AutoCloseable> take() {
    return Optional.ofNullable(open.poll());
  }

  private static Optional<Exception> closeWithin(AutoCloseable resource, Duration patience)
      throws InterruptedException {
    FutureTask<Void> closing =
        new FutureTask<>(
            () -> {
              resource.close();
              return null;
            });
    Thread thread = new Thread(closing, "demo-close");
    thread.setDaemon(true);
    thread.start();
    try {
      closing.get(patience.toMillis(), TimeUnit.MILLISECONDS);
      return Optional.empty();
    } catch (ExecutionException | TimeoutException e) {
      return Optional.of(e);
    }
  }
}
