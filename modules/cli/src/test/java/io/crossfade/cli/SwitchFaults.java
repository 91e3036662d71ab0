package io.crossfade.cli;

import io.crossfade.sandbox.Database;
import io.crossfade.sandbox.KafkaBroker;
import io.crossfade.sandbox.PostgresServer;
import io.crossfade.sandbox.PostgresServer.StopMode;
import io.crossfade.sandbox.TcpProxy;
import java.sql.Connection;
import java.sql.Statement;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;

/** What happens to servers and connections in the middle of a switch; drawn like cards. */
final class SwitchFaults {

  /** Something fails, and is well again when this returns. */
  @FunctionalInterface
  interface Action {
    void run() throws Exception;
  }

  /**
   * One of them.
   *
   * @param before whether it has begun before the switch is ordered
   */
  record Fault(String name, boolean before, Action action) {}

  private final Random random;
  private final List<Fault> all = new ArrayList<>();
  private final Deque<Fault> left = new ArrayDeque<>();

  SwitchFaults(Random random) {
    this.random = random;
  }

  /** Breaks connections of the job to a server. */
  SwitchFaults connections(String name, TcpProxy proxy) {
    all.add(new Fault("RST: connections to the " + name, false, proxy::reset));
    all.add(
        new Fault(
            "refused and reset: the " + name,
            false,
            () -> {
              proxy.refuse();
              proxy.reset();
              pause(200, 2_000);
              proxy.pass();
            }));
    all.add(
        new Fault(
            "nothing passes to the " + name,
            false,
            () -> {
              proxy.stall();
              pause(200, 3_000);
              proxy.pass();
            }));
    return this;
  }

  /** Restarts a server. */
  SwitchFaults restarts(String name, PostgresServer server) {
    for (StopMode mode : List.of(StopMode.FAST, StopMode.IMMEDIATE)) {
      all.add(
          new Fault(
              mode + " restart of the " + name,
              false,
              () -> {
                server.stop(mode);
                pause(0, 1_000);
                server.start();
              }));
    }
    return this;
  }

  /** Restarts a broker, cleanly and not. */
  SwitchFaults restarts(KafkaBroker broker) {
    all.add(new Fault("restart of the broker", false, broker::restart));
    all.add(
        new Fault(
            "kill -9 of the broker",
            false,
            () -> {
              broker.kill();
              broker.start();
            }));
    return this;
  }

  /** Somebody is in the way of a fence. */
  SwitchFaults longTransaction(Database database, String table) {
    all.add(
        new Fault(
            "a long transaction at " + table,
            true,
            () -> {
              try (Connection connection = database.connect();
                  Statement statement = connection.createStatement()) {
                connection.setAutoCommit(false);
                // As who has written.
                statement.execute("LOCK TABLE " + table + " IN ROW EXCLUSIVE MODE");
                pause(1_000, 6_000);
                connection.rollback();
              }
            }));
    return this;
  }

  /** The next one; each comes once before one comes again. */
  Fault draw() {
    if (left.isEmpty()) {
      List<Fault> shuffled = new ArrayList<>(all);
      Collections.shuffle(shuffled, random);
      left.addAll(shuffled);
    }
    return left.pop();
  }

  private void pause(int atLeastMillis, int atMostMillis) throws InterruptedException {
    TimeUnit.MILLISECONDS.sleep(random.nextInt(atLeastMillis, atMostMillis));
  }
}
