package io.crossfade.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.crossfade.cli.demo.Demo;
import io.crossfade.cli.demo.DemoJob;
import io.crossfade.cli.demo.DemoOptions;
import io.crossfade.cli.job.JobStatistics;
import io.crossfade.server.Status;
import io.crossfade.spec.Secret;
import io.crossfade.spec.Spec;
import io.crossfade.verify.RepairReport;
import io.crossfade.verify.VerificationReport;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DemoCommandTest {

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  @ParameterizedTest
  @ValueSource(strings = {"--rows=10", "--rows=many", "--seconds=0", "--bogus"})
  void shouldRefuseWhatItCannotDoBeforeAnythingStarts(String option) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    int code = Main.run(new PrintWriter(out), new PrintWriter(err), "demo", option);
    assertThat(code).isEqualTo(2);
    assertThat(err.toString()).contains(option.replaceAll("=.*", ""));
    assertThat(out.toString()).isEmpty();
  }

  /**
   * That it ends with 0 where all is equal, the build of each change sees; here a row is spoilt
   * where no eye is any more. Fails where the last verification is not asked, or not believed.
   */
  @Test
  @Timeout(240)
  void shouldFindAndRepairWhatItPlantsAndEndWithOneWhereARowDiffersAtTheEnd() {
    int code =
        new Demo(
                spec -> new Spoiling(spec, DemoCommand.start(spec)),
                new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8),
                false,
                new DemoOptions(5000, Duration.ofSeconds(1), false))
            .run();

    assertThat(err.toString(StandardCharsets.UTF_8))
        .contains(
            "one cent more on account", "crossfade verify, while the clients write, has found")
        .contains("\"table\":\"public.accounts\"", "balance_cents", "crossfade repair: equal");
    assertThat(out.toString(StandardCharsets.UTF_8))
        .containsPattern("planted, found, repaired +one cent on account [0-9]+\n")
        .containsPattern("public.accounts +[0-9,]+ rows, equal to its SELECT")
        .containsPattern("public.audit +DIFFERENT: [0-9,]+ rows, its SELECT has [0-9,]+; .*value=1")
        .contains("\"actual\":\"spoilt\"", "NOT EQUAL");
    assertThat(code).isOne();
  }

  /** The real job, and a row that is spoilt right before it verifies all. */
  private record Spoiling(Spec spec, DemoJob job) implements DemoJob {

    @Override
    public VerificationReport verify(List<String> tables) throws Exception {
      if (tables.isEmpty()) {
        try (Connection target =
                DriverManager.getConnection(
                    spec.target().url().value(),
                    spec.target().username().value(),
                    spec.target().password().map(Secret::reveal).orElse(""));
            Statement statement = target.createStatement()) {
          statement.execute(
              "UPDATE audit SET kind = 'spoilt' WHERE (customer_id, entry) IN"
                  + " (SELECT customer_id, entry FROM audit LIMIT 1)");
        }
      }
      return job.verify(tables);
    }

    @Override
    public List<String> differences() throws Exception {
      return job.differences();
    }

    @Override
    public RepairReport repair(List<String> tables) throws Exception {
      return job.repair(tables);
    }

    @Override
    public Status status() {
      return job.status();
    }

    @Override
    public JobStatistics statistics() {
      return job.statistics();
    }

    @Override
    public void awaitCaughtUp() throws Exception {
      job.awaitCaughtUp();
    }

    @Override
    public void awaitBarrier() throws Exception {
      job.awaitBarrier();
    }

    @Override
    public Said command(List<String> arguments) throws Exception {
      return job.command(arguments);
    }

    @Override
    public URI api() {
      return job.api();
    }

    @Override
    public void close() {
      job.close();
    }
  }
}
