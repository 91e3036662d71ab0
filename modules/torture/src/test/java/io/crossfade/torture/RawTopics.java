package io.crossfade.torture;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.crossfade.wire.Names;
import io.crossfade.wire.Provenance;
import io.crossfade.wire.ReservedKey;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** All that the raw topics hold, as a reader of what is committed sees it. */
final class RawTopics {

  private static final ObjectMapper JSON = new ObjectMapper();

  private RawTopics() {}

  static List<RawRecord> read(Map<String, Object> kafka, List<TortureTable> tables)
      throws IOException {
    String prefix = new Names(JobRun.MIGRATION).rawTopicPrefix();
    Map<String, String> names = new HashMap<>();
    tables.forEach(table -> names.put(prefix + table.topic(), table.into()));
    Map<String, Object> config = new HashMap<>(kafka);
    config.put("isolation.level", "read_committed");
    List<RawRecord> records = new ArrayList<>();
    try (KafkaConsumer<byte[], byte[]> consumer =
        new KafkaConsumer<>(config, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
      List<TopicPartition> partitions = new ArrayList<>();
      for (String topic : names.keySet()) {
        consumer
            .partitionsFor(topic)
            .forEach(p -> partitions.add(new TopicPartition(topic, p.partition())));
      }
      consumer.assign(partitions);
      consumer.seekToBeginning(partitions);
      Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
      while (partitions.stream().anyMatch(p -> consumer.position(p) < ends.get(p))) {
        for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(200))) {
          if (!ReservedKey.is(record.key())) {
            records.add(record(names.get(record.topic()), record));
          }
        }
      }
    }
    return records;
  }

  private static RawRecord record(String table, ConsumerRecord<byte[], byte[]> record)
      throws IOException {
    Provenance from = Provenance.of(record.headers());
    List<String> key = new ArrayList<>();
    for (JsonNode part : JSON.readTree(record.key())) {
      key.add(part.textValue());
    }
    OptionalLong version =
        record.value() == null
            ? OptionalLong.empty()
            : OptionalLong.of(
                Long.parseLong(JSON.readTree(record.value()).get("version").textValue()));
    return new RawRecord(
        table,
        record.partition(),
        record.offset(),
        String.join(TortureTable.BETWEEN, key),
        // Also a delete, where a resync or a repair has found that there is no row.
        from.transaction().isEmpty(),
        from.sequence(),
        from.transaction(),
        version);
  }
}
