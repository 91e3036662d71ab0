package io.crossfade.torture;

import io.crossfade.sandbox.KafkaBroker;
import io.crossfade.sandbox.PostgresServer;
import io.crossfade.sandbox.PostgresServer.StopMode;
import io.crossfade.sandbox.TcpProxy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Disturbs the servers and the network between them and the job, one fault after the other:
 * restarts and stops of the servers, connections that are cut, reset, refused, stalled, slow.
 */
final class Saboteur implements AutoCloseable {

  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(14);

  /** When the server's end of a connection that was cut without a word notices. */
  static final Duration NOTICED = Duration.ofSeconds(8);

  private final Stage stage;
  private final Timeline timeline;
  private final Random random;
  private final Deck<Fault> deck;
  private final Thread thread = new Thread(this::sabotage, "saboteur");

  /** Held while something is broken; who takes it has servers and network as they should be. */
  final ReentrantLock calm = new ReentrantLock(true);

  private volatile boolean stop;
  private volatile Duration longestPause = LONGEST_PAUSE;
  private volatile long lastEnd = System.nanoTime() - TimeUnit.HOURS.toNanos(1);

  /** A fault, from its beginning to its end. */
  private record Fault(String kind, String name, Action action) {}

  @FunctionalInterface
  private interface Action {
    void run() throws InterruptedException;
  }

  Saboteur(Stage stage, Timeline timeline, long seed) {
    this.stage = stage;
    this.timeline = timeline;
    this.random = new Random(seed);
    List<Fault> faults = new ArrayList<>();
    database(faults, "source", stage.sourceServer, 4_000);
    database(faults, "target", stage.targetServer, 13_000);
    broker(faults, stage.broker);
    network(faults, "source", stage.toSource);
    network(faults, "target", stage.toTarget);
    network(faults, "broker", stage.toBroker);
    this.deck = new Deck<>(faults, random);
  }

  private void database(List<Fault> faults, String name, PostgresServer server, int longestPause) {
    for (StopMode mode : List.of(StopMode.FAST, StopMode.IMMEDIATE)) {
      faults.add(
          new Fault(
              "restarts",
              mode + " restart of the " + name,
              () -> {
                server.stop(mode);
                pause(random.nextInt(1_500));
                server.start();
              }));
    }
    faults.add(
        new Fault(
            "stops",
            "SIGSTOP of the " + name,
            () -> {
              server.pause();
              pause(500 + random.nextInt(longestPause));
              server.resume();
            }));
  }

  private void broker(List<Fault> faults, KafkaBroker broker) {
    faults.add(new Fault("restarts", "restart of the broker", broker::restart));
    faults.add(
        new Fault(
            "restarts",
            "kill -9 of the broker",
            () -> {
              broker.kill();
              broker.start();
            }));
    faults.add(
        new Fault(
            "stops",
            "SIGSTOP of the broker",
            () -> {
              broker.pause();
              pause(500 + random.nextInt(5_000));
              broker.resume();
            }));
  }

  private void network(List<Fault> faults, String name, TcpProxy proxy) {
    faults.add(
        new Fault("cuts", "cut without FIN: connections to the " + name, () -> proxy.cut(NOTICED)));
    faults.add(new Fault("cuts", "RST: connections to the " + name, proxy::reset));
    faults.add(
        new Fault(
            "cuts",
            "nothing passes to the " + name,
            () -> {
              proxy.stall();
              pause(500 + random.nextInt(6_000));
              proxy.pass();
            }));
    faults.add(
        new Fault(
            "cuts",
            "refused and reset: the " + name,
            () -> {
              proxy.refuse();
              proxy.reset();
              pause(500 + random.nextInt(3_000));
              proxy.pass();
            }));
    faults.add(
        new Fault(
            "cuts",
            "slow way to the " + name,
            () -> {
              proxy.delay(Duration.ofMillis(5 + random.nextInt(60)));
              pause(2_000);
              proxy.pass();
            }));
  }

  void start() {
    thread.start();
  }

  /**
   * Leaves room for a start now and then: on a busy machine nothing else would ever be broken.
   *
   * @param start how long one takes
   */
  void startsTake(Duration start) {
    Duration room = start.multipliedBy(2);
    longestPause = room.compareTo(LONGEST_PAUSE) > 0 ? room : LONGEST_PAUSE;
  }

  private void sabotage() {
    try {
      pause(3_000);
      while (!stop) {
        Fault fault = deck.draw();
        calm.lock();
        try {
          long begin = System.nanoTime();
          fault.action().run();
          lastEnd = System.nanoTime();
          timeline.count(
              fault.kind(),
              "fault: %s, %d ms".formatted(fault.name(), (lastEnd - begin) / 1_000_000));
        } finally {
          calm.unlock();
        }
        pause(1_000 + (long) (random.nextDouble() * longestPause.toMillis()));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (RuntimeException | Error e) {
      timeline.found("the saboteur failed: " + e);
    }
  }

  /** Whether something is broken, or was within that time. */
  boolean disturbed(Duration within) {
    return calm.isLocked() && !calm.isHeldByCurrentThread()
        || System.nanoTime() - lastEnd < within.toNanos();
  }

  private void pause(long millis) throws InterruptedException {
    long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
    while (!stop && System.nanoTime() < end) {
      TimeUnit.MILLISECONDS.sleep(20);
    }
  }

  /** Ends; all is as it should be then. */
  @Override
  public void close() throws InterruptedException {
    stop = true;
    thread.join();
    for (TcpProxy proxy : List.of(stage.toSource, stage.toTarget, stage.toBroker)) {
      proxy.pass();
    }
  }
}
