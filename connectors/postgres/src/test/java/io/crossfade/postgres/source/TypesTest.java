package io.crossfade.postgres.source;

import static org.assertj.core.api.Assertions.assertThat;

import io.crossfade.sandbox.Database;
import io.crossfade.sandbox.PostgresServer;
import io.crossfade.sandbox.SharedSandbox;
import java.util.ArrayList;
import java.util.List;
import java.util.TimeZone;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** I5: a row read by a chunk and the same row from the log are the same bytes. */
@Timeout(240)
class TypesTest {

  private final TimeZone zone = TimeZone.getDefault();

  /** The driver tells each session the JVM's own zone. */
  @BeforeEach
  void liveElsewhere() {
    TimeZone.setDefault(TimeZone.getTimeZone("America/St_Johns"));
  }

  @AfterEach
  void goHome() {
    TimeZone.setDefault(zone);
  }

  static PostgresServer server(int version) {
    return version == 15 ? SharedSandbox.postgres15() : SharedSandbox.postgres18();
  }

  @ParameterizedTest
  @ValueSource(ints = {15, 18})
  void shouldCarryTheExtremesOfEveryTypeBothWays(int version) throws Exception {
    try (Database source = server(version).createDatabase();
        Database target = server(version).createDatabase()) {
      BothWays.prepare(source);
      BothWays.prepare(target);
      List<TypeSample> samples = TypeSamples.of(version);

      assertThat(new BothWays(source, target).difference(samples, extremes(samples))).isEmpty();
    }
  }

  /** Row n has the n-th extreme of each type; one more row has none. */
  static List<List<String>> extremes(List<TypeSample> samples) {
    int most = samples.stream().mapToInt(s -> s.extremes().size()).max().orElseThrow();
    List<List<String>> rows = new ArrayList<>();
    for (int r = 0; r <= most; r++) {
      List<String> row = new ArrayList<>();
      for (TypeSample sample : samples) {
        row.add(r < sample.extremes().size() ? sample.extremes().get(r) : null);
      }
      rows.add(row);
    }
    return rows;
  }
}
