package io.crossfade.core.target;

import java.util.Objects;

/**
 * One partition of a topic that apply reads.
 *
 * @param topic the topic's name
 * @param partition counted from 0
 */
public record InputPartition(String topic, int partition) implements Comparable<InputPartition> {

  public InputPartition {
    Objects.requireNonNull(topic, "topic");
    if (partition < 0) {
      throw new IllegalArgumentException("partition " + partition + " of " + topic);
    }
  }

  @Override
  public int compareTo(InputPartition other) {
    int byTopic = topic.compareTo(other.topic);
    return byTopic != 0 ? byTopic : Integer.compare(partition, other.partition);
  }

  @Override
  public String toString() {
    return topic + "-" + partition;
  }
}
