package io.crossfade.torture;

import static org.assertj.core.api.Assertions.assertThat;

import io.crossfade.sandbox.Database;
import io.crossfade.sandbox.SharedSandbox;
import io.crossfade.torture.Leftovers.Place;
import java.sql.Connection;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What looks for leftovers, against leftovers that are planted. */
class LeftoversTest {

  private static final TopicPartition PARTITION = new TopicPartition("t", 1);

  private static List<String> disagreements(Place place, long kafka, long end) {
    return Leftovers.disagreements(
        List.of(place), Map.of(PARTITION, kafka), Map.of(PARTITION, end));
  }

  @Test
  void shouldAgreeWhereAllStandAtOnePlace() {
    assertThat(disagreements(new Place("t", 1, 5, 5, 5, "", "g"), 5, 6)).isEmpty();
  }

  /** Each line differs in one thing. */
  @ParameterizedTest
  @CsvSource({
    "4, 5, 5, '', 5, 6",
    "5, 5, 9, '', 5, 10",
    "5, 5, 5, x, 5, 6",
    "5, 5, 5, '', 4, 6",
    "5, 5, 5, '', 6, 6",
    "7, 7, 7, '', 7, 6"
  })
  void shouldFindEachDisagreement(
      long prev, long cur, long highest, String owner, long kafka, long end) {
    assertThat(disagreements(new Place("t", 1, prev, cur, highest, owner, "g"), kafka, end))
        .hasSize(1);
  }

  @Test
  void shouldFindAPartitionThatTheGroupHasNoOffsetOf() {
    Place place = new Place("t", 1, 5, 5, 5, "", "g");
    assertThat(Leftovers.disagreements(List.of(place), Map.of(), Map.of(PARTITION, 6L))).hasSize(1);
  }

  /** Fails where one more slot, or none, is not seen. */
  @Test
  void shouldWantTheMigrationsSlotAndNoOther() {
    try (Database source = SharedSandbox.postgres15().createDatabase()) {
      assertThat(Leftovers.slots(source)).hasSize(1);
      source.query("SELECT pg_create_logical_replication_slot('crossfade_torture', 'pgoutput')");
      assertThat(Leftovers.slots(source)).isEmpty();
      source.query("SELECT pg_create_logical_replication_slot('crossfade_other', 'pgoutput')");
      assertThat(Leftovers.slots(source)).hasSize(1);
    }
  }

  /** Fails where a session of ours is not known as such. */
  @Test
  void shouldFindASessionOfAJob() throws Exception {
    try (Database source = SharedSandbox.postgres15().createDatabase()) {
      assertThat(Leftovers.sessions(source)).isEmpty();
      try (Connection connection = source.connect();
          var statement = connection.createStatement()) {
        statement.execute("SET application_name = 'crossfade torture'");
        assertThat(Leftovers.sessions(source)).hasSize(1);
      }
    }
  }

  /** Fails where a process that still names the directory is not found. */
  @Test
  void shouldFindAProcessByTheDirectoryThatItWasGiven() throws Exception {
    String directory = "/nowhere/" + ProcessHandle.current().pid();
    assertThat(Leftovers.processes(directory)).isEmpty();
    Process process = new ProcessBuilder("sh", "-c", "read line; exit", directory).start();
    try {
      assertThat(Leftovers.processes(directory)).hasSize(1);
    } finally {
      process.destroyForcibly().waitFor();
    }
  }
}
