package io.crossfade.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RecordedRatiosTest {

  private static final Path FILE = Path.of("ratios.json");

  @Test
  void shouldNameInTheRepositorysFileJustTheRatiosThatAreMeasured() throws IOException {
    List<String> named = new ArrayList<>();
    new ObjectMapper()
        .readTree(FILE.toFile())
        .get("ratios")
        .fieldNames()
        .forEachRemaining(named::add);

    assertThat(RecordedRatios.read(FILE).tolerance()).isBetween(0.05, 0.5);
    assertThat(named)
        .containsExactlyInAnyOrderElementsOf(
            Main.measurements().stream()
                .flatMap(measurement -> measurement.ratios().stream())
                .map(Ratio::id)
                .toList());
  }

  @Test
  void shouldRefuseAFileThatSaysSomethingElse(@TempDir Path directory) throws IOException {
    Path file = directory.resolve("ratios.json");
    Files.writeString(file, "{\"tolerance\": 0.2, \"ratios\": {\"scale\": \"fast\"}}");
    assertThatThrownBy(() -> RecordedRatios.read(file))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("scale is neither a number nor null");

    Files.writeString(file, "{}");
    assertThatThrownBy(() -> RecordedRatios.read(file)).hasMessageContaining("expected");
  }
}
