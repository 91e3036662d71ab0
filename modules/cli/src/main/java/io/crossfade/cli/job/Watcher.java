package io.crossfade.cli.job;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.crossfade.capture.CaptureStatus;
import io.crossfade.capture.Orders;
import io.crossfade.core.table.TableId;
import io.crossfade.server.Status;
import io.crossfade.verify.Checkpoint;
import io.crossfade.verify.Checkpoints;
import io.crossfade.verify.Outcome;
import io.crossfade.verify.WithinShare;
import io.crossfade.wire.LastVerified;
import io.crossfade.wire.PartlyVerified;
import io.crossfade.wire.VerificationCodec;
import io.crossfade.wire.WatchOrder;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.apache.kafka.common.KafkaException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Compares again and again while that is ordered, on the instance that captures; and keeps how each
 * table's last comparison ended, in the control topic: so a round goes on after a restart, with the
 * tables that it has not come to, and all instances know.
 */
final class Watcher implements AutoCloseable {

  /** Where nobody says another share. */
  static final double SHARE = 0.05;

  private static final Logger LOG = LoggerFactory.getLogger(Watcher.class);
  private static final Duration LOOK = Duration.ofMillis(500);

  /** Empty tables would be compared all the time, with a barrier each. */
  private static final Duration ROUND = Duration.ofSeconds(5);

  private static final JsonMapper JSON = new JsonMapper();

  private final Migration migration;
  private final ComparedMigration compared;
  private final Orders orders;
  private final Verifier verifier;
  private final Supplier<CaptureStatus.State> capture;
  private final ScheduledExecutorService thread =
      Executors.newSingleThreadScheduledExecutor(
          run -> {
            Thread made = new Thread(run, "crossfade-watch");
            made.setDaemon(true);
            return made;
          });

  /** Results that were kept, by when they ended: each is written once. */
  private final Map<TableId, Instant> kept = new HashMap<>();

  private volatile Optional<Round> round = Optional.empty();

  /** The source as rounds of one order see it: what one round owes the next one pays. */
  private volatile Optional<WithinShare> source = Optional.empty();

  /** One that was begun by this process. */
  private record Round(WatchOrder order, long number, Instant begun) {}

  Watcher(
      Migration migration,
      ComparedMigration compared,
      Orders orders,
      Verifier verifier,
      Supplier<CaptureStatus.State> capture) {
    this.migration = migration;
    this.compared = compared;
    this.orders = orders;
    this.verifier = verifier;
    this.capture = capture;
  }

  void start() {
    thread.scheduleWithFixedDelay(this::look, 0, LOOK.toMillis(), TimeUnit.MILLISECONDS);
  }

  /**
   * Takes an order, on any instance.
   *
   * @param body {@code on}; {@code share}, above 0 and at most 1; {@code tables}, all where it is
   *     empty
   */
  void order(JsonNode body) throws InterruptedException {
    List<String> tables =
        compared.chosen(body.path("tables")).stream()
            .map(table -> table.target().id().toString())
            .toList();
    double share = body.path("share").asDouble(SHARE);
    if (!(share > 0 && share <= 1)) {
      throw new IllegalArgumentException("share is " + share + "; above 0 and at most 1");
    }
    WatchOrder order =
        new WatchOrder(
            UUID.randomUUID().toString(),
            body.path("on").asBoolean(true),
            share,
            body.path("tables").isEmpty() ? List.of() : tables,
            Instant.now());
    orders.give(Map.of(VerificationCodec.WATCH_KEY, VerificationCodec.encode(order)));
  }

  private Optional<WatchOrder> order() {
    return orders.last(VerificationCodec.WATCH_KEY).map(VerificationCodec::watchOrder);
  }

  private Optional<LastVerified> last(TableId table) {
    Optional<LastVerified> stored = stored(table);
    return verifier.ended().stream()
        .filter(ended -> ended.table().equals(table))
        .map(this::record)
        .filter(here -> stored.isEmpty() || here.at().isAfter(stored.get().at()))
        .findFirst()
        .or(() -> stored);
  }

  private Optional<LastVerified> stored(TableId table) {
    return orders.last(VerificationCodec.verifiedKey(table)).map(VerificationCodec::lastVerified);
  }

  private void look() {
    try {
      keep();
      Optional<WatchOrder> order = order().filter(WatchOrder::on);
      boolean another = !order.map(WatchOrder::id).equals(round.map(r -> r.order().id()));
      CaptureStatus.State state = capture.get();
      if (round.isPresent() && (another || state == CaptureStatus.State.STANDBY)) {
        verifier.stopWatching();
        round = Optional.empty();
        source = Optional.empty();
      }
      if (order.isPresent() && state == CaptureStatus.State.FOLLOWING && !verifier.isRunning()) {
        goOn(order.get());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (KafkaException e) {
      LOG.warn("What was verified cannot be kept now, and will be: {}", e.getMessage());
    } catch (RuntimeException e) {
      LOG.error("Watching has failed, and is tried again", e);
    }
  }

  /** Begins the next round, or goes on with one that was interrupted. */
  private void goOn(WatchOrder order) {
    List<Migration.MappedTable> tables =
        order.tables().isEmpty()
            ? migration.tables()
            : migration.tables().stream()
                .filter(table -> order.tables().contains(table.target().id().toString()))
                .toList();
    long number =
        Math.max(1, tables.stream().mapToLong(table -> round(order, table)).max().orElse(0));
    List<Migration.MappedTable> left = left(order, tables, number);
    if (left.isEmpty()) {
      number++;
      left = tables;
      boolean soon =
          round.isPresent()
              && Duration.between(round.get().begun(), Instant.now()).compareTo(ROUND) < 0;
      if (soon) {
        return;
      }
    }
    if (source.isEmpty()) {
      source = Optional.of(new WithinShare(compared.source(), order.share()));
    }
    if (left.isEmpty()
        || !verifier.beginWatching(
            left, source.get(), order.tables().isEmpty(), checkpoints(order, number))) {
      return;
    }
    if (round.isEmpty() || round.get().number() != number) {
      LOG.info("Round {} of comparing begins, with {} tables", number, left.size());
      round = Optional.of(new Round(order, number, Instant.now()));
    }
  }

  private Checkpoints checkpoints(WatchOrder order, long number) {
    return new Checkpoints() {
      @Override
      public Optional<Checkpoint> of(TableId table) {
        return orders
            .last(VerificationCodec.partlyVerifiedKey(table))
            .map(VerificationCodec::partlyVerified)
            .filter(partly -> partly.order().equals(order.id()) && partly.round() == number)
            .filter(partly -> partly.spec().equals(migration.spec().fingerprint()))
            .map(
                partly ->
                    new Checkpoint(
                        partly.next(),
                        partly.expectedRows(),
                        partly.actualRows(),
                        partly.ranges(),
                        partly.suspects(),
                        partly.position(),
                        partly.begun()));
      }

      @Override
      public void reached(TableId table, Checkpoint checkpoint) throws InterruptedException {
        PartlyVerified partly =
            new PartlyVerified(
                order.id(),
                number,
                migration.spec().fingerprint(),
                checkpoint.next(),
                checkpoint.expectedRows(),
                checkpoint.actualRows(),
                checkpoint.ranges(),
                checkpoint.suspects(),
                checkpoint.position(),
                checkpoint.begun());
        try {
          orders.give(
              Map.of(VerificationCodec.partlyVerifiedKey(table), VerificationCodec.encode(partly)));
        } catch (KafkaException e) {
          LOG.info("How far {} was verified is not kept: {}", table, e.getMessage());
        }
      }
    };
  }

  private List<Migration.MappedTable> left(
      WatchOrder order, List<Migration.MappedTable> tables, long number) {
    return tables.stream().filter(table -> round(order, table) < number).toList();
  }

  private long round(WatchOrder order, Migration.MappedTable table) {
    return stored(table.target().id())
        .filter(last -> last.order().equals(order.id()))
        .map(LastVerified::round)
        .orElse(0L);
  }

  /** Writes down what has ended since. */
  private void keep() throws InterruptedException {
    Map<String, byte[]> records = new HashMap<>();
    Map<TableId, Instant> now = new HashMap<>();
    for (Verifier.Ended ended : verifier.ended()) {
      Instant at = ended.at();
      if (!at.equals(kept.get(ended.table()))) {
        records.put(
            VerificationCodec.verifiedKey(ended.table()), VerificationCodec.encode(record(ended)));
        now.put(ended.table(), at);
      }
    }
    if (!records.isEmpty()) {
      orders.give(records);
      kept.putAll(now);
    }
  }

  private LastVerified record(Verifier.Ended ended) {
    boolean equal = ended.outcome() == Outcome.EQUAL;
    Optional<Round> of = ended.watched() ? round : Optional.empty();
    // What somebody has asked for in between does not make the round forget where it was.
    Optional<LastVerified> before = stored(ended.table());
    return new LastVerified(
        ended.outcome().toString(),
        ended.at(),
        of.map(r -> r.order().id()).or(() -> before.map(LastVerified::order)).orElse(""),
        of.map(Round::number).or(() -> before.map(LastVerified::round)).orElse(0L),
        ended.rows(),
        equal
            ? ended.position().map(position -> new LastVerified.Equal(ended.at(), position))
            : before.flatMap(LastVerified::equal));
  }

  /** The last comparison of a table, on whichever instance. Does not wait. */
  Optional<Status.Verified> verified(TableId table) {
    return last(table)
        .map(
            last ->
                new Status.Verified(
                    last.result(),
                    ago(last.at()),
                    last.equal().isPresent()
                        ? OptionalLong.of(ago(last.equal().get().at()))
                        : OptionalLong.empty(),
                    last.equal().map(LastVerified.Equal::position)));
  }

  /** Seconds since 1970 when a table was last found equal; NaN where it never was. */
  double equalAt(TableId table) {
    return last(table)
        .flatMap(LastVerified::equal)
        .map(equal -> equal.at().toEpochMilli() / 1000.0)
        .orElse(Double.NaN);
  }

  /** Which share of the time the source was busy for it; NaN where it is not watched here. */
  double used() {
    return source.map(WithinShare::used).orElse(Double.NaN);
  }

  private static long ago(Instant at) {
    return Math.max(0, Duration.between(at, Instant.now()).toSeconds());
  }

  /** How it stands, as JSON, on any instance. */
  String json() {
    Optional<WatchOrder> order = order();
    ObjectNode json = JSON.createObjectNode().put("on", order.map(WatchOrder::on).orElse(false));
    json.put("order", order.map(WatchOrder::id).orElse(null));
    json.put("share", order.map(WatchOrder::share).orElse(null));
    json.put("used", source.map(WithinShare::used).orElse(null));
    verifier
        .comparing()
        .ifPresent(
            result ->
                json.putObject("comparing")
                    .put("into", result.into())
                    .put("ranges", result.ranges())
                    .put("rows", Math.max(result.expectedRows(), result.actualRows()))
                    .put("begun", result.begun().orElse(null)));
    ArrayNode tables = json.putArray("tables");
    for (Migration.MappedTable table : migration.tables()) {
      last(table.target().id())
          .ifPresent(
              last ->
                  tables
                      .addObject()
                      .put("into", table.target().id().toString())
                      .put("result", last.result())
                      .put("at", last.at().toString())
                      .put("order", last.order())
                      .put("round", last.round())
                      .put("rows", last.rows())
                      .put("equalAt", last.equal().map(e -> e.at().toString()).orElse(null))
                      .put(
                          "equalUpTo",
                          last.equal().map(LastVerified.Equal::position).orElse(null)));
    }
    return json.toString();
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
        keep();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (KafkaException e) {
      LOG.warn("What was verified last is not kept: {}", e.getMessage());
    }
  }
}
