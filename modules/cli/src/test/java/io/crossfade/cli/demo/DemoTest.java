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
  void shouldEndWithZeroWhenBothModelsAreEqual() {
    int code = demo(spec -> new CopyingJob(spec, "SELECT 1", 7)).run();
    assertThat(text(err)).contains("PostgreSQL 18", "Kafka on", "clients write", "FOLLOWING");
    assertThat(text(out).lines())
        .contains("rows copied                3,000", "gave way to newer changes  7", "equal")
        .anyMatch(line -> line.matches("end-to-end lag +p50 0\\.13 s, p99 1\\.50 s"))
        .anyMatch(line -> line.startsWith("public.audit"));
    assertThat(code).isZero();
  }

  @Test
  void shouldEndWithOneAndShowTheRowThatDiffers() {
    int code =
        demo(spec -> new CopyingJob(spec, "UPDATE audit SET kind = 'x' WHERE customer_id = 17", 7))
            .run();
    assertThat(text(out)).contains("NOT EQUAL", "(17,", "kind is 'x', should be '");
    assertThat(text(out).lines()).doesNotContain("equal");
    assertThat(code).isOne();
  }

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

  private static String text(ByteArrayOutputStream stream) {
    return stream.toString(StandardCharsets.UTF_8);
  }
}
