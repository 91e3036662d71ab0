package io.crossfade.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReportTest {

  private static final Ratio RATIO =
      Ratio.of("backfill-vs-copy", "backfill", "COPY | COPY", Metric.SECONDS).withFloor(0.25);

  private final Results results = new Results((subject, sample) -> {});

  @Test
  void shouldCompareMediansSoThatOneSlowRoundDecidesNothing() {
    List.of(2.0, 90.0, 1.0).forEach(this::theirs);
    List.of(8.0, 4.0, 200.0).forEach(this::ours);

    assertThat(RATIO.in(results)).hasValue(0.25);
    assertThat(report(RecordedRatios.NONE).floorsAreHeld()).isTrue();
    assertThat(report(RecordedRatios.NONE).text())
        .containsPattern("backfill +COPY \\| COPY +2\\.00")
        .containsPattern("backfill +Crossfade +8\\.00")
        .containsPattern("backfill-vs-copy +COPY \\| COPY +0\\.25 +– +0\\.25 +held");
  }

  @Test
  void shouldMissTheFloorWhenWeAreSlower() {
    theirs(1);
    ours(4.1);

    assertThat(report(RecordedRatios.NONE).floorsAreHeld()).isFalse();
    assertThat(report(RecordedRatios.NONE).text()).contains("MISSED");
  }

  @Test
  void shouldMarkWhatIsWorseThanRecordedByMoreThanTheToleranceButLetItPass() {
    theirs(1);
    ours(2);
    RecordedRatios much = new RecordedRatios("", 0.2, Map.of("backfill-vs-copy", 0.63));
    RecordedRatios little = new RecordedRatios("", 0.2, Map.of("backfill-vs-copy", 0.62));

    assertThat(report(much).text()).contains("0.63", "WORSE than recorded by more than 20 %");
    assertThat(report(much).floorsAreHeld()).isTrue();
    assertThat(report(little).text()).contains("0.62").doesNotContain("WORSE");
  }

  @Test
  void shouldCountMoreAsBetterWhereMoreIsBetter() {
    results.add("scale", "large", Sample.EMPTY.with(Metric.ROWS_PER_SECOND, 90));
    results.add("scale", "small", Sample.EMPTY.with(Metric.ROWS_PER_SECOND, 100));
    Ratio scale =
        new Ratio(
            "scale",
            "scale",
            "large",
            "small",
            Metric.ROWS_PER_SECOND,
            java.util.OptionalDouble.empty());

    assertThat(scale.in(results).orElseThrow()).isCloseTo(0.9, within(1e-9));
  }

  @Test
  void shouldSayNothingOfWhatWasNotMeasured() {
    ours(2);

    assertThat(RATIO.in(results)).isEmpty();
    assertThat(report(RecordedRatios.NONE).floorsAreHeld()).isTrue();
    assertThat(report(RecordedRatios.NONE).text()).doesNotContain("held").doesNotContain("MISSED");
  }

  @Test
  void shouldWriteAllRoundsAsJson(@TempDir Path directory) throws Exception {
    theirs(1);
    ours(2);
    ours(4);
    Path file = directory.resolve("bench.json");

    ReportJson.write(
        file,
        Map.of("rows", 7),
        report(new RecordedRatios("", 0.1, Map.of("backfill-vs-copy", 0.5))));

    JsonNode json = new ObjectMapper().readTree(file.toFile());
    assertThat(json.at("/machine/rows").asInt()).isEqualTo(7);
    assertThat(json.at("/results/1/who").asText()).isEqualTo("Crossfade");
    assertThat(json.at("/results/1/median/seconds").asDouble()).isEqualTo(3);
    assertThat(json.at("/results/1/rounds/1/seconds").asDouble()).isEqualTo(4);
    assertThat(json.at("/ratios/0/measured").asDouble()).isCloseTo(1 / 3.0, within(1e-9));
    assertThat(json.at("/ratios/0/worseThanRecorded").asBoolean()).isTrue();
  }

  private Report report(RecordedRatios recorded) {
    return new Report(results, List.of(RATIO), recorded);
  }

  private void theirs(double seconds) {
    results.add("backfill", "COPY | COPY", Sample.EMPTY.with(Metric.SECONDS, seconds));
  }

  private void ours(double seconds) {
    results.add("backfill", "Crossfade", Sample.EMPTY.with(Metric.SECONDS, seconds));
  }
}
