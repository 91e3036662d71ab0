package io.crossfade.transform;

import io.crossfade.core.table.Row;
import io.crossfade.sql.EvaluationException;
import io.crossfade.sql.group.Grouping;
import io.crossfade.wire.Contributions;
import io.crossfade.wire.ReservedKey;
import io.crossfade.wire.RowCodec;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.BytesSerializer;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.processor.api.RecordMetadata;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;

/**
 * Where rows are put together. It remembers what each contributes, and what each group has come to:
 * a row that changes is taken out as it was and taken in as it is, and the others are looked at
 * again only by aggregates that cannot do without.
 *
 * <p>What was remembered under other keys or aggregates counts as nothing: a change of these asks
 * for a replay, in which all rows come again.
 */
final class GroupProcessor implements Processor<byte[], byte[], byte[], byte[]> {

  private static final byte GROUP = 0;
  private static final byte MEMBER = 1;

  private final ApplyContext context;
  private final InputTopic topic;
  private final Grouping grouping;
  private final RowCodec keys;
  private final Row fingerprint;
  private final BytesSerializer serializer = new BytesSerializer();
  private ProcessorContext<byte[], byte[]> streams;
  private KeyValueStore<Bytes, byte[]> remembered;
  private TopicPartition partition;

  GroupProcessor(ApplyContext context, InputTopic topic) {
    this.context = context;
    this.topic = topic;
    this.grouping = ((Meeting.Grouped) topic.meeting().orElseThrow()).grouping();
    this.keys = new RowCodec(grouping.key());
    this.fingerprint = Row.of(grouping.fingerprint());
  }

  @Override
  public void init(ProcessorContext<byte[], byte[]> processorContext) {
    streams = processorContext;
    remembered = processorContext.getStateStore(topic.stores().get(0));
    partition = new TopicPartition(topic.name(), processorContext.taskId().partition());
  }

  @Override
  public void process(Record<byte[], byte[]> record) {
    if (ReservedKey.is(record.key())) {
      streams.forward(record);
      return;
    }
    byte[] members = prefix(record.key(), MEMBER);
    byte[] name = Contributions.of(record.headers(), record.value()).source().bytes();
    Bytes at = Bytes.wrap(PairName.concat(members, name));
    Bytes ofGroup = Bytes.wrap(prefix(record.key(), GROUP));
    List<Row> texts = read(remembered.get(ofGroup));
    Grouping.Group group = texts.isEmpty() ? grouping.none() : grouping.of(texts(texts.get(0)));
    List<Row> now = record.value() == null ? List.of() : Contributions.decodeRows(record.value());
    read(remembered.get(at)).forEach(group::remove);
    now.forEach(group::add);
    write(at, now);
    if (group.isEmpty()) {
      remembered.delete(ofGroup);
      say(record, null);
      return;
    }
    try {
      Row row = group.row(keys.row(record.key()), sink -> each(members, sink));
      say(record, topic.codec().value(row));
    } catch (EvaluationException e) {
      say(record, null);
      bad(record, e);
    }
    // Behind: what was lost has been looked for.
    write(ofGroup, List.of(Row.of(group.texts().toArray(String[]::new))));
  }

  private static List<String> texts(Row row) {
    String[] texts = new String[row.size()];
    Arrays.setAll(texts, row::get);
    return List.of(texts);
  }

  private void each(byte[] members, Consumer<Row> sink) {
    try (KeyValueIterator<Bytes, byte[]> all =
        remembered.prefixScan(Bytes.wrap(members), serializer)) {
      all.forEachRemaining(entry -> read(entry.value).forEach(sink));
    }
  }

  /** What was written for this GROUP BY; nothing of another one. */
  private List<Row> read(byte[] stored) {
    if (stored == null) {
      return List.of();
    }
    List<Row> rows = Contributions.decodeRows(stored);
    return rows.get(0).equals(fingerprint) ? rows.subList(1, rows.size()) : List.of();
  }

  private void write(Bytes at, List<Row> rows) {
    if (rows.isEmpty()) {
      remembered.delete(at);
    } else {
      List<Row> all = new java.util.ArrayList<>();
      all.add(fingerprint);
      all.addAll(rows);
      remembered.put(at, Contributions.encodeRows(all));
    }
  }

  private void say(Record<byte[], byte[]> record, byte[] row) {
    streams.forward(new Record<>(record.key(), row, record.timestamp(), record.headers()));
  }

  /** After it was said that there is none. */
  private void bad(Record<byte[], byte[]> record, EvaluationException why) {
    long offset =
        streams
            .recordMetadata()
            .map(RecordMetadata::offset)
            .orElseThrow(() -> new IllegalStateException("a record without a place in " + topic));
    PartitionBuffer buffer = context.commit().held(partition);
    buffer.bad(topic.contributing().get(0), offset, record.key(), null, why);
  }

  private static byte[] prefix(byte[] group, byte kind) {
    byte[] length = ByteBuffer.allocate(Integer.BYTES).putInt(group.length).array();
    return PairName.concat(length, group, new byte[] {kind});
  }
}
