package io.crossfade.transform;

import io.crossfade.core.target.Arbiter;
import io.crossfade.core.target.Contribution;
import io.crossfade.wire.Contributions;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueStore;

/**
 * The end of the line where contributions meet: the row of the claim that stands is written, or the
 * row is deleted where nobody claims it.
 */
final class ArbiterProcessor extends TerminalProcessor {

  private final String store;
  private KeyValueStore<Bytes, byte[]> claims;

  ArbiterProcessor(ApplyContext context, String topic, String store) {
    super(context, topic);
    this.store = store;
  }

  @Override
  public void init(ProcessorContext<Void, Void> processorContext) {
    super.init(processorContext);
    claims = processorContext.getStateStore(store);
  }

  @Override
  public void process(Record<byte[], byte[]> record) {
    Bytes key = Bytes.wrap(record.key());
    byte[] stored = claims.get(key);
    Contribution<byte[]> said = Contributions.of(record.headers(), record.value());
    Arbiter<byte[]> before =
        stored == null ? Arbiter.none() : Arbiter.of(Contributions.decode(stored));
    Arbiter<byte[]> now = before.with(said);
    if (now.claims().isEmpty()) {
      claims.delete(key);
    } else {
      claims.put(key, Contributions.encode(now.claims()));
    }
    // Also where it is the row that stands already: it is sent again where somebody wants it
    // written again. Not the claim of another one, which changes nothing.
    add(record.withValue(now.owner().flatMap(Contribution::row).orElse(null)));
  }
}
