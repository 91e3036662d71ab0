package io.crossfade.cli.job;

import io.crossfade.core.table.Row;
import io.crossfade.sql.EvaluationException;
import io.crossfade.transform.RowsMapper;
import io.crossfade.verify.explain.Given;
import io.crossfade.wire.Names;
import io.crossfade.wire.Provenance;
import io.crossfade.wire.ReservedKey;
import io.crossfade.wire.RowCodec;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.utils.Utils;

/**
 * The records of one old row, read from the one partition that it is in, from its beginning.
 * Nothing finds a key in a topic faster than to read it; but only keys are looked at, and of the
 * row's own records the last ones alone are kept.
 */
final class KeyHistory implements AutoCloseable {

  private static final Duration POLL = Duration.ofMillis(200);

  /** Told of how far it is, at each batch of records. */
  @FunctionalInterface
  interface Progress {
    void at(long read, long of);
  }

  /**
   * A record of the row.
   *
   * @param row the old row; empty for a delete
   */
  record Entry(long offset, Provenance provenance, Optional<Row> row, Given gives) {}

  private final KafkaConsumer<byte[], byte[]> consumer;
  private final TopicPartition partition;
  private final RowCodec codec;
  private final RowsMapper mapper;
  private final byte[] key;
  private final int most;
  private final Deque<Entry> last = new ArrayDeque<>();
  private final long beginning;
  private long end;
  private long read;
  private long found;

  /**
   * Opens a consumer.
   *
   * @param keyRow an old row of which the key's columns are there
   * @param most how many records are kept
   */
  KeyHistory(Map<String, String> kafka, Names names, RowsMapper mapper, Row keyRow, int most) {
    this.mapper = mapper;
    this.codec = new RowCodec(mapper.source(), mapper.uses(mapper.source()));
    this.key = codec.key(keyRow);
    this.most = most;
    Map<String, Object> config = new HashMap<>(kafka);
    config.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
    this.consumer =
        new KafkaConsumer<>(config, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    try {
      String topic = names.rawTopic(mapper.source().id());
      int partitions = consumer.partitionsFor(topic).size();
      // As Kafka's producer places records that have a key.
      this.partition = new TopicPartition(topic, Utils.toPositive(Utils.murmur2(key)) % partitions);
      consumer.assign(List.of(partition));
      consumer.seekToBeginning(List.of(partition));
      this.beginning = consumer.position(partition);
    } catch (RuntimeException e) {
      consumer.close();
      throw e;
    }
  }

  /** Reads on to where the partition ends now. */
  void read(Progress progress) throws InterruptedException {
    end = consumer.endOffsets(List.of(partition)).get(partition);
    while (consumer.position(partition) < end) {
      for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
        if (record.offset() >= end) {
          // Asked for again at the next call: what is read must end where this says it does.
          consumer.seek(partition, record.offset());
          break;
        }
        read++;
        if (!ReservedKey.is(record.key()) && Arrays.equals(record.key(), key)) {
          take(record);
        }
      }
      if (Thread.interrupted()) {
        throw new InterruptedException();
      }
      progress.at(consumer.position(partition) - beginning, end - beginning);
    }
  }

  private void take(ConsumerRecord<byte[], byte[]> record) {
    Optional<Row> row = Optional.ofNullable(record.value()).map(codec::row);
    found++;
    if (last.size() == most) {
      last.removeFirst();
    }
    last.addLast(
        new Entry(
            record.offset(),
            Provenance.of(record.headers()),
            row,
            row.map(old -> given(mapper, old)).orElse(Given.NOTHING)));
  }

  /** What the SELECT gives for an old row, evaluated here; of several rows one does not tell it. */
  static Given given(RowsMapper mapper, Row old) {
    if (mapper.mixes()) {
      return Given.unknown(
          "the row is made of rows of "
              + mapper.sources().stream()
                  .map(table -> table.id().toString())
                  .distinct()
                  .collect(Collectors.joining(", "))
              + ", and a record has one of them");
    }
    try {
      return Given.of(mapper.rows(old).stream().findFirst());
    } catch (EvaluationException e) {
      return Given.error(e.getMessage() + " (SQLSTATE " + e.sqlState() + ")");
    }
  }

  TopicPartition partition() {
    return partition;
  }

  byte[] key() {
    return key;
  }

  /** The offset behind the last record that was read. */
  long end() {
    return end;
  }

  /** How many records of all keys were read. */
  long recordsRead() {
    return read;
  }

  /** How many of them are the row's. */
  long found() {
    return found;
  }

  /** The newest ones, the oldest first. */
  List<Entry> last() {
    return List.copyOf(last);
  }

  @Override
  public void close() {
    consumer.close();
  }
}
