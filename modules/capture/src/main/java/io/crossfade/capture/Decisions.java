package io.crossfade.capture;

import io.crossfade.core.phase.Standing;
import io.crossfade.wire.Names;
import io.crossfade.wire.StandingCodec;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What was decided about a migration, in the control topic: followed by all instances, written by
 * the one that leads. A former leader that wakes up can decide nothing any more: {@link #lead}
 * fences it, as a producer's {@code initTransactions} does.
 */
public final class Decisions implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(Decisions.class);
  private static final Duration POLL = Duration.ofMillis(500);
  private static final byte[] KEY = StandingCodec.KEY.getBytes(StandardCharsets.UTF_8);

  private final Map<String, String> kafka;
  private final Names names;
  private final TopicPartition control;
  private final Thread thread = new Thread(this::follow, "crossfade-decisions");
  private volatile Optional<Standing> current = Optional.empty();
  private volatile boolean closed;
  private volatile KafkaConsumer<byte[], byte[]> following;
  private Optional<KafkaProducer<byte[], byte[]>> leading = Optional.empty();

  /** Begins to follow; does not wait. The control topic must exist. */
  public Decisions(Map<String, String> kafka, Names names) {
    this.kafka = Map.copyOf(kafka);
    this.names = names;
    this.control = new TopicPartition(names.controlTopic(), 0);
    thread.start();
  }

  /**
   * What was decided so far, for who does not follow. Waits for Kafka.
   *
   * @return {@link Standing#AT_FIRST} also where there is no such migration
   */
  public static Standing read(Map<String, String> kafka, Names names) throws InterruptedException {
    try (Admin admin = Admin.create(new HashMap<String, Object>(kafka))) {
      return Topics.get(admin.listTopics().names()).contains(names.controlTopic())
          ? read(admin, kafka, names)
          : Standing.AT_FIRST;
    }
  }

  private static Standing read(Admin admin, Map<String, String> kafka, Names names)
      throws InterruptedException {
    return Optional.ofNullable(
            ControlLog.read(admin, kafka, names.controlTopic()).get(StandingCodec.KEY))
        .map(StandingCodec::decode)
        .orElse(Standing.AT_FIRST);
  }

  /**
   * What this instance knows to be decided; empty as long as former decisions are being read, for a
   * moment after the start. Another instance may have decided since.
   */
  public Optional<Standing> current() {
    return current;
  }

  /**
   * Takes the right to decide, from whoever has it. Waits for Kafka.
   *
   * @return what counts: nobody else decides anything after it
   * @throws KafkaException where Kafka does not answer
   */
  public synchronized Standing lead() throws InterruptedException {
    resign();
    KafkaProducer<byte[], byte[]> producer = producer(kafka, names);
    try {
      producer.initTransactions();
      Standing standing = read();
      leading = Optional.of(producer);
      current = Optional.of(standing);
      return standing;
    } catch (RuntimeException | InterruptedException e) {
      producer.close(Duration.ZERO);
      throw e;
    }
  }

  private Standing read() throws InterruptedException {
    try (Admin admin = Admin.create(new HashMap<String, Object>(kafka))) {
      return read(admin, kafka, names);
    }
  }

  /**
   * Decides; durable when this returns.
   *
   * @throws KafkaException where another one leads by now, or Kafka does not answer: then nobody
   *     here knows what counts before {@link #lead} has said so
   */
  public synchronized void decide(Standing standing) throws InterruptedException {
    KafkaProducer<byte[], byte[]> producer =
        leading.orElseThrow(() -> new KafkaException("this instance does not lead"));
    try {
      producer.beginTransaction();
      producer
          .send(new ProducerRecord<>(control.topic(), 0, KEY, StandingCodec.encode(standing)))
          .get();
      producer.commitTransaction();
      current = Optional.of(standing);
    } catch (ExecutionException e) {
      resign();
      throw new KafkaException("Kafka has not taken a decision: " + e.getCause().getMessage(), e);
    } catch (RuntimeException e) {
      resign();
      throw e;
    }
  }

  /** Gives the right to decide up; another one need not be told. */
  public synchronized void resign() {
    leading.ifPresent(producer -> producer.close(Duration.ZERO));
    leading = Optional.empty();
  }

  /** Ends a decision that a leader which is gone was just making. Waits for Kafka. */
  static void endFormer(Map<String, String> kafka, Names names) {
    try (KafkaProducer<byte[], byte[]> producer = producer(kafka, names)) {
      producer.initTransactions();
    }
  }

  /** Nobody but a leader may have it. */
  static KafkaProducer<byte[], byte[]> producer(Map<String, String> kafka, Names names) {
    Map<String, Object> config = new HashMap<>(kafka);
    config.put(ProducerConfig.TRANSACTIONAL_ID_CONFIG, names.leaderTransactionalId());
    config.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, ControlLog.PATIENCE.toMillis());
    config.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, (int) ControlLog.PATIENCE.toMillis());
    config.put(ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, (int) ControlLog.PATIENCE.toMillis() / 2);
    config.put(ProducerConfig.LINGER_MS_CONFIG, 0);
    return new KafkaProducer<>(config, new ByteArraySerializer(), new ByteArraySerializer());
  }

  private void follow() {
    while (!closed) {
      try (KafkaConsumer<byte[], byte[]> consumer = consumer()) {
        following = consumer;
        consumer.assign(List.of(control));
        consumer.seekToBeginning(List.of(control));
        long end = consumer.endOffsets(List.of(control)).get(control);
        Standing last = Standing.AT_FIRST;
        while (!closed) {
          for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
            if (StandingCodec.KEY.equals(new String(record.key(), StandardCharsets.UTF_8))) {
              last = StandingCodec.decode(record.value());
            }
          }
          if (consumer.position(control) >= end) {
            come(last);
          }
        }
      } catch (WakeupException | InterruptException e) {
        LOG.debug("following decisions ends", e);
      } catch (KafkaException e) {
        LOG.warn("Decisions cannot be followed and will be again: {}", e.getMessage());
        pause();
      } catch (RuntimeException e) {
        LOG.error("Decisions cannot be followed any more", e);
        return;
      }
    }
  }

  /** Who leads knows first; rounds and what is decided in one of them only go forward. */
  private synchronized void come(Standing standing) {
    if (leading.isEmpty()) {
      current = Optional.of(standing);
    }
  }

  /** An open transaction of a leader that was killed would be read as decided otherwise. */
  private KafkaConsumer<byte[], byte[]> consumer() {
    Map<String, Object> config = new HashMap<>(kafka);
    config.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
    return new KafkaConsumer<>(config, new ByteArrayDeserializer(), new ByteArrayDeserializer());
  }

  private synchronized void pause() {
    try {
      if (!closed) {
        wait(1_000);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() {
    synchronized (this) {
      closed = true;
      notifyAll();
    }
    resign();
    KafkaConsumer<byte[], byte[]> consumer = following;
    if (consumer != null) {
      consumer.wakeup();
    }
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
