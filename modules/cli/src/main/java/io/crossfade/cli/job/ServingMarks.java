package io.crossfade.cli.job;

import com.fasterxml.jackson.databind.JsonNode;
import io.crossfade.capture.Orders;
import io.crossfade.core.phase.Standing;
import io.crossfade.core.serving.Serving;
import io.crossfade.core.serving.ServingTable;
import io.crossfade.core.serving.Side;
import io.crossfade.server.PartlyDone;
import io.crossfade.server.Status;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The marks of who serves. What counts stands in the control topic; each instance writes what it
 * reads there into table {@code crossfade.serving} of both databases, so after whichever crash they
 * end with the same. Nothing is made in a database before somebody marks something.
 */
final class ServingMarks implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(ServingMarks.class);
  private static final long LOOK_MILLIS = 500;

  private final String migration;
  private final Orders orders;
  private final Supplier<Status> status;

  /** By what people call them. */
  private final Map<String, ServingTable> tables;

  private final Map<String, Serving> written = new HashMap<>();

  /** What stood in the way of each at last: said once, not twice a second. */
  private final Map<String, String> said = new HashMap<>();

  private final ScheduledExecutorService thread =
      Executors.newSingleThreadScheduledExecutor(run -> new Thread(run, "crossfade-serving"));

  /**
   * @param status as it is now: a gate that goes by what was a moment ago lets through
   */
  ServingMarks(
      String migration, Orders orders, Supplier<Status> status, Map<String, ServingTable> tables) {
    this.migration = migration;
    this.orders = orders;
    this.status = status;
    this.tables = Map.copyOf(tables);
  }

  void start() {
    thread.scheduleWithFixedDelay(this::look, 0, LOOK_MILLIS, TimeUnit.MILLISECONDS);
  }

  /**
   * Marks who serves reads.
   *
   * @param body {@code side}: {@code old} or {@code new}; {@code who} and {@code reason}
   */
  void reads(JsonNode body) throws InterruptedException {
    Side side = side(body.path("side").asText(""));
    if (side == Side.NEW) {
      Gates.require(Gates.forReads(status.get()));
    }
    // First, so that a missing privilege is found while nothing is changed.
    tables.values().forEach(ServingTable::prepare);
    orders.mark(
        serving ->
            serving.reads(
                side,
                Instant.now().truncatedTo(ChronoUnit.MILLIS),
                body.path("who").asText(""),
                body.path("reason").asText("")));
    Optional<RuntimeException> failure = write();
    if (failure.isPresent()) {
      throw new PartlyDone(
          "reads are marked as served by "
              + side
              + ", in the control topic and /api/serving; table crossfade.serving is not written everywhere yet: "
              + failure.get().getMessage()
              + ". The running job goes on trying",
          failure.get());
    }
  }

  /** Marks who serves writes; which side does was decided elsewhere. */
  void writes(Standing standing) throws InterruptedException {
    Side side = standing.writes();
    if (orders.serving().map(Serving::writes).equals(Optional.of(side))) {
      return;
    }
    tables.values().forEach(ServingTable::prepare);
    orders.mark(
        serving ->
            serving.writes(
                side,
                Instant.now().truncatedTo(ChronoUnit.MILLIS),
                standing.who(),
                standing.why()));
    write();
  }

  private static Side side(String text) {
    return switch (text) {
      case "old" -> Side.OLD;
      case "new" -> Side.NEW;
      default -> throw new IllegalArgumentException("side is old or new, not '" + text + "'");
    };
  }

  private void look() {
    try {
      write();
    } catch (RuntimeException e) {
      LOG.error("Who serves cannot be told to the databases", e);
    }
  }

  /** Brings both databases to what counts; the last failure where one could not be. */
  private synchronized Optional<RuntimeException> write() {
    Optional<Serving> known = orders.serving();
    if (known.isEmpty()) {
      return Optional.empty();
    }
    Serving now = known.get();
    Optional<RuntimeException> failure = Optional.empty();
    for (Map.Entry<String, ServingTable> table : tables.entrySet()) {
      if (now.equals(written.getOrDefault(table.getKey(), Serving.AT_FIRST))) {
        continue;
      }
      try {
        table.getValue().prepare();
        table.getValue().write(migration, now);
        written.put(table.getKey(), now);
        said.remove(table.getKey());
      } catch (RuntimeException e) {
        String why = String.valueOf(e.getMessage());
        if (!why.equals(said.put(table.getKey(), why))) {
          LOG.warn("The {} is not told yet who serves, and will be: {}", table.getKey(), why);
        }
        failure = Optional.of(e);
      }
    }
    return failure;
  }

  @Override
  public void close() {
    thread.shutdownNow();
  }
}
