package io.crossfade.wire;

import java.util.Map;
import java.util.Objects;

/**
 * The raw topics that a migration writes to, as they were when it first did: one that was made
 * again, or has other partitions, has lost rows or their order.
 *
 * @param byName Kafka's id and the number of partitions of each
 */
public record RawTopics(Map<String, Topic> byName) {

  /**
   * A topic.
   *
   * @param id Kafka's own, another one when a topic of the same name is made again
   * @param partitions how many it has
   */
  public record Topic(String id, int partitions) {
    public Topic {
      Objects.requireNonNull(id, "id");
    }
  }

  public RawTopics {
    byName = Map.copyOf(byName);
  }
}
