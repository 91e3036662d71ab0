package io.crossfade.core.target;

import java.util.Objects;

/**
 * By what a topic is known to be the same one: a topic that was deleted and made again has another
 * id, one that was repartitioned another count.
 *
 * @param id Kafka's id of the topic
 * @param partitions how many it has
 */
public record TopicIdentity(String id, int partitions) {

  public TopicIdentity {
    Objects.requireNonNull(id, "id");
  }
}
