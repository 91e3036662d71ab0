package io.crossfade.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.crossfade.cli.job.Job;
import io.crossfade.core.table.TableId;
import io.crossfade.sandbox.Database;
import io.crossfade.sandbox.KafkaBroker;
import io.crossfade.sandbox.KafkaOptions;
import io.crossfade.sandbox.SharedSandbox;
import io.crossfade.spec.Spec;
import io.crossfade.spec.SpecReader;
import io.crossfade.wire.Names;
import io.crossfade.wire.ReservedKey;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.AlterConfigOp.OpType;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A replay of what Kafka's cleaner has left: of each key the last record, and nothing else. */
@Timeout(240)
@Tag("slow")
class CompactedReplayTest {

  private static final String PLAIN = "SELECT id, s, large FROM public.a";
  private static final String OTHER =
      "SELECT id, UPPER(s) AS s, large FROM public.a WHERE id % 3 <> 0";

  /** The first copy, without changes. */
  private static final int ROWS = 300;

  private static final int ROUNDS = 6;

  @TempDir private Path directory;
  private final String migration = "k" + UUID.randomUUID().toString().substring(0, 8);
  private final String topic = new Names(migration).rawTopic(new TableId("public", "a"));
  private KafkaBroker broker;
  private Database source;
  private Database target;

  @BeforeEach
  void prepare() {
    broker =
        KafkaBroker.start(
            KafkaOptions.temporary().withHeap("384m").with("log.cleaner.backoff.ms", "200"));
    source = SharedSandbox.postgres18().createDatabase();
    target = SharedSandbox.postgres18().createDatabase();
    source.execute(
        "CREATE TABLE a (id int PRIMARY KEY, s text, large text)",
        "INSERT INTO a SELECT i, 's' || i, (SELECT string_agg(md5(i::text || j), '') FROM"
            + " generate_series(1, 200) j) FROM generate_series(1, "
            + ROWS
            + ") i");
    target.execute("CREATE TABLE b (id int PRIMARY KEY, s text, large text)");
  }

  @AfterEach
  void drop() {
    broker.close();
    source.close();
    target.close();
  }

  /**
   * The large value is written once and never again, so the log leaves it out of each update. Fails
   * where such an event is published as it came, where the cleaner takes tombstones away, and where
   * it takes them after Kafka's usual day.
   */
  @Test
  void shouldGiveTheSelectFromWhatTheCleanerHasLeft() throws Exception {
    try (Job job = Job.start(spec(PLAIN), warning -> {})) {
      job.awaitCaughtUp();
      haveItCleaned();
      for (int i = 1; i <= ROUNDS; i++) {
        source.execute(
            "UPDATE a SET s = 'round " + i + " of ' || id",
            "UPDATE a SET id = id + 1000 WHERE id = " + i,
            "DELETE FROM a WHERE id = " + (100 + i));
        job.awaitBarrier();
      }
      // Each barrier may close a segment: only what is closed is cleaned.
      Map<String, Integer> records = records();
      while (records.values().stream().anyMatch(count -> count > 2) || hasBoth(records)) {
        TimeUnit.MILLISECONDS.sleep(300);
        job.awaitBarrier();
        records = records();
      }
      assertThat(records).as("keys, those that are gone included").hasSize(ROWS + ROUNDS);
    }
    // Replayed rows alone make it right again, and the tombstones alone take away what went.
    target.execute("DELETE FROM b", "INSERT INTO b VALUES (101, 'stale', ''), (1, 'stale', '')");

    StringWriter err = new StringWriter();
    int code =
        Main.run(
            new PrintWriter(new StringWriter()),
            new PrintWriter(err, true),
            "replay",
            "-f",
            write(OTHER).toString(),
            "--from",
            "start");
    assertThat(code).as(err.toString()).isZero();
    try (Job job = Job.start(spec(OTHER), warning -> {})) {
      job.awaitCaughtUp();
    }
    String rows = "SELECT id || s || md5(large) FROM ";
    assertThat(target.query(rows + "b ORDER BY id"))
        .isEqualTo(source.query(rows + "(" + OTHER + ") x ORDER BY id"))
        .hasSizeGreaterThan(100);
    assertThat(tombstonesStay()).isGreaterThan(Duration.ofDays(3600));
  }

  /** Some key that was loaded has its load and its last state still. */
  private static boolean hasBoth(Map<String, Integer> records) {
    return records.values().stream().mapToInt(Integer::intValue).sum() > records.size() + ROUNDS;
  }

  private void haveItCleaned() throws Exception {
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrapServers()))) {
      Map<String, String> config =
          Map.of(
              "segment.ms",
              "100",
              "min.cleanable.dirty.ratio",
              "0.0001",
              "segment.bytes",
              "1048576");
      admin
          .incrementalAlterConfigs(
              Map.of(
                  new ConfigResource(ConfigResource.Type.TOPIC, topic),
                  config.entrySet().stream()
                      .map(
                          e ->
                              new AlterConfigOp(
                                  new ConfigEntry(e.getKey(), e.getValue()), OpType.SET))
                      .toList()))
          .all()
          .get();
    }
  }

  /** How long the cleaner leaves a tombstone where it is. */
  private Duration tombstonesStay() throws Exception {
    ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, topic);
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrapServers()))) {
      return Duration.ofMillis(
          Long.parseLong(
              admin
                  .describeConfigs(List.of(resource))
                  .all()
                  .get()
                  .get(resource)
                  .get("delete.retention.ms")
                  .value()));
    }
  }

  /** How many records there are of each key. */
  private Map<String, Integer> records() {
    Map<String, Integer> records = new HashMap<>();
    Map<String, Object> config =
        Map.of("bootstrap.servers", broker.bootstrapServers(), "isolation.level", "read_committed");
    try (KafkaConsumer<byte[], byte[]> consumer =
        new KafkaConsumer<>(config, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
      List<TopicPartition> partitions =
          List.of(new TopicPartition(topic, 0), new TopicPartition(topic, 1));
      consumer.assign(partitions);
      consumer.seekToBeginning(partitions);
      Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
      while (ends.entrySet().stream().anyMatch(e -> consumer.position(e.getKey()) < e.getValue())) {
        for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(100))) {
          if (!ReservedKey.is(record.key())) {
            records.merge(new String(record.key(), StandardCharsets.UTF_8), 1, Integer::sum);
          }
        }
      }
    }
    return records;
  }

  private Spec spec(String select) throws Exception {
    return SpecReader.read(write(select), Map.of()).orThrow();
  }

  private Path write(String select) throws Exception {
    return Files.writeString(
        directory.resolve("m.yaml"),
        """
        migration: %s
        source: { connector: postgres, url: "%s", username: "%s", password: "%s" }
        target: { connector: postgres, url: "%s", username: "%s", password: "%s" }
        kafka: { bootstrap-servers: "%s", partitions: 2 }
        server: { port: 0 }
        tables:
          - into: public.b
            select: %s
        """
            .formatted(
                migration,
                source.jdbcUrl(),
                source.user(),
                source.password(),
                target.jdbcUrl(),
                target.user(),
                target.password(),
                broker.bootstrapServers(),
                select));
  }
}
