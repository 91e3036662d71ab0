package io.crossfade.transform;

import java.util.List;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.streams.Topology;

/** The plan as a topology: for each raw topic its source and its terminal, by name. */
final class ApplyTopology {

  private ApplyTopology() {}

  static Topology of(List<RawTopic> topics, ApplyContext context) {
    Topology topology = new Topology();
    for (RawTopic topic : topics) {
      String table = topic.codec().table().id().toString();
      topology.addSource(
          "read-" + table, new ByteArrayDeserializer(), new ByteArrayDeserializer(), topic.name());
      topology.addProcessor(
          "apply-" + table, () -> new TerminalProcessor(context, topic.name()), "read-" + table);
    }
    return topology;
  }
}
