package io.crossfade.torture;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;

/**
 * Resets the group. Where that is to the start, rows are damaged before: only a replay that takes
 * effect makes them right again.
 */
final class Resets {

  private final Stage stage;
  private final Group group;
  private final Timeline timeline;
  private final Random random;

  Resets(Stage stage, Group group, Timeline timeline, Random random) {
    this.stage = stage;
    this.group = group;
    this.timeline = timeline;
    this.random = random;
  }

  /**
   * Only while no job runs, and all servers are there.
   *
   * @return whether it was
   */
  boolean reset() throws InterruptedException, SQLException {
    try {
      Map<TopicPartition, Long> offsets = group.offsets();
      if (offsets.isEmpty()) {
        timeline.say("no replay: the group has no offsets yet");
        return false;
      }
      group.forgetMembers();
      boolean whole = random.nextBoolean();
      Map<TopicPartition, Long> to = new HashMap<>();
      offsets.forEach(
          (partition, offset) ->
              to.put(partition, whole ? 0 : (long) (random.nextDouble() * offset)));
      StepsBack.replayAsked(stage.target);
      group.reset(to);
      if (whole) {
        damage();
      }
      timeline.count("replays", "the group was reset " + (whole ? "to the start" : "to " + to));
      return true;
    } catch (ExecutionException | TimeoutException | KafkaException e) {
      timeline.say("no replay: " + e);
      return false;
    }
  }

  /** Behind the triggers' back. */
  private void damage() throws SQLException {
    try (Connection connection = stage.target.connect();
        Statement statement = connection.createStatement()) {
      statement.execute(StepsBack.UNSEEN);
      for (TortureTable table : Schema.TABLES) {
        statement.execute(
            "DELETE FROM public.%1$s WHERE ctid IN (SELECT ctid FROM public.%1$s LIMIT 20)"
                .formatted(table.into()));
      }
    }
  }
}
