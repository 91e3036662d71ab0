package io.crossfade.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

class MainTest {

  /** So few rows say nothing about speed, but all has to have arrived: else it ends with 1. */
  @Test
  @Tag("slow")
  void shouldMoveAllRowsByBothAndPrintBothRatios() {
    StringWriter printed = new StringWriter();
    CommandLine bench = Main.commandLine().setOut(new PrintWriter(printed));

    int code = bench.execute("--rows", "5000", "--rounds", "1");

    assertThat(code).isIn(0, 3);
    assertThat(printed.toString())
        .containsPattern("(?m)^backfill .* × COPY \\| COPY \\(floor 0.25 ×\\)")
        .containsPattern("(?m)^changes .* × native replication \\(floor 0.40 ×\\)");
  }
}
