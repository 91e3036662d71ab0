package io.crossfade.cli.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.crossfade.spec.Spec;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(180)
class DemoTest {

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  @Test
  void shouldEndAllServersWhenItIsInterrupted() throws Exception {
    CompletableFuture<Spec> started = new CompletableFuture<>();
    CompletableFuture<Integer> code = new CompletableFuture<>();
    Demo demo =
        demo(
            spec -> {
              started.complete(spec);
              new CountDownLatch(1).await();
              throw new IllegalStateException("never");
            });
    Thread thread = new Thread(() -> code.complete(demo.run()));
    thread.start();
    Spec spec = started.get(150, TimeUnit.SECONDS);
    thread.interrupt();
    assertThat(code.get(20, TimeUnit.SECONDS)).isEqualTo(130);
    assertThat(spec.file()).doesNotExist();
    assertThat(spec.file().getParent()).doesNotExist();
    assertThatThrownBy(() -> DriverManager.getConnection(spec.source().url().value(), "x", "x"))
        .isInstanceOf(SQLException.class)
        .hasMessageContaining("refused");
  }

  private Demo demo(DemoJob.Factory jobs) {
    return new Demo(
        jobs,
        new PrintStream(out, true, StandardCharsets.UTF_8),
        new PrintStream(err, true, StandardCharsets.UTF_8),
        false,
        new DemoOptions(1000, Duration.ofSeconds(1), false));
  }
}
