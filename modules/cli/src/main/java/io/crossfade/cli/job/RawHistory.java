package io.crossfade.cli.job;

import io.crossfade.core.table.Row;
import io.crossfade.sql.EvaluationException;
import io.crossfade.transform.Mappings;
import io.crossfade.transform.RowsMapper;
import io.crossfade.wire.Names;
import io.crossfade.wire.ReservedKey;
import io.crossfade.wire.RowCodec;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What raw topics say of the past of new rows. */
final class RawHistory {

  private static final Logger LOG = LoggerFactory.getLogger(RawHistory.class);
  private static final Duration POLL = Duration.ofMillis(200);

  private final Map<String, String> kafka;
  private final Names names;

  RawHistory(Map<String, String> kafka, Names names) {
    this.kafka = Map.copyOf(kafka);
    this.names = names;
  }

  /**
   * Goes through a table's raw topic, from its beginning to where it ends now. Waits for Kafka. Of
   * rows that are made of several there is nothing to be said.
   */
  void read(Migration.MappedTable table, BiConsumer<Row, Row> sink) throws InterruptedException {
    RowsMapper mapper = Mappings.of(table.plan(), table.target(), false).mapper();
    if (mapper.mixes()) {
      // A record has one of the rows that a new row is made of.
      return;
    }
    int[] key = table.target().primaryKey().stream().mapToInt(mapper.columns()::indexOf).toArray();
    RowCodec codec = new RowCodec(table.plan().source());
    Map<String, Object> config = new HashMap<>(kafka);
    config.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
    try (KafkaConsumer<byte[], byte[]> consumer =
        new KafkaConsumer<>(config, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
      List<TopicPartition> partitions =
          consumer.partitionsFor(names.rawTopic(table.plan().source().id())).stream()
              .map(info -> new TopicPartition(info.topic(), info.partition()))
              .toList();
      Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
      // One after another: rows may have 32 MiB each, and the consumer fetches ahead of each.
      for (TopicPartition partition : partitions) {
        consumer.assign(List.of(partition));
        consumer.seekToBeginning(List.of(partition));
        while (consumer.position(partition) < ends.get(partition)) {
          for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
            if (!ReservedKey.is(record.key()) && record.value() != null) {
              take(record, mapper, key, codec, sink);
            }
          }
          if (Thread.interrupted()) {
            throw new InterruptedException();
          }
        }
      }
    }
  }

  private static void take(
      ConsumerRecord<byte[], byte[]> record,
      RowsMapper mapper,
      int[] key,
      RowCodec codec,
      BiConsumer<Row, Row> sink) {
    try {
      for (Row row : mapper.rows(codec.row(record.value()))) {
        sink.accept(Row.of(Arrays.stream(key).mapToObj(row::get).toArray(String[]::new)), row);
      }
    } catch (EvaluationException e) {
      // Another SELECT wrote the table then; this one says nothing of the record.
      LOG.debug("{}-{}@{}", record.topic(), record.partition(), record.offset(), e);
    }
  }
}
