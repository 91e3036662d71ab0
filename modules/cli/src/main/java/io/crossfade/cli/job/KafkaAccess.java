package io.crossfade.cli.job;

import io.crossfade.sandbox.KafkaBroker;
import io.crossfade.sandbox.KafkaOptions;
import io.crossfade.spec.KafkaSpec;
import io.crossfade.spec.KafkaSpec.Brokers;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The brokers of a spec; those that it embeds run as long as this is open.
 *
 * @param properties for every Kafka client
 * @param broker that was started
 */
record KafkaAccess(Map<String, String> properties, Optional<KafkaBroker> broker)
    implements AutoCloseable {

  KafkaAccess {
    properties = Map.copyOf(properties);
  }

  /** Starts the broker where the spec embeds one. Waits for it. */
  static KafkaAccess open(KafkaSpec spec) {
    Map<String, String> properties = new HashMap<>();
    spec.properties().forEach((name, value) -> properties.put(name, value.reveal()));
    if (spec.brokers() instanceof Brokers.Embedded embedded) {
      KafkaBroker broker = KafkaBroker.start(KafkaOptions.in(embedded.directory()));
      properties.put("bootstrap.servers", broker.bootstrapServers());
      return new KafkaAccess(properties, Optional.of(broker));
    }
    properties.put(
        "bootstrap.servers", ((Brokers.External) spec.brokers()).bootstrapServers().value());
    return new KafkaAccess(properties, Optional.empty());
  }

  @Override
  public void close() {
    broker.ifPresent(KafkaBroker::close);
  }
}
