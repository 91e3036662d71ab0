package io.crossfade.transform;

import static org.assertj.core.api.Assertions.assertThat;

import io.crossfade.core.table.Operation;
import io.crossfade.core.table.Row;
import io.crossfade.sandbox.PostgresOptions;
import io.crossfade.sandbox.PostgresServer;
import io.crossfade.sandbox.PostgresVersion;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The target is away: apply waits, says so, and goes on where it was. */
@Tag("slow")
class TargetOutageTest {

  private static PostgresServer server;

  private ApplyBench bench;

  @BeforeAll
  static void startServer() {
    server = PostgresServer.start(PostgresOptions.of(PostgresVersion.V15));
  }

  @AfterAll
  static void stopServer() {
    server.close();
  }

  @BeforeEach
  void open() {
    bench = new ApplyBench(server.createDatabase(), 2);
  }

  @AfterEach
  void close() throws Exception {
    bench.close();
  }

  @Test
  void shouldGoOnAfterTheTargetHasRestarted() {
    Apply apply = bench.start();
    for (int i = 0; i < 600; i += 2) {
      insert(i, i + 2);
      if (i == 100) {
        server.restart();
      }
      if (i == 300) {
        server.kill();
        server.start();
      }
    }
    bench.awaitAll(apply);
    assertEachRowWrittenOnce(600);
  }

  @Test
  void shouldWaitWhileTheTargetIsDownAndSaySinceWhen() {
    Instant start = Instant.now();
    Apply apply = bench.start();
    insert(0, 10);
    bench.awaitAll(apply);
    server.stop(PostgresServer.StopMode.FAST);
    insert(10, 20);
    Eventually.until(
        "it waits",
        () ->
            apply.state() instanceof ApplyState.WaitingForTarget waiting
                && waiting.why().contains("refused"),
        apply::state);
    assertThat(((ApplyState.WaitingForTarget) apply.state()).since())
        .isBetween(start, Instant.now());
    // It may have missed the target before it has met the records.
    Eventually.until("it says how much waits", () -> apply.lag().records() > 0, apply::lag);
    server.start();
    bench.awaitAll(apply);
    assertThat(apply.state()).isEqualTo(new ApplyState.Running());
    assertEachRowWrittenOnce(20);
  }

  /** Longer than the driver's time-out for an answer, so that the connection is given up. */
  @Test
  void shouldGoOnAfterTheTargetHasAnsweredNobodyForAWhile() {
    Apply apply = bench.start();
    insert(0, 10);
    bench.awaitAll(apply);
    server.pause();
    try {
      insert(10, 20);
      Eventually.until(
          "it waits", () -> apply.state() instanceof ApplyState.WaitingForTarget, apply::state);
    } finally {
      server.resume();
    }
    bench.awaitAll(apply);
    assertEachRowWrittenOnce(20);
  }

  @Test
  void shouldCloseWithinSecondsThoughTheTargetDoesNotAnswer() {
    Apply apply = bench.start();
    insert(0, 10);
    bench.awaitAll(apply);
    server.pause();
    long start = System.nanoTime();
    try {
      insert(10, 20);
      Eventually.until("something is to be written", () -> apply.lag().records() > 0, apply::lag);
      apply.close();
    } finally {
      server.resume();
    }
    assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(15));
    assertThat(apply.state()).isEqualTo(new ApplyState.Stopped());
    bench.awaitAll(bench.start());
    assertEachRowWrittenOnce(20);
  }

  private void insert(int from, int to) {
    bench.raw.commit(
        () -> {
          for (int i = from; i < to; i++) {
            bench.raw.write(ApplyBench.OLD, Operation.INSERT, Row.of("" + i, "n" + i, "1"));
          }
        });
  }

  private void assertEachRowWrittenOnce(long rows) {
    assertThat(bench.count("SELECT count(*) FROM public.new")).isEqualTo(rows);
    assertThat(bench.count("SELECT count(*) FROM public.writes")).isEqualTo(rows);
  }
}
