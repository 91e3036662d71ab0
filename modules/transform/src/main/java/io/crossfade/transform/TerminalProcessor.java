package io.crossfade.transform;

import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.processor.api.RecordMetadata;

/** The end of the line of one partition: its records go into the buffer of its thread. */
class TerminalProcessor implements Processor<byte[], byte[], Void, Void> {

  private final ApplyContext context;
  private final String topic;
  private ProcessorContext<Void, Void> streams;
  private TopicPartition partition;
  private JoinedCommit commit;
  private PartitionBuffer buffer;

  TerminalProcessor(ApplyContext context, String topic) {
    this.context = context;
    this.topic = topic;
  }

  @Override
  public void init(ProcessorContext<Void, Void> processorContext) {
    streams = processorContext;
    partition = new TopicPartition(topic, processorContext.taskId().partition());
    commit = context.commit();
    buffer = commit.begin(partition, processorContext::commit);
  }

  @Override
  public void process(Record<byte[], byte[]> record) {
    add(record);
  }

  /** Takes up a record, or what is to be written because of it. */
  final void add(Record<byte[], byte[]> record) {
    RecordMetadata place =
        streams
            .recordMetadata()
            .orElseThrow(() -> new IllegalStateException("a record without a place in " + topic));
    buffer.add(place.offset(), record.key(), record.value(), record.headers());
    commit.lag().processed(partition, record.headers());
    int size = record.key().length + (record.value() == null ? 0 : record.value().length);
    commit.added(size);
  }

  @Override
  public void close() {
    if (buffer != null) {
      commit.end(partition);
    }
  }
}
