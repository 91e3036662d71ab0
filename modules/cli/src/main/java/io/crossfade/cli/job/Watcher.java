package io.crossfade.cli.job;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.crossfade.capture.CaptureStatus;
import io.crossfade.capture.Orders;
import io.crossfade.verify.Turn;
import io.crossfade.verify.Verification;
import io.crossfade.verify.WithinShare;
import io.crossfade.wire.LastVerified;
import io.crossfade.wire.VerificationCodec;
import io.crossfade.wire.WatchOrder;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Compares again and again while that is ordered, on the instance that captures. By how each
 * table's last comparison ended a round goes on after a restart, with the tables that it has not
 * come to. {@link ComparisonThread} has it look.
 */
final class Watcher {

  /** Where nobody says another share. */
  static final double SHARE = 0.05;

  private static final Logger LOG = LoggerFactory.getLogger(Watcher.class);

  /** Empty tables would be compared all the time, with a barrier each. */
  private static final Duration ROUND = Duration.ofSeconds(5);

  private static final JsonMapper JSON = new JsonMapper();

  private final Migration migration;
  private final ComparedMigration compared;
  private final Orders orders;
  private final Verifier verifier;
  private final VerifiedTables verified;
  private final Supplier<CaptureStatus.State> capture;

  private volatile Optional<Begun> round = Optional.empty();

  /** The source as rounds of one order see it: what one round owes the next one pays. */
  private volatile Optional<WithinShare> source = Optional.empty();

  /** One that was begun by this process. */
  private record Begun(Verifier.Round round, Instant at, Turn turn) {}

  Watcher(
      Migration migration,
      ComparedMigration compared,
      Orders orders,
      Verifier verifier,
      VerifiedTables verified,
      Supplier<CaptureStatus.State> capture) {
    this.migration = migration;
    this.compared = compared;
    this.orders = orders;
    this.verifier = verifier;
    this.verified = verified;
    this.capture = capture;
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

  /** Does what is to be done now; to be called again and again, by one thread. */
  void look() {
    Optional<WatchOrder> order = order().filter(WatchOrder::on);
    boolean another = !order.map(WatchOrder::id).equals(round.map(r -> r.round().order()));
    CaptureStatus.State state = capture.get();
    // What is being compared when writes move begins again in the other direction.
    boolean switched = round.filter(r -> !r.turn().equals(compared.turn())).isPresent();
    if (round.isPresent() && (another || switched || state == CaptureStatus.State.STANDBY)) {
      verifier.stopWatching();
      round = Optional.empty();
      source = Optional.empty();
    }
    if (order.isPresent() && state == CaptureStatus.State.FOLLOWING && !verifier.isRunning()) {
      goOn(order.get());
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
              && Duration.between(round.get().at(), Instant.now()).compareTo(ROUND) < 0;
      if (soon) {
        return;
      }
    }
    Turn turn = round.map(Begun::turn).orElseGet(compared::turn);
    if (source.isEmpty()) {
      source = Optional.of(new WithinShare(compared.source(turn), order.share()));
    }
    Verifier.Round next = new Verifier.Round(order.id(), number);
    if (left.isEmpty()
        || !verifier.beginWatching(what(order, left, next, turn), source.get(), next)) {
      return;
    }
    if (!round.map(Begun::round).equals(Optional.of(next))) {
      LOG.info("Round {} of comparing begins, with {} tables", number, left.size());
      round = Optional.of(new Begun(next, Instant.now(), turn));
    }
  }

  private Verifier.Asked what(
      WatchOrder order, List<Migration.MappedTable> left, Verifier.Round next, Turn turn) {
    return new Verifier.Asked(
        left,
        order.tables().isEmpty(),
        false,
        turn,
        new KeptCheckpoints(
            orders,
            VerificationCodec::partlyVerifiedKey,
            next,
            migration.spec().fingerprint(),
            turn),
        Verification.Times.now());
  }

  private List<Migration.MappedTable> left(
      WatchOrder order, List<Migration.MappedTable> tables, long number) {
    return tables.stream().filter(table -> round(order, table) < number).toList();
  }

  private long round(WatchOrder order, Migration.MappedTable table) {
    return verified
        .stored(table.target().id())
        .filter(last -> last.order().equals(order.id()))
        .map(LastVerified::round)
        .orElse(0L);
  }

  /** Which share of the time the source was busy for it; NaN where it is not watched here. */
  double used() {
    return source.map(WithinShare::used).orElse(Double.NaN);
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
      verified
          .last(table.target().id())
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
                      .put("loss", verified.loss(table.target().id(), last).orElse(null))
                      .put("equalAt", last.equal().map(e -> e.at().toString()).orElse(null))
                      .put(
                          "equalUpTo",
                          last.equal().map(LastVerified.Equal::position).orElse(null)));
    }
    return json.toString();
  }
}
