package io.crossfade.transform;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.kstream.Consumed;
import org.apache.kafka.streams.kstream.KStream;
import org.apache.kafka.streams.kstream.Named;
import org.apache.kafka.streams.kstream.Repartitioned;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorSupplier;
import org.apache.kafka.streams.state.StoreBuilder;
import org.apache.kafka.streams.state.Stores;

/**
 * The plan as a topology, by name: for each topic its source and its terminal; for each mapping
 * whose rows have keys of their own the topics in between, in which rows meet, and the one in which
 * they claim their keys. A terminal's partition follows the key that it writes, so that no two
 * write one row.
 */
final class ApplyTopology {

  private static final Serde<byte[]> BYTES = Serdes.ByteArray();

  private final StreamsBuilder builder = new StreamsBuilder();
  private final ApplyContext context;

  /** What goes into a topic in which rows meet. */
  private final Map<String, KStream<byte[], byte[]>> meeting = new HashMap<>();

  private ApplyTopology(ApplyContext context) {
    this.context = context;
  }

  static Topology of(FlowTopics topics, ApplyContext context) {
    ApplyTopology topology = new ApplyTopology(context);
    topics.raw().forEach(topology::raw);
    topics.levels().forEach(level -> level.forEach(topology::meet));
    topics.claims().forEach(topology::claims);
    return topology.builder.build();
  }

  private void raw(InputTopic topic) {
    KStream<byte[], byte[]> records =
        builder.stream(topic.name(), Consumed.with(BYTES, BYTES).withName("read-" + topic.name()));
    terminate(topic, records);
    topic.contributing().forEach(mapping -> contribute(topic, mapping, records));
  }

  private void meet(InputTopic topic) {
    String name = topic.stores().get(0);
    KStream<byte[], byte[]> records = met(topic, name);
    terminate(topic, records);
    contribute(
        topic,
        topic.contributing().get(0),
        records.process(stateful(() -> meeting(topic), name), Named.as("meet-" + name)));
  }

  private Processor<byte[], byte[], byte[], byte[]> meeting(InputTopic topic) {
    return topic.meeting().orElseThrow() instanceof Meeting.Joining
        ? new JoinProcessor(topic)
        : new GroupProcessor(context, topic);
  }

  private void claims(InputTopic topic) {
    String name = topic.stores().get(0);
    met(topic, name)
        .process(
            stateful(() -> new ArbiterProcessor(context, topic.name(), name), name),
            Named.as("apply-" + name));
  }

  private void terminate(InputTopic topic, KStream<byte[], byte[]> records) {
    records.process(
        () -> new TerminalProcessor(context, topic.name()), Named.as("apply-" + topic.name()));
  }

  private void contribute(InputTopic topic, Contributing mapping, KStream<byte[], byte[]> records) {
    KStream<byte[], byte[]> contributions =
        records.process(
            stateful(() -> new ContributingProcessor(context, topic, mapping), mapping.store()),
            Named.as("contribute-" + mapping.store()));
    meeting.merge(
        mapping.topic(), contributions, (a, b) -> a.merge(b, Named.as("merge-" + mapping.store())));
  }

  private KStream<byte[], byte[]> met(InputTopic topic, String name) {
    return meeting.get(topic.name()).repartition(Repartitioned.with(BYTES, BYTES).withName(name));
  }

  private static <K, V> ProcessorSupplier<byte[], byte[], K, V> stateful(
      Supplier<Processor<byte[], byte[], K, V>> processor, String store) {
    return new ProcessorSupplier<>() {
      @Override
      public Processor<byte[], byte[], K, V> get() {
        return processor.get();
      }

      @Override
      public Set<StoreBuilder<?>> stores() {
        return Set.of(
            Stores.keyValueStoreBuilder(
                Stores.persistentKeyValueStore(store), Serdes.Bytes(), BYTES));
      }
    };
  }
}
