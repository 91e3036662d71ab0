package io.crossfade.transform;

import io.crossfade.core.target.BadRow;
import io.crossfade.core.target.Flush;
import io.crossfade.core.target.Flushed;
import io.crossfade.core.target.InputPartition;
import io.crossfade.core.target.OnBadRow;
import io.crossfade.core.target.TableBatch;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tries the rows of one thread's partitions again that the target did not take: those that wait for
 * another row, from time to time, since it may be another partition that frees them; and bad rows,
 * when somebody asks for it. Not part of a commit: no offsets move.
 */
final class Retries {

  private static final Logger log = LoggerFactory.getLogger(Retries.class);

  private static final Duration PAUSE = Duration.ofMillis(200);

  /** At most a fifth of the thread's time. */
  private static final int PAUSE_FOR_WORK = 4;

  private final ApplyContext context;
  private final TargetLink target;
  private volatile boolean parked;
  private long notBefore;
  private long retriesSeen;

  Retries(ApplyContext context, TargetLink target) {
    this.context = context;
    this.target = target;
    this.notBefore = context.nanoTime();
    this.retriesSeen = context.retriesAsked();
  }

  /** A partition is taken; whoever had it may have left rows waiting. */
  void taken() {
    parked = true;
    retriesSeen = -1;
  }

  void flushed(Flushed.Done done) {
    parked |= done.parked() > 0;
  }

  /** Whether rows wait here, or may; for any thread. */
  boolean isParked() {
    return parked;
  }

  /** Called after each poll. */
  void whenDue(String producer, Collection<PartitionBuffer> held) {
    boolean asked = retriesSeen != context.retriesAsked();
    if ((!parked && !asked) || held.isEmpty() || context.nanoTime() < notBefore) {
      return;
    }
    long began = context.nanoTime();
    retriesSeen = context.retriesAsked();
    List<TableBatch> batches = asked ? badRows(producer, held) : List.of();
    List<Flush.Move> moves = new ArrayList<>();
    for (PartitionBuffer buffer : held) {
      moves.add(
          new Flush.Move(buffer.partition(), buffer.token(), buffer.committed(), buffer.cur()));
    }
    Flush flush = new Flush(moves, batches, OnBadRow.PARK);
    target
        .attempt(producer, session -> session.retry(flush))
        .ifPresent(
            flushed -> {
              if (flushed instanceof Flushed.Done done) {
                parked = done.parked() > 0;
                writtenDown(done.bad(), held);
              } else if (flushed instanceof Flushed.Refused refused) {
                log.warn(
                    "Rows cannot be tried again: {}: {} ({})",
                    refused.table(),
                    refused.error(),
                    refused.code());
              }
            });
    long now = context.nanoTime();
    notBefore = now + Math.max(PAUSE.toNanos(), PAUSE_FOR_WORK * (now - began));
  }

  /** Rows that waited and that the table will not have any more. */
  private static void writtenDown(List<BadRow> bad, Collection<PartitionBuffer> held) {
    for (BadRow row : bad) {
      held.stream()
          .filter(buffer -> buffer.partition().equals(row.origin().partition()))
          .forEach(buffer -> buffer.writtenDown(row));
    }
  }

  private List<TableBatch> badRows(String producer, Collection<PartitionBuffer> held) {
    Map<InputPartition, PartitionBuffer> buffers = new LinkedHashMap<>();
    held.forEach(buffer -> buffers.put(buffer.partition(), buffer));
    List<BadRow> rows =
        target
            .attempt(producer, session -> session.toRetry(List.copyOf(buffers.keySet())))
            .orElse(List.of());
    return MappedTable.batches(
        rows.stream()
            .flatMap(row -> buffers.get(row.origin().partition()).again(row).stream())
            .toList());
  }
}
