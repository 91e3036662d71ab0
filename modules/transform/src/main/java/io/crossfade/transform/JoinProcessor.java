package io.crossfade.transform;

import io.crossfade.core.table.Row;
import io.crossfade.sql.Joining;
import io.crossfade.wire.Contributions;
import io.crossfade.wire.Contributions.Side;
import io.crossfade.wire.ReservedKey;
import io.crossfade.wire.RowCodec;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import org.apache.kafka.common.serialization.BytesSerializer;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;

/**
 * Where rows of both sides of a JOIN meet, by what they share. It remembers them all, each under
 * what it shares, its side and its name, and sends on what is said of their {@link Pairs}.
 */
final class JoinProcessor implements Processor<byte[], byte[], byte[], byte[]> {

  private final InputTopic topic;
  private final Pairs pairs;
  private final RowCodec left;
  private final RowCodec right;
  private final BytesSerializer serializer = new BytesSerializer();
  private ProcessorContext<byte[], byte[]> streams;
  private KeyValueStore<Bytes, byte[]> rows;

  JoinProcessor(InputTopic topic) {
    Joining.Step step = ((Meeting.Joining) topic.meeting().orElseThrow()).step();
    this.topic = topic;
    this.pairs = new Pairs(step);
    this.left = new RowCodec(step.left(), Set.of());
    this.right = new RowCodec(step.right(), Set.of());
  }

  @Override
  public void init(ProcessorContext<byte[], byte[]> processorContext) {
    streams = processorContext;
    rows = processorContext.getStateStore(topic.stores().get(0));
  }

  @Override
  public void process(Record<byte[], byte[]> record) {
    if (ReservedKey.is(record.key())) {
      streams.forward(record);
      return;
    }
    byte[] shared = record.key();
    Side side = Contributions.side(record.headers());
    byte[] name = Contributions.of(record.headers(), record.value()).source().bytes();
    Bytes at = Bytes.wrap(PairName.concat(prefix(shared, side), name));
    Optional<Row> before = Optional.ofNullable(rows.get(at)).map(codec(side)::row);
    Optional<Row> now = Optional.ofNullable(record.value()).map(codec(side)::row);
    if (record.value() == null) {
      rows.delete(at);
    } else {
      rows.put(at, record.value());
    }
    pairs.change(
        side,
        shared,
        name,
        before,
        now,
        (of, is) -> any(prefix(shared, of), codec(of), is),
        (pair, row) ->
            streams.forward(
                new Record<>(
                    pair,
                    row.map(topic.codec()::value).orElse(null),
                    record.timestamp(),
                    record.headers())));
  }

  private RowCodec codec(Side side) {
    return side == Side.LEFT ? left : right;
  }

  private boolean any(byte[] prefix, RowCodec codec, Predicate<Pairs.Member> is) {
    try (KeyValueIterator<Bytes, byte[]> all = rows.prefixScan(Bytes.wrap(prefix), serializer)) {
      while (all.hasNext()) {
        var entry = all.next();
        byte[] key = entry.key.get();
        byte[] name = Arrays.copyOfRange(key, prefix.length, key.length);
        if (is.test(new Pairs.Member(name, codec.row(entry.value)))) {
          return true;
        }
      }
      return false;
    }
  }

  /** Of the keys of all rows of a side that share it. */
  private static byte[] prefix(byte[] shared, Side side) {
    byte[] length = ByteBuffer.allocate(Integer.BYTES).putInt(shared.length).array();
    return PairName.concat(length, shared, new byte[] {(byte) side.ordinal()});
  }
}
