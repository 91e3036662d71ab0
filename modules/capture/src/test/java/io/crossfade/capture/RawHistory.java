package io.crossfade.capture;

import io.crossfade.core.table.Row;
import io.crossfade.wire.Provenance;
import io.crossfade.wire.ReservedKey;
import io.crossfade.wire.RowCodec;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** All that a raw topic holds, up to a barrier: what a reader from offset 0 sees. */
final class RawHistory {

  /** A record; the row is null for a tombstone. */
  record Entry(String key, Row row, Provenance provenance, TopicPartition partition, long offset) {}

  final List<Entry> entries = new ArrayList<>();

  static RawHistory read(
      String bootstrapServers, RowCodec codec, String topic, Map<TopicPartition, Long> barrier) {
    RawHistory history = new RawHistory();
    forEach(
        bootstrapServers,
        topic,
        barrier,
        record ->
            history.entries.add(
                new Entry(
                    new String(record.key(), StandardCharsets.UTF_8),
                    record.value() == null ? null : codec.row(record.value()),
                    Provenance.of(record.headers()),
                    new TopicPartition(record.topic(), record.partition()),
                    record.offset())));
    return history;
  }

  /** One record after the other, in the order of its partition, of those before the barrier. */
  static void forEach(
      String bootstrapServers,
      String topic,
      Map<TopicPartition, Long> barrier,
      Consumer<ConsumerRecord<byte[], byte[]>> reader) {
    Map<TopicPartition, Long> ends = new HashMap<>(barrier);
    ends.keySet().removeIf(partition -> !partition.topic().equals(topic));
    Map<String, Object> config =
        Map.of("bootstrap.servers", bootstrapServers, "isolation.level", "read_committed");
    try (KafkaConsumer<byte[], byte[]> consumer =
        new KafkaConsumer<>(config, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
      consumer.assign(ends.keySet());
      consumer.seekToBeginning(ends.keySet());
      while (ends.entrySet().stream()
          .anyMatch(e -> consumer.position(e.getKey()) <= e.getValue())) {
        for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(100))) {
          TopicPartition partition = new TopicPartition(record.topic(), record.partition());
          if (!ReservedKey.is(record.key()) && record.offset() < ends.get(partition)) {
            reader.accept(record);
          }
        }
      }
    }
  }

  /** The last row of each key, without those whose last record is a tombstone. */
  Map<String, Row> rows() {
    Map<String, Row> rows = new HashMap<>();
    for (Entry entry : entries) {
      if (entry.row() == null) {
        rows.remove(entry.key());
      } else {
        rows.put(entry.key(), entry.row());
      }
    }
    return rows;
  }

  Map<String, List<Entry>> byKey() {
    return entries.stream()
        .collect(Collectors.groupingBy(Entry::key, LinkedHashMap::new, Collectors.toList()));
  }

  /**
   * Records of a key that show an older state after a newer one, by a column that counts a row's
   * updates.
   */
  List<String> stepsBack(int revisionColumn) {
    List<String> steps = new ArrayList<>();
    byKey()
        .forEach(
            (key, records) -> {
              long last = -1;
              for (Entry entry : records) {
                if (entry.row() == null) {
                  last = -1;
                  continue;
                }
                long revision = Long.parseLong(entry.row().get(revisionColumn));
                if (revision < last) {
                  steps.add(key + ": " + revision + " after " + last + " " + entry.provenance());
                }
                last = revision;
              }
            });
    return steps;
  }

  /** Events of the log that stand there more than once: same key, transaction, position and row. */
  List<String> duplicates() {
    Map<String, Integer> seen = new HashMap<>();
    for (Entry entry : entries) {
      Provenance from = entry.provenance();
      if (!from.transaction().isEmpty()) {
        seen.merge(
            entry.key() + " " + from.transaction() + " " + from.position() + " " + entry.row(),
            1,
            Integer::sum);
      }
    }
    return seen.entrySet().stream().filter(e -> e.getValue() > 1).map(Map.Entry::getKey).toList();
  }
}
