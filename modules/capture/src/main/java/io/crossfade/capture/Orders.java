package io.crossfade.capture;

import io.crossfade.core.serving.Serving;
import io.crossfade.core.table.TableId;
import io.crossfade.wire.BackfillOrder;
import io.crossfade.wire.ControlCodec;
import io.crossfade.wire.Names;
import io.crossfade.wire.ResyncOrder;
import io.crossfade.wire.ServingCodec;
import io.crossfade.wire.VerificationCodec;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Operators' orders about the backfill, about comparisons and about who serves: given to any
 * instance, written to the control topic, and followed from there by all, so that the one that
 * copies obeys, now or after a restart.
 */
public final class Orders implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(Orders.class);
  private static final Duration POLL = Duration.ofMillis(500);

  private final Map<String, String> kafka;
  private final TopicPartition control;
  private final OptionalLong inSpec;
  private final Throttle throttle;
  private final Thread thread = new Thread(this::follow, "crossfade-orders");
  private volatile boolean closed;
  private volatile KafkaConsumer<byte[], byte[]> following;
  private final Object giving = new Object();
  private BackfillOrder last;
  private long lastOffset = -1;
  private boolean upToDate;
  private final Map<String, byte[]> kept = new HashMap<>();
  private volatile Runnable onResync = () -> {};

  /**
   * Begins to follow. Does not wait; the throttle is shut until the orders of former runs are read.
   *
   * @param inSpec the rate that the spec names
   * @param throttle obeys
   */
  public Orders(Map<String, String> kafka, Names names, OptionalLong inSpec, Throttle throttle) {
    this.kafka = Map.copyOf(kafka);
    this.control = new TopicPartition(names.controlTopic(), 0);
    this.inSpec = inSpec;
    this.throttle = throttle;
    this.last = BackfillOrder.none(inSpec);
    throttle.order(inSpec, Optional.of("former orders are being read"));
    thread.start();
  }

  /**
   * Has this be run, by a thread of its own, when somebody orders a table to be copied again. What
   * was ordered before is found by capture's start.
   */
  public void onResync(Runnable action) {
    onResync = action;
  }

  /** The last order that has come. */
  public synchronized BackfillOrder last() {
    return last;
  }

  /**
   * Gives an order, and waits until this instance has it from Kafka; all others have it then, or
   * will have it before whatever is ordered next.
   *
   * @param change what becomes of the order that counts until now
   * @throws KafkaException where Kafka does not take it within ten seconds: then nobody knows
   *     whether it will count
   */
  public void give(UnaryOperator<BackfillOrder> change) throws InterruptedException {
    byte[] key = ControlCodec.ORDER_KEY.getBytes(StandardCharsets.UTF_8);
    send(() -> Map.of(key, ControlCodec.encode(change.apply(last()))));
  }

  /**
   * Orders tables to be copied again, as {@link #give} gives its orders.
   *
   * @param reason why, in the operator's words
   */
  public void resync(Collection<TableId> tables, String reason, Instant now)
      throws InterruptedException {
    Map<byte[], byte[]> records = new LinkedHashMap<>();
    for (TableId table : tables) {
      records.put(
          ControlCodec.resyncOrderKey(table).getBytes(StandardCharsets.UTF_8),
          ControlCodec.encode(new ResyncOrder(UUID.randomUUID().toString(), reason, now)));
    }
    send(() -> records);
  }

  /**
   * Gives records about comparisons or about who serves, as {@link #give} gives its orders.
   *
   * @param records by their keys in the control topic
   */
  public void give(Map<String, byte[]> records) throws InterruptedException {
    Map<byte[], byte[]> bytes = new LinkedHashMap<>();
    records.forEach((key, value) -> bytes.put(key.getBytes(StandardCharsets.UTF_8), value));
    send(() -> bytes);
  }

  /**
   * Waits until the orders of former runs are read.
   *
   * @throws KafkaException where that takes longer than ten seconds
   */
  public void awaitFormer() throws InterruptedException {
    await(() -> upToDate, "Kafka does not say what was ordered before");
  }

  /**
   * Removes records about comparisons, as {@link #give} gives its orders.
   *
   * @param keys in the control topic
   */
  public void remove(Collection<String> keys) throws InterruptedException {
    Map<byte[], byte[]> tombstones = new LinkedHashMap<>();
    keys.forEach(key -> tombstones.put(key.getBytes(StandardCharsets.UTF_8), null));
    send(() -> tombstones);
  }

  /**
   * The last record about comparisons or about who serves that has come with this key; empty where
   * none has, or it was removed.
   */
  public synchronized Optional<byte[]> last(String key) {
    return Optional.ofNullable(kept.get(key)).map(byte[]::clone);
  }

  /** Who serves; empty as long as former marks are being read, for a moment after the start. */
  public synchronized Optional<Serving> serving() {
    return upToDate
        ? Optional.of(last(ServingCodec.KEY).map(ServingCodec::decode).orElse(Serving.AT_FIRST))
        : Optional.empty();
  }

  /**
   * Marks who serves, as {@link #give} gives its orders.
   *
   * @param change what becomes of the mark that counts until now
   */
  public void mark(UnaryOperator<Serving> change) throws InterruptedException {
    byte[] key = ServingCodec.KEY.getBytes(StandardCharsets.UTF_8);
    send(() -> Map.of(key, ServingCodec.encode(change.apply(serving().orElseThrow()))));
  }

  /**
   * Who serves, of a migration whose job may be down. Waits for Kafka.
   *
   * @return {@link Serving#AT_FIRST} where the migration has not begun
   */
  public static Serving serving(Map<String, String> kafka, Names names)
      throws InterruptedException {
    try (Admin admin = Admin.create(new HashMap<String, Object>(kafka))) {
      if (!Topics.get(admin.listTopics().names()).contains(names.controlTopic())) {
        return Serving.AT_FIRST;
      }
      return Optional.ofNullable(
              ControlLog.read(admin, kafka, names.controlTopic()).get(ServingCodec.KEY))
          .map(ServingCodec::decode)
          .orElse(Serving.AT_FIRST);
    }
  }

  private void send(Supplier<Map<byte[], byte[]>> order) throws InterruptedException {
    awaitFormer();
    try (KafkaProducer<byte[], byte[]> producer = ControlLog.producer(kafka)) {
      // One after the other: an order that was changed from a stale one would undo the one between.
      synchronized (giving) {
        List<Future<RecordMetadata>> sent = new ArrayList<>();
        order
            .get()
            .forEach(
                (key, value) ->
                    sent.add(
                        producer.send(
                            new ProducerRecord<>(
                                control.topic(), control.partition(), key, value))));
        long offset = -1;
        for (Future<RecordMetadata> record : sent) {
          offset = Math.max(offset, record.get().offset());
        }
        long last = offset;
        await(
            () -> lastOffset >= last,
            "Kafka has taken the order, but has not handed it on; `crossfade status` says whether it counts");
      }
    } catch (ExecutionException e) {
      throw new KafkaException("Kafka has not taken the order: " + e.getCause().getMessage(), e);
    }
  }

  private synchronized void await(BooleanSupplier condition, String otherwise)
      throws InterruptedException {
    long deadline = System.nanoTime() + ControlLog.PATIENCE.toNanos();
    while (!condition.getAsBoolean()) {
      long left = deadline - System.nanoTime();
      if (left <= 0) {
        throw new KafkaException(otherwise + " (waited " + ControlLog.PATIENCE.toSeconds() + " s)");
      }
      TimeUnit.NANOSECONDS.timedWait(this, left);
    }
  }

  private void follow() {
    while (!closed) {
      try (KafkaConsumer<byte[], byte[]> consumer = consumer()) {
        following = consumer;
        consumer.assign(List.of(control));
        consumer.seekToBeginning(List.of(control));
        long end = consumer.endOffsets(List.of(control)).get(control);
        boolean resync = false;
        while (!closed) {
          for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
            String key = new String(record.key(), StandardCharsets.UTF_8);
            if (ControlCodec.ORDER_KEY.equals(key)) {
              come(record.offset(), ControlCodec.order(record.value()).under(inSpec));
            } else if (ControlCodec.isResyncOrder(key)) {
              resync |= come(record.offset()) && upToDate();
            } else if (isKept(key)) {
              come(record.offset(), key, Optional.ofNullable(record.value()));
            }
          }
          if (resync) {
            resync = false;
            onResync.run();
          }
          if (consumer.position(control) >= end) {
            obey();
          }
        }
      } catch (WakeupException | InterruptException e) {
        LOG.debug("following orders ends", e);
      } catch (KafkaException e) {
        LOG.warn("Orders cannot be followed and will be again: {}", e.getMessage());
        pause();
      } catch (RuntimeException e) {
        LOG.error("Orders cannot be followed any more; the backfill stands still", e);
        throttle.order(inSpec, Optional.of("an order cannot be read: " + e.getMessage()));
        return;
      }
    }
  }

  private static boolean isKept(String key) {
    return VerificationCodec.isAboutVerification(key) || ServingCodec.KEY.equals(key);
  }

  /** Not {@code read_committed}: orders are in no transaction, and need not wait for others'. */
  private KafkaConsumer<byte[], byte[]> consumer() {
    Map<String, Object> config = new HashMap<>(kafka);
    config.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_uncommitted");
    return new KafkaConsumer<>(config, new ByteArrayDeserializer(), new ByteArrayDeserializer());
  }

  private synchronized void come(long offset, BackfillOrder order) {
    if (come(offset)) {
      last = order;
    }
  }

  private synchronized void come(long offset, String key, Optional<byte[]> value) {
    if (come(offset)) {
      value.ifPresentOrElse(bytes -> kept.put(key, bytes), () -> kept.remove(key));
    }
  }

  /** Whether an order comes for the first time: after an error all are read again. */
  private synchronized boolean come(long offset) {
    boolean first = offset > lastOffset;
    lastOffset = Math.max(lastOffset, offset);
    return first;
  }

  private synchronized boolean upToDate() {
    return upToDate;
  }

  private synchronized void obey() {
    upToDate = true;
    throttle.order(
        last.rowsPerSecond(),
        last.paused()
            ? Optional.of("paused" + (last.reason().isEmpty() ? "" : ": " + last.reason()))
            : Optional.empty());
    notifyAll();
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
