package io.crossfade.bench;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class MainTest {

  private static final String RECORDED =
      """
      {"measuredWith": "nothing", "tolerance": 0.2,
       "ratios": {"backfill-vs-copy": 0.37, "changes-vs-native": null}}
      """;

  private final StringWriter printed = new StringWriter();
  private final CommandLine bench =
      Main.commandLine().setOut(new PrintWriter(printed)).setErr(new PrintWriter(printed));

  @Test
  @Tag("slow")
  void shouldPrintTheTablesAndWriteTheJson(@TempDir Path directory) throws Exception {
    Path json = directory.resolve("bench.json");
    Path ratios = Files.writeString(directory.resolve("ratios.json"), RECORDED);

    int code =
        bench.execute(
            "--rows",
            "5000",
            "--rounds",
            "1",
            "--only",
            "backfill,changes",
            "--ratios",
            ratios.toString(),
            "--json",
            json.toString());

    // So few rows say nothing about speed: a floor may be missed.
    assertThat(code).isIn(0, 3);
    assertThat(printed.toString())
        .contains("debezium: ", "kafka: ", "postgres: ")
        .containsPattern("(?m)^backfill-vs-copy +COPY \\| COPY +[0-9.]+ +0.37 +0.25 +(held|MISSED)")
        .containsPattern("(?m)^changes-vs-native +native replication +[0-9.]+ +– +0.40 ");
    assertThat(new ObjectMapper().readTree(json.toFile()).at("/results").size()).isEqualTo(6);
  }

  @Test
  void shouldNameWhatItKnowsWhenAskedForSomethingElse() {
    int code = bench.execute("--only", "backfil");

    assertThat(code).isEqualTo(2);
    assertThat(printed.toString()).contains("no 'backfil'").contains("backfill, transform");
  }

  @Test
  void shouldRefuseSoFewRowsThatNothingCanBeMeasured() {
    assertThat(bench.execute("--rows", "99")).isEqualTo(2);
    assertThat(printed.toString()).contains("--rows: at least 100");
  }
}
