package io.crossfade.transform;

import io.crossfade.wire.Names;
import java.util.LinkedHashMap;
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
 * The plan as a topology, by name: for each raw topic its source and its terminal; for each mapping
 * whose rows have keys of their own, where they are claimed, where claims of one table meet, and
 * the terminal behind that. A terminal's partition follows the key that it writes, so that no two
 * write one row.
 */
final class ApplyTopology {

  private static final Serde<byte[]> BYTES = Serdes.ByteArray();

  private ApplyTopology() {}

  static Topology of(InputTopic.All topics, ApplyContext context) {
    StreamsBuilder builder = new StreamsBuilder();
    Map<String, KStream<byte[], byte[]>> meeting = new LinkedHashMap<>();
    for (InputTopic topic : topics.raw()) {
      KStream<byte[], byte[]> records =
          builder.stream(
              topic.name(), Consumed.with(BYTES, BYTES).withName("read-" + topic.name()));
      records.process(
          () -> new TerminalProcessor(context, topic.name()), Named.as("apply-" + topic.name()));
      for (Contributing mapping : topic.contributing()) {
        KStream<byte[], byte[]> contributions =
            records.process(
                stateful(() -> new ContributingProcessor(context, topic, mapping), mapping.store()),
                Named.as("contribute-" + mapping.store()));
        meeting.merge(
            mapping.topic(),
            contributions,
            (a, b) -> a.merge(b, Named.as("merge-" + mapping.store())));
      }
    }
    meeting.forEach(
        (name, contributions) -> {
          InputTopic topic = topics.claims().get(name);
          String claims = Names.claims(topic.codec().table().id());
          contributions
              .repartition(Repartitioned.with(BYTES, BYTES).withName(claims))
              .process(
                  stateful(() -> new ArbiterProcessor(context, name, claims), claims),
                  Named.as("apply-" + claims));
        });
    return builder.build();
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
