package io.crossfade.capture;

import io.crossfade.core.source.SourceDatabase;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/**
 * Markers that were written into the source's log and have not been met yet, each with what is to
 * be done then. A marker that is not met for a while is written again: the server may have lost it
 * in a crash, since nothing waits for it to be on disk everywhere. Safe for use by several threads.
 */
final class Markers {

  /** What is to be done when a marker was met, on the thread of the log. */
  @FunctionalInterface
  interface Meeting {
    void met() throws InterruptedException;
  }

  private static final Duration REPEAT = Duration.ofSeconds(20);

  private record Pending(Meeting meeting, Instant written) {}

  private final SourceDatabase source;
  private final Clock clock;

  /** Tells this run's markers from those of a former one. */
  private final String token = UUID.randomUUID().toString();

  private final Map<String, Pending> pending = new LinkedHashMap<>();
  private long last;

  Markers(SourceDatabase source, Clock clock) {
    this.source = source;
    this.clock = clock;
  }

  /** Writes a marker. Asks the source. */
  void write(Meeting meeting) {
    String content;
    synchronized (pending) {
      content = token + "/" + ++last;
      pending.put(content, new Pending(meeting, clock.instant()));
    }
    source.mark(content);
  }

  /**
   * A marker was met in the log: what is to be done, if it is one of ours that is met for the first
   * time.
   */
  Optional<Meeting> meet(String content) {
    synchronized (pending) {
      return Optional.ofNullable(pending.remove(content)).map(Pending::meeting);
    }
  }

  /** Writes again what has waited too long. Asks the source. */
  void repeatOverdue() {
    List<String> overdue = new ArrayList<>();
    Instant now = clock.instant();
    synchronized (pending) {
      pending.replaceAll(
          (content, waiting) -> {
            if (waiting.written().plus(REPEAT).isAfter(now)) {
              return waiting;
            }
            overdue.add(content);
            return new Pending(waiting.meeting(), now);
          });
    }
    overdue.forEach(source::mark);
  }
}
