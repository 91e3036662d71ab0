package io.crossfade.capture;

import io.crossfade.core.FaultPoint;
import io.crossfade.core.capture.Resync;
import io.crossfade.core.capture.TableBackfill;
import io.crossfade.core.source.TableDefinition;
import io.crossfade.core.table.Operation;
import io.crossfade.core.table.TableId;
import io.crossfade.wire.Barrier;
import io.crossfade.wire.ControlCodec;
import io.crossfade.wire.Names;
import io.crossfade.wire.Provenance;
import io.crossfade.wire.RawTopics;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * Writes raw records, and the position that they bring us to, in transactions of Kafka (I2). Used
 * by one thread. After any failure it is closed and a new one is made, which reads what was
 * committed.
 */
final class Publisher implements AutoCloseable {

  /** A row of more bytes than this is refused: it would have to pass Kafka as one record. */
  static final int LARGEST_ROW = 32 << 20;

  /** A transaction larger than this is committed before its source transaction ends. */
  private static final long LARGEST_TRANSACTION = 32L << 20;

  private final Producer<byte[], byte[]> producer;
  private final Names names;
  private final Map<TableId, String> topics = new HashMap<>();
  private final AtomicReference<Exception> failure = new AtomicReference<>();
  private long sequence;
  private boolean open;
  private long bytes;
  private volatile Instant waitsSince;

  Publisher(Map<String, String> kafka, Names names) {
    this.names = names;
    Map<String, Object> config = new HashMap<>(kafka);
    config.put(ProducerConfig.TRANSACTIONAL_ID_CONFIG, names.publisherTransactionalId());
    config.put(ProducerConfig.CLIENT_ID_CONFIG, names.publisherTransactionalId());
    config.put(ProducerConfig.TRANSACTION_TIMEOUT_CONFIG, (int) Duration.ofMinutes(1).toMillis());
    config.put(ProducerConfig.MAX_REQUEST_SIZE_CONFIG, Topics.LARGEST_RECORD);
    config.put(ProducerConfig.BUFFER_MEMORY_CONFIG, 2L * Topics.LARGEST_RECORD);
    config.put(ProducerConfig.BATCH_SIZE_CONFIG, 256 << 10);
    config.put(ProducerConfig.LINGER_MS_CONFIG, 5);
    config.put(ProducerConfig.COMPRESSION_TYPE_CONFIG, "lz4");
    this.producer =
        new KafkaProducer<>(config, new ByteArraySerializer(), new ByteArraySerializer());
  }

  /** Fences every former publisher and ends what it left open. Waits for Kafka. */
  void takeOver() {
    producer.initTransactions();
  }

  /** Goes on behind this sequence. */
  void continueAfter(long lastSequence) {
    sequence = lastSequence;
  }

  /** Adds a row's record, or with a {@code null} value its tombstone, to the open transaction. */
  void row(
      TableId table,
      byte[] key,
      byte[] value,
      Operation operation,
      String position,
      String transaction,
      Instant committed) {
    begin();
    ProducerRecord<byte[], byte[]> record =
        new ProducerRecord<>(topics.computeIfAbsent(table, names::rawTopic), key, value);
    new Provenance(operation, ++sequence, position, transaction, committed)
        .writeTo(record.headers());
    send(record);
    bytes += key.length + (value == null ? 0 : value.length);
  }

  /** Adds what the migration begins with to the open transaction. */
  void mappings(Map<String, String> mappings) {
    begin();
    control(ControlCodec.MAPPINGS_KEY, ControlCodec.encode(mappings));
  }

  /** Adds the state of a backfill to the open transaction. */
  void backfill(TableId table, TableBackfill.State state) {
    begin();
    control(ControlCodec.backfillKey(table), ControlCodec.encode(state));
  }

  /** Adds that a table's backfill has not begun to the open transaction. */
  void backfillAnew(TableId table) {
    begin();
    control(ControlCodec.backfillKey(table), null);
  }

  /** Adds a table's definition to the open transaction. */
  void definition(TableDefinition definition) {
    begin();
    control(ControlCodec.definitionKey(definition.table()), ControlCodec.encode(definition));
  }

  /** Adds that a table is copied again, or was, to the open transaction. */
  void resync(TableId table, Resync resync) {
    begin();
    control(ControlCodec.resyncKey(table), ControlCodec.encode(resync));
  }

  /** Adds the identities of the raw topics to the open transaction. */
  void topics(RawTopics topics) {
    begin();
    control(ControlCodec.TOPICS_KEY, ControlCodec.encode(topics));
  }

  /** Adds a barrier for each of these partitions; the futures give the offsets after the commit. */
  Map<TopicPartition, Future<RecordMetadata>> barriers(List<TopicPartition> partitions) {
    begin();
    Map<TopicPartition, Future<RecordMetadata>> sent = new HashMap<>();
    for (TopicPartition partition : partitions) {
      ProducerRecord<byte[], byte[]> record =
          new ProducerRecord<>(
              partition.topic(), partition.partition(), Barrier.key(), new byte[] {'{', '}'});
      sent.put(partition, send(record));
    }
    return sent;
  }

  /** Whether something was added that is not committed. */
  boolean isOpen() {
    return open;
  }

  /** Whether the open transaction has become so large that it should be committed. */
  boolean isLarge() {
    return bytes > LARGEST_TRANSACTION;
  }

  /** The last sequence given. */
  long sequence() {
    return sequence;
  }

  /** Commits all that was added, with this position. Waits for Kafka. */
  void commit(ControlCodec.Position position) {
    begin();
    control(ControlCodec.POSITION_KEY, ControlCodec.encode(position));
    Exception failed = failure.get();
    if (failed != null) {
      throw new KafkaException("publishing failed: " + failed.getMessage(), failed);
    }
    FaultPoint.AFTER_SEND_BEFORE_COMMIT.reached();
    waitsSince = Instant.now();
    producer.commitTransaction();
    waitsSince = null;
    open = false;
    bytes = 0;
  }

  /** Since when a commit waits for Kafka; empty where none does. May be asked by any thread. */
  Optional<Instant> waitsSince() {
    return Optional.ofNullable(waitsSince);
  }

  /** The offsets of barriers whose transaction has been committed. */
  static Map<TopicPartition, Long> offsets(Map<TopicPartition, Future<RecordMetadata>> barriers)
      throws InterruptedException {
    Map<TopicPartition, Long> offsets = new HashMap<>();
    for (Map.Entry<TopicPartition, Future<RecordMetadata>> barrier : barriers.entrySet()) {
      try {
        offsets.put(barrier.getKey(), barrier.getValue().get().offset());
      } catch (ExecutionException e) {
        throw new KafkaException("writing a barrier failed", e.getCause());
      }
    }
    return offsets;
  }

  private void begin() {
    if (!open) {
      producer.beginTransaction();
      open = true;
    }
  }

  private void control(String key, byte[] value) {
    send(
        new ProducerRecord<>(names.controlTopic(), 0, key.getBytes(StandardCharsets.UTF_8), value));
  }

  private Future<RecordMetadata> send(ProducerRecord<byte[], byte[]> record) {
    return producer.send(
        record,
        (metadata, error) -> {
          if (error != null) {
            failure.compareAndSet(null, error);
          }
        });
  }

  /**
   * What was not committed is aborted by who comes next. Waits a little for Kafka, not for what is
   * under way.
   */
  @Override
  public void close() {
    producer.close(Duration.ofSeconds(2));
  }
}
