package io.crossfade.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.crossfade.cli.demo.Demo;
import io.crossfade.cli.demo.DemoJob;
import io.crossfade.cli.demo.DemoOptions;
import io.crossfade.spec.Spec;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** That the way ends with 0 where nothing is lost, the build of each change sees. */
@Tag("slow")
@Tag("long")
class DemoCutoverTest {

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  /** Fails where a write that is lost on the way is not noticed at its end. */
  @Test
  @Timeout(300)
  void shouldGoTheWholeWayAndEndWithOneWhereAWriteIsLost() {
    int code =
        new Demo(
                spec -> losing(spec, DemoCommand.start(spec)),
                new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8),
                false,
                new DemoOptions(3000, Duration.ofSeconds(1), true, false, 1))
            .run();

    assertThat(err.toString(StandardCharsets.UTF_8))
        .contains("crossfade cutover --rehearse: writes were stopped for")
        .contains("crossfade rollback: writes were stopped for")
        .contains("completed: the new tables are all there is");
    assertThat(out.toString(StandardCharsets.UTF_8))
        .containsPattern("cutover +writes were stopped for [0-9,]+ ms")
        .containsPattern("rollback +writes were stopped for [0-9,]+ ms")
        .containsPattern("lost, or there twice +2\n")
        .contains("the new model lacks 1/", "the old model lacks 1/");
    assertThat(code).isOne();
  }

  /** The real job, and an acknowledged write that is taken away after a rollback. */
  private static DemoJob losing(Spec spec, DemoJob job) {
    return (DemoJob)
        Proxy.newProxyInstance(
            DemoJob.class.getClassLoader(),
            new Class<?>[] {DemoJob.class},
            (proxy, method, arguments) -> {
              try {
                Object result = method.invoke(job, arguments);
                if (method.getName().equals("command")
                    && ((List<?>) arguments[0]).contains("rollback")) {
                  takeAway(spec);
                }
                return result;
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            });
  }

  private static void takeAway(Spec spec) throws SQLException {
    try (Connection source =
            DriverManager.getConnection(
                spec.source().url().value(),
                spec.source().username().value(),
                spec.source().password().orElseThrow().reveal());
        Statement statement = source.createStatement()) {
      statement.execute(
          "DELETE FROM audit WHERE (customer_id, entry) IN (SELECT customer_id, min(entry)"
              + " FROM audit WHERE kind = 'switch' AND customer_id = 1 GROUP BY customer_id)");
    }
  }
}
