package io.crossfade.transform;

import io.crossfade.sql.EvaluationException;
import io.crossfade.wire.Contributions;
import io.crossfade.wire.OrphanDelete;
import io.crossfade.wire.ReservedKey;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.processor.api.RecordMetadata;
import org.apache.kafka.streams.state.KeyValueStore;

/**
 * What a row says to the keys under which rows meet: it contributes to those that it has now, and
 * takes back what it has contributed to others before. It remembers which these are, and nothing of
 * the rows.
 */
final class ContributingProcessor implements Processor<byte[], byte[], byte[], byte[]> {

  private final ApplyContext context;
  private final InputTopic topic;
  private final Contributing mapping;
  private ProcessorContext<byte[], byte[]> streams;
  private KeyValueStore<Bytes, byte[]> contributed;
  private TopicPartition partition;

  ContributingProcessor(ApplyContext context, InputTopic topic, Contributing mapping) {
    this.context = context;
    this.topic = topic;
    this.mapping = mapping;
  }

  @Override
  public void init(ProcessorContext<byte[], byte[]> processorContext) {
    streams = processorContext;
    contributed = processorContext.getStateStore(mapping.store());
    partition = new TopicPartition(topic.name(), processorContext.taskId().partition());
  }

  @Override
  public void process(Record<byte[], byte[]> record) {
    long offset =
        streams
            .recordMetadata()
            .map(RecordMetadata::offset)
            .orElseThrow(() -> new IllegalStateException("a record without a place in " + topic));
    if (offset < context.begin(partition)) {
      return;
    }
    if (ReservedKey.is(record.key())) {
      orphan(record);
      return;
    }
    Bytes key = Bytes.wrap(record.key());
    byte[] stored = contributed.get(key);
    List<byte[]> before = stored == null ? List.of() : Contributions.decodeKeys(stored);
    Map<Bytes, byte[]> now = rows(offset, record);
    Headers headers = new RecordHeaders(record.headers());
    mapping.sign(record.key(), headers);
    Contributing.said(before, now)
        .forEach(said -> forward(record, said.key(), said.row(), headers));
    if (!now.isEmpty()) {
      contributed.put(
          key, Contributions.encodeKeys(now.keySet().stream().map(Bytes::get).toList()));
    } else if (stored != null) {
      contributed.delete(key);
    }
  }

  /** None of a bad row, which is written down. */
  private Map<Bytes, byte[]> rows(long offset, Record<byte[], byte[]> record) {
    PartitionBuffer buffer = context.commit().held(partition);
    try {
      Map<Bytes, byte[]> rows =
          record.value() == null
              ? Map.of()
              : mapping.rows(record.key(), topic.codec().row(record.value()));
      buffer.good(mapping, offset, record.key());
      return rows;
    } catch (EvaluationException | RuntimeException e) {
      buffer.bad(mapping, offset, record.key(), record.value(), e);
      return Map.of();
    }
  }

  /** A row that nobody claims goes: who says so claims nothing. */
  private void orphan(Record<byte[], byte[]> record) {
    if (OrphanDelete.is(record.key())) {
      Headers headers = new RecordHeaders(record.headers());
      mapping.sign(record.key(), headers);
      mapping
          .orphan(record.key(), OrphanDelete.decode(record.key()))
          .ifPresent(key -> forward(record, key, null, headers));
    }
  }

  private void forward(Record<byte[], byte[]> from, byte[] key, byte[] value, Headers headers) {
    streams.forward(new Record<>(key, value, from.timestamp(), headers));
  }
}
