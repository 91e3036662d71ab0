package io.crossfade.transform;

import io.crossfade.core.table.Operation;
import io.crossfade.core.table.Row;
import io.crossfade.core.table.Table;
import io.crossfade.wire.Barrier;
import io.crossfade.wire.Names;
import io.crossfade.wire.OrphanDelete;
import io.crossfade.wire.Provenance;
import io.crossfade.wire.RowCodec;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** What capture would be: writes raw topics, in transactions. */
final class RawTopics implements AutoCloseable {

  private final Names names;
  private final int partitions;
  private final Admin admin;
  private final KafkaProducer<byte[], byte[]> producer;
  private final Map<Table, RowCodec> codecs = new HashMap<>();
  private long sequence;

  RawTopics(String bootstrapServers, Names names, int partitions) {
    this.names = names;
    this.partitions = partitions;
    Map<String, Object> properties = new HashMap<>();
    properties.put(ProducerConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrapServers);
    this.admin = Admin.create(properties);
    properties.put(ProducerConfig.TRANSACTIONAL_ID_CONFIG, names.publisherTransactionalId());
    properties.put(ProducerConfig.LINGER_MS_CONFIG, 5);
    properties.put(ProducerConfig.MAX_REQUEST_SIZE_CONFIG, 64 * 1024 * 1024);
    properties.put(ProducerConfig.BUFFER_MEMORY_CONFIG, 128L * 1024 * 1024);
    this.producer =
        new KafkaProducer<>(properties, new ByteArraySerializer(), new ByteArraySerializer());
    producer.initTransactions();
  }

  Admin admin() {
    return admin;
  }

  void create(Table table) {
    NewTopic topic =
        new NewTopic(names.rawTopic(table.id()), partitions, (short) 1)
            .configs(
                Map.of("cleanup.policy", "compact", "max.message.bytes", "" + 64 * 1024 * 1024));
    get(admin.createTopics(List.of(topic)).all().toCompletionStage().toCompletableFuture());
    codecs.put(table, new RowCodec(table));
  }

  void createDeadTopic() {
    NewTopic topic = new NewTopic(names.deadTopic(), 1, (short) 1);
    get(admin.createTopics(List.of(topic)).all().toCompletionStage().toCompletableFuture());
  }

  void createAgain(Table table) {
    delete(names.rawTopic(table.id()));
    create(table);
  }

  /** Waits until it is gone. */
  void delete(String name) {
    List<String> topic = List.of(name);
    get(admin.deleteTopics(topic).all().toCompletionStage().toCompletableFuture());
    Eventually.until(
        "the topic is gone",
        () ->
            !get(admin.listTopics().names().toCompletionStage().toCompletableFuture())
                .contains(topic.get(0)),
        () -> topic);
  }

  /** One transaction. */
  RawTopics commit(Runnable records) {
    long began = System.nanoTime();
    Instant at = Instant.now();
    try {
      producer.beginTransaction();
      records.run();
      producer.commitTransaction();
    } catch (KafkaException e) {
      // Kafka goes by the clock, which may have been set, or the machine may have stood still.
      throw new IllegalStateException(
          "a transaction that was begun "
              + Duration.ofNanos(System.nanoTime() - began)
              + " ago, by the clock "
              + Duration.between(at, Instant.now())
              + ", after "
              + sequence
              + " records",
          e);
    }
    return this;
  }

  void write(Table table, Operation operation, Row row) {
    byte[] value = operation == Operation.DELETE ? null : codecs.get(table).value(row);
    send(table, operation, codecs.get(table).key(row), value);
  }

  private void send(Table table, Operation operation, byte[] key, byte[] value) {
    ProducerRecord<byte[], byte[]> record =
        new ProducerRecord<>(names.rawTopic(table.id()), key, value);
    new Provenance(operation, ++sequence, "0/0", "1", Instant.now()).writeTo(record.headers());
    producer.send(record);
  }

  void upsert(Table table, String... values) {
    commit(() -> write(table, Operation.UPDATE, Row.of(values)));
  }

  void delete(Table table, String key) {
    String[] values = new String[table.columns().size()];
    values[0] = key;
    commit(() -> write(table, Operation.DELETE, Row.of(values)));
  }

  void orphan(Table table, OrphanDelete delete) {
    commit(() -> send(table, Operation.DELETE, delete.encode(), null));
  }

  /** A barrier in every partition of every topic. */
  Map<TopicPartition, Long> barrier() {
    Map<TopicPartition, Future<RecordMetadata>> sent = new HashMap<>();
    commit(
        () -> {
          for (Table table : codecs.keySet()) {
            for (int i = 0; i < partitions; i++) {
              String topic = names.rawTopic(table.id());
              sent.put(
                  new TopicPartition(topic, i),
                  producer.send(new ProducerRecord<>(topic, i, Barrier.key(), new byte[0])));
            }
          }
        });
    Map<TopicPartition, Long> offsets = new HashMap<>();
    sent.forEach((partition, future) -> offsets.put(partition, get(future).offset()));
    return offsets;
  }

  static <T> T get(Future<T> future) {
    try {
      return future.get();
    } catch (ExecutionException | InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() {
    producer.close();
    admin.close();
  }
}
