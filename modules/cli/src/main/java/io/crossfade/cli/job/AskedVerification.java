package io.crossfade.cli.job;

import com.fasterxml.jackson.databind.JsonNode;
import io.crossfade.capture.CaptureStatus;
import io.crossfade.capture.Orders;
import io.crossfade.server.Document;
import io.crossfade.verify.Reports;
import io.crossfade.verify.Turn;
import io.crossfade.verify.Verification;
import io.crossfade.wire.VerificationCodec;
import io.crossfade.wire.VerifyOrder;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The verification that somebody has asked for, one at a time. Until it has ended it is an order in
 * the control topic: when the job falls in between, the instance that captures next goes on with
 * it, behind what was found equal. {@link ComparisonThread} has it look.
 */
final class AskedVerification {

  private static final Logger LOG = LoggerFactory.getLogger(AskedVerification.class);

  private final Migration migration;
  private final ComparedMigration compared;
  private final Orders orders;
  private final Verifier verifier;
  private final VerifiedTables verified;
  private final Supplier<CaptureStatus.State> capture;
  private final Consumer<String> said;

  /** An order that is followed here. */
  private volatile Optional<Followed> followed = Optional.empty();

  /** The last one that has ended here: it is to be removed. */
  private volatile Optional<String> over = Optional.empty();

  private record Followed(VerifyOrder order, Verification verification) {
    boolean hasEnded() {
      return verification.report().ended().isPresent();
    }
  }

  /**
   * @param said takes what is done without anybody's asking for it
   */
  AskedVerification(
      Migration migration,
      ComparedMigration compared,
      Orders orders,
      Verifier verifier,
      VerifiedTables verified,
      Supplier<CaptureStatus.State> capture,
      Consumer<String> said) {
    this.migration = migration;
    this.compared = compared;
    this.orders = orders;
    this.verifier = verifier;
    this.verified = verified;
    this.capture = capture;
    this.said = said;
  }

  /**
   * Begins one; does not wait for it.
   *
   * @param body {@code tables}, an array of names, all where it is missing; {@code masked}
   * @throws IllegalArgumentException where there is no such table
   * @throws IllegalStateException while another one runs, here or elsewhere, or a repair
   */
  synchronized void begin(JsonNode body) throws InterruptedException {
    List<String> names =
        compared.chosen(body.path("tables")).stream()
            .map(table -> table.target().id().toString())
            .toList();
    requireNone();
    verifier
        .inTheWay()
        .ifPresent(
            why -> {
              throw new IllegalStateException(why);
            });
    VerifyOrder order =
        new VerifyOrder(
            UUID.randomUUID().toString(),
            body.path("tables").isEmpty() ? List.of() : names,
            body.path("masked").asBoolean(false),
            Instant.now(),
            List.of());
    if (capture.get() == CaptureStatus.State.STANDBY) {
      // It will say that there are no barriers here; that is nothing to go on with.
      verifier.begin(what(order));
    } else {
      give(order);
      follow(order);
    }
  }

  /**
   * Throws where one that was asked for has not ended, wherever it runs.
   *
   * @throws IllegalStateException where it has not
   */
  synchronized void requireNone() throws InterruptedException {
    orders.awaitFormer();
    settle();
    open()
        .ifPresent(
            order -> {
              throw new IllegalStateException(
                  "a verification runs already, since "
                      + order.at()
                      + (isFollowed(order) ? "" : ": " + why())
                      + "; `crossfade verify --stop` ends it");
            });
  }

  /** Ends the one that runs, on whichever instance that is. What it has found so far stays. */
  synchronized void stop() throws InterruptedException {
    if (stored().isPresent()) {
      remove();
    }
    look();
  }

  /** Does what is to be done now; to be called again and again. */
  synchronized void look() throws InterruptedException {
    CaptureStatus.State state = capture.get();
    Optional<VerifyOrder> order = stored();
    boolean ours = followed.isPresent() && order.equals(followed.map(Followed::order));
    if (followed.isPresent() && (!ours || state == CaptureStatus.State.STANDBY)) {
      // Somebody has stopped it, or another instance captures and goes on with it.
      verifier.stopAsked();
      followed = Optional.empty();
    }
    removeEnded();
    if (followed.isEmpty()
        && open().isPresent()
        && state == CaptureStatus.State.FOLLOWING
        && verifier.inTheWay().isEmpty()) {
      goOn(open().orElseThrow());
    }
  }

  /** Removes the order that has ended here: nobody is to go on with it. */
  synchronized void removeEnded() throws InterruptedException {
    settle();
    if (over.isPresent() && stored().map(VerifyOrder::id).equals(over)) {
      verified.keep();
      remove();
    }
  }

  /** What has ended by itself is over; not where it could only end so for want of a log. */
  private void settle() {
    if (followed.isPresent()
        && followed.get().hasEnded()
        && capture.get() != CaptureStatus.State.STANDBY) {
      over = followed.map(f -> f.order().id());
      followed = Optional.empty();
    }
  }

  private void goOn(VerifyOrder order) throws InterruptedException {
    if (tables(order).isEmpty()) {
      LOG.warn("A verification was interrupted, and the spec has none of its tables any more");
      over = Optional.of(order.id());
      return;
    }
    VerifyOrder next = order.goneOn(Instant.now());
    give(next);
    follow(next);
    said.accept("verify: goes on after an interruption; asked for at " + order.at());
  }

  private void give(VerifyOrder order) throws InterruptedException {
    orders.give(Map.of(VerificationCodec.VERIFY_KEY, VerificationCodec.encode(order)));
  }

  private void follow(VerifyOrder order) {
    followed = Optional.of(new Followed(order, verifier.begin(what(order))));
  }

  private void remove() throws InterruptedException {
    List<String> keys = new ArrayList<>(List.of(VerificationCodec.VERIFY_KEY));
    migration.tables().stream()
        .map(table -> VerificationCodec.partlyAskedKey(table.target().id()))
        .filter(key -> orders.last(key).isPresent())
        .forEach(keys::add);
    orders.remove(keys);
  }

  private Verifier.Asked what(VerifyOrder order) {
    Turn turn = compared.turn();
    return new Verifier.Asked(
        tables(order),
        order.tables().isEmpty(),
        order.masked(),
        turn,
        new KeptCheckpoints(
            orders,
            VerificationCodec::partlyAskedKey,
            new Verifier.Round(order.id(), 0),
            migration.spec().fingerprint(),
            turn),
        times(order));
  }

  private static Verification.Times times(VerifyOrder order) {
    return new Verification.Times(order.at(), order.wentOn());
  }

  /** A spec may have been changed since. */
  private List<Migration.MappedTable> tables(VerifyOrder order) {
    return migration.tables().stream()
        .filter(
            table ->
                order.tables().isEmpty() || order.tables().contains(table.target().id().toString()))
        .toList();
  }

  private Optional<VerifyOrder> stored() {
    return orders.last(VerificationCodec.VERIFY_KEY).map(VerificationCodec::verifyOrder);
  }

  private Optional<VerifyOrder> open() {
    return stored().filter(order -> !over.equals(Optional.of(order.id())));
  }

  private boolean isFollowed(VerifyOrder order) {
    Optional<Followed> now = followed;
    return now.isPresent()
        && now.get().order().id().equals(order.id())
        && !(now.get().hasEnded() && capture.get() == CaptureStatus.State.STANDBY);
  }

  /** One that was interrupted and does not go on here, or not yet. */
  private Optional<VerifyOrder> interrupted() {
    return open().filter(order -> !isFollowed(order));
  }

  private String why() {
    return capture.get() == CaptureStatus.State.STANDBY
        ? "another instance goes on with it, this one does not capture"
        : "it was interrupted, and goes on when capture follows the log again";
  }

  /** What can be read of it over HTTP. */
  Map<String, Document> documents() {
    return Map.of(
        "verification",
        new Shown("application/json; charset=utf-8") {
          @Override
          void write(VerifyOrder order, OutputStream out) throws IOException {
            out.write(Reports.json(compared.waiting(times(order), order.masked(), why())));
          }

          @Override
          void write(Verification verification, OutputStream out) throws IOException {
            out.write(Reports.json(verification.report()));
          }
        },
        "verification/differences",
        new Shown("application/x-ndjson; charset=utf-8") {
          @Override
          void write(VerifyOrder order, OutputStream out) {
            // They are found again.
          }

          @Override
          void write(Verification verification, OutputStream out) throws IOException {
            Files.copy(verification.differences(), out);
          }
        });
  }

  private abstract class Shown implements Document {
    private final String type;

    Shown(String type) {
      this.type = type;
    }

    abstract void write(VerifyOrder order, OutputStream out) throws IOException;

    abstract void write(Verification verification, OutputStream out) throws IOException;

    @Override
    public String type() {
      return type;
    }

    @Override
    public boolean exists() {
      return interrupted().isPresent() || verifier.shown().isPresent();
    }

    @Override
    public void write(OutputStream out) throws IOException {
      Optional<VerifyOrder> order = interrupted();
      if (order.isPresent()) {
        write(order.get(), out);
      } else {
        write(verifier.shown().orElseThrow(), out);
      }
    }
  }
}
