package io.crossfade.cli.job;

import io.crossfade.core.table.TableId;
import io.crossfade.core.verify.ReadFailedException;
import io.crossfade.sql.reverse.RoundTrip;
import io.crossfade.verify.FollowingJob;
import io.crossfade.verify.Loss;
import io.crossfade.verify.Turn;
import io.crossfade.wire.ReservedKey;
import io.crossfade.wire.RowCodec;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Says at once, while the new tables take writes, which of them the old model cannot hold. It
 * follows what is written since the cutover, from there on after each start: so it always knows of
 * all.
 */
final class LossWatch implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(LossWatch.class);
  private static final Duration POLL = Duration.ofMillis(200);
  private static final Duration PAUSE = Duration.ofSeconds(1);

  /** Events of one table, after the first. */
  private static final Duration EVERY = Duration.ofMinutes(1);

  private static final Duration CLOSE_WITHIN = Duration.ofSeconds(5);

  /** Rows may have 32 MiB each: a fetch of many is in memory at once. */
  private static final int FETCH = 4 << 20;

  private final Map<String, String> kafka;
  private final ComparedMigration compared;
  private final Migration migration;
  private final FollowingJob job;
  private final ReverseFlow reverse;
  private final Consumer<String> said;
  private final Map<TableId, Known> known = new ConcurrentHashMap<>();
  private final Thread thread = new Thread(this::run, "crossfade-loss");

  /**
   * @param said takes what a rollback would lose, when that is another than before
   */
  LossWatch(
      Map<String, String> kafka,
      Migration migration,
      ComparedMigration compared,
      FollowingJob job,
      ReverseFlow reverse,
      Consumer<String> said) {
    this.kafka = Map.copyOf(kafka);
    this.migration = migration;
    this.compared = compared;
    this.job = job;
    this.reverse = reverse;
    this.said = said;
    thread.setDaemon(true);
  }

  void start() {
    thread.start();
  }

  /**
   * What a rollback would lose of what was written to a new table since the cutover, as a sentence;
   * empty where it is nothing, and where the old tables take writes. Does not wait.
   */
  Optional<String> loss(TableId table) {
    return Optional.ofNullable(known.get(table)).flatMap(Known::loss);
  }

  /** How many rows that is; NaN where the old tables take writes. Does not wait. */
  double rows(TableId table) {
    return Optional.ofNullable(known.get(table)).map(Known::rows).orElse(Double.NaN);
  }

  private void run() {
    Optional<Watch> watch = Optional.empty();
    try {
      while (true) {
        watch = lookAfter(watch);
        if (watch.isEmpty()) {
          TimeUnit.MILLISECONDS.sleep(PAUSE.toMillis());
        }
      }
    } catch (InterruptedException | InterruptException e) {
      LOG.debug("What is written to the new tables is not watched any more");
    } finally {
      watch.ifPresent(Watch::close);
    }
  }

  private Optional<Watch> lookAfter(Optional<Watch> watch) throws InterruptedException {
    Optional<ReverseFlow.Written> written = reverse.written();
    Optional<Watch> now = watch.filter(w -> written.map(w::is).orElse(false));
    if (watch.isPresent() && now.isEmpty()) {
      watch.get().close();
      known.clear();
    }
    try {
      if (now.isEmpty() && written.isPresent()) {
        now = Optional.of(new Watch(written.get()));
      }
      if (now.isPresent()) {
        now.get().look();
      }
    } catch (ReadFailedException | KafkaException e) {
      if (e instanceof InterruptException) {
        throw e;
      }
      LOG.info("What is written to the new tables is looked at again: {}", e.getMessage());
      TimeUnit.MILLISECONDS.sleep(PAUSE.toMillis());
    } catch (RuntimeException e) {
      LOG.error("Watching what is written to the new tables has failed, and begins again", e);
      now.ifPresent(Watch::close);
      now = Optional.empty();
    }
    return now;
  }

  /** Since one cutover. */
  private final class Watch implements AutoCloseable {
    private final ReverseFlow.Written written;
    private final List<WrittenRows> tables = new ArrayList<>();

    /** By topic. */
    private final Map<String, List<BiConsumer<byte[], byte[]>>> takers = new HashMap<>();

    private final Map<TableId, Told> told = new HashMap<>();
    private final KafkaConsumer<byte[], byte[]> consumer;

    Watch(ReverseFlow.Written written) {
      this.written = written;
      Turn turn = new Turn(true, written.round());
      for (int i = 0; i < migration.tables().size(); i++) {
        Migration.MappedTable table = migration.tables().get(i);
        TableId into = table.target().id();
        RoundTrip roundTrip = written.roundTrips().get(i);
        WrittenRows rows =
            new WrittenRows(written.captured(into), roundTrip, compared.comparison(table, turn));
        tables.add(rows);
        takers(into).add(rows::take);
        if (!roundTrip.isRead()) {
          RowCodec other = new RowCodec(roundTrip.reads());
          takers(roundTrip.reads().id()).add((key, value) -> rows.takeBeside(other, key));
        }
      }
      Map<String, Object> config = new HashMap<>(kafka);
      config.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
      config.put(ConsumerConfig.FETCH_MAX_BYTES_CONFIG, FETCH);
      consumer =
          new KafkaConsumer<>(config, new ByteArrayDeserializer(), new ByteArrayDeserializer());
      try {
        begin();
      } catch (RuntimeException e) {
        consumer.close();
        throw e;
      }
    }

    private List<BiConsumer<byte[], byte[]>> takers(TableId table) {
      return takers.computeIfAbsent(written.names().rawTopic(table), topic -> new ArrayList<>());
    }

    private void begin() {
      List<TopicPartition> partitions =
          takers.keySet().stream()
              .flatMap(topic -> consumer.partitionsFor(topic).stream())
              .map(info -> new TopicPartition(info.topic(), info.partition()))
              .toList();
      consumer.assign(partitions);
      partitions.forEach(
          partition -> consumer.seek(partition, written.begin().getOrDefault(partition, 0L)));
    }

    boolean is(ReverseFlow.Written now) {
      return written.round() == now.round();
    }

    void look() throws InterruptedException {
      if (tables.stream().noneMatch(WrittenRows::isFull)) {
        for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
          if (!ReservedKey.is(record.key())) {
            takers.get(record.topic()).forEach(taker -> taker.accept(record.key(), record.value()));
          }
        }
      }
      for (WrittenRows rows : tables) {
        rows.look();
        tell(rows);
      }
    }

    private void tell(WrittenRows rows) {
      TableId table = rows.table();
      Map<String, Long> differences = rows.differences();
      Optional<String> loss =
          Loss.of(table.toString(), differences)
              .map(sentence -> rows.hasMore() ? sentence + ", and more" : sentence);
      known.put(
          table,
          new Known(loss, differences.values().stream().mapToDouble(Long::doubleValue).sum()));
      Told last = told.getOrDefault(table, Told.NOTHING);
      if (!loss.equals(last.loss()) && System.nanoTime() - last.at() > EVERY.toNanos()) {
        told.put(table, new Told(loss, System.nanoTime()));
        said.accept(
            loss.map(sentence -> sentence + ": `crossfade verify --keys` names them")
                .orElse("a rollback would lose nothing more of " + table));
      }
    }

    @Override
    public void close() {
      tables.forEach(WrittenRows::close);
      consumer.close();
    }
  }

  /** What is known of a table. */
  private record Known(Optional<String> loss, double rows) {}

  /** What was said of a table last. */
  private record Told(Optional<String> loss, long at) {
    static final Told NOTHING =
        new Told(Optional.empty(), System.nanoTime() - EVERY.multipliedBy(2).toNanos());
  }

  @Override
  public void close() {
    thread.interrupt();
    try {
      thread.join(CLOSE_WITHIN.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
