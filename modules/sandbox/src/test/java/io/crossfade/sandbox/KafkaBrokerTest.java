package io.crossfade.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("slow")
class KafkaBrokerTest {

  @TempDir Path directory;

  @Test
  void shouldKeepRecordsOverKillAndStartOnOtherPorts() throws Exception {
    String before;
    try (KafkaBroker broker = KafkaBroker.start(KafkaOptions.in(directory))) {
      before = broker.bootstrapServers();
      create(broker, "kept");
      produceInATransaction(broker, "kept", "first");
      broker.kill();
      assertThat(broker.isRunning()).isFalse();
    }
    try (KafkaBroker broker = KafkaBroker.start(KafkaOptions.in(directory))) {
      assertThat(broker.bootstrapServers()).isNotEqualTo(before);
      produceInATransaction(broker, "kept", "second");
      assertThat(consume(broker, "kept", 2)).containsExactly("first", "second");
    }
  }

  @Test
  void shouldKeepRecordsAndPortOverARestart() throws Exception {
    try (KafkaBroker broker = KafkaBroker.start(KafkaOptions.temporary())) {
      String before = broker.bootstrapServers();
      create(broker, "kept");
      produceInATransaction(broker, "kept", "first");
      broker.restart();
      assertThat(broker.bootstrapServers()).isEqualTo(before);
      assertThat(consume(broker, "kept", 1)).containsExactly("first");
    }
  }

  @Test
  void shouldSayWhoIsInTheWayWhenTheDirectoryStaysInUse() {
    KafkaOptions options = KafkaOptions.in(directory);
    try (KafkaBroker first = KafkaBroker.start(options)) {
      assertThatThrownBy(() -> KafkaBroker.start(options.withLockWait(Duration.ofMillis(200))))
          .isInstanceOf(SandboxException.class)
          .hasMessageContaining(directory + " is in use by another process");
      assertThat(first.isRunning()).isTrue();
    }
  }

  @Test
  void shouldNotMakeTopicsByThemselves() throws Exception {
    Map<String, Object> configuration =
        Map.of("bootstrap.servers", SharedSandbox.kafka().bootstrapServers(), "max.block.ms", 3000);
    try (KafkaProducer<String, String> producer =
        new KafkaProducer<>(configuration, new StringSerializer(), new StringSerializer())) {
      assertThat(producer.send(new ProducerRecord<>("nobody-made-me", "x")))
          .failsWithin(Duration.ofSeconds(10))
          .withThrowableOfType(ExecutionException.class)
          .withRootCauseInstanceOf(UnknownTopicOrPartitionException.class);
    }
  }

  @Test
  void shouldWaitForAFormerBrokerThatIsStillEnding() throws Exception {
    KafkaOptions options = KafkaOptions.in(directory);
    try (KafkaBroker former = KafkaBroker.start(options)) {
      create(former, "kept");
      CompletableFuture<KafkaBroker> second =
          CompletableFuture.supplyAsync(() -> KafkaBroker.start(options));
      assertThat(second)
          .failsWithin(Duration.ofSeconds(2))
          .withThrowableOfType(TimeoutException.class);
      former.stop();
      try (KafkaBroker broker = second.get(60, TimeUnit.SECONDS)) {
        produceInATransaction(broker, "kept", "after");
        assertThat(consume(broker, "kept", 1)).containsExactly("after");
      }
    }
  }

  @Test
  void shouldSayThatItsPortIsTakenWhenItComesBack() throws IOException {
    try (KafkaBroker broker = KafkaBroker.start(KafkaOptions.temporary())) {
      broker.stop();
      int port = Integer.parseInt(broker.bootstrapServers().replace("127.0.0.1:", ""));
      try (ServerSocket other = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
        assertThat(other.isBound()).isTrue();
        assertThatThrownBy(broker::start)
            .isInstanceOf(SandboxException.class)
            .hasMessageContaining("Port " + port + " of 127.0.0.1 is in use");
      }
      broker.start();
      assertThat(broker.isRunning()).isTrue();
    }
  }

  @Test
  void shouldNotAnswerWhilePausedAndGoOnAfterwards() throws Exception {
    try (KafkaBroker broker = KafkaBroker.start(KafkaOptions.temporary())) {
      create(broker, "kept");
      broker.pause();
      CompletableFuture<Void> sent =
          CompletableFuture.runAsync(
              () -> {
                try {
                  produceInATransaction(broker, "kept", "late");
                } catch (Exception e) {
                  throw new IllegalStateException(e);
                }
              });
      assertThat(sent)
          .failsWithin(Duration.ofSeconds(1))
          .withThrowableOfType(TimeoutException.class);
      broker.resume();
      sent.get(30, TimeUnit.SECONDS);
      assertThat(consume(broker, "kept", 1)).containsExactly("late");
    }
  }

  private static void create(KafkaBroker broker, String topic)
      throws ExecutionException, InterruptedException {
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrapServers()))) {
      admin
          .createTopics(List.of(new NewTopic(topic, Optional.of(1), Optional.empty())))
          .all()
          .get();
    }
  }

  private static void produceInATransaction(KafkaBroker broker, String topic, String value)
      throws Exception {
    Map<String, Object> configuration =
        Map.of(
            "bootstrap.servers",
            broker.bootstrapServers(),
            "transactional.id",
            "test",
            "max.block.ms",
            30_000);
    try (KafkaProducer<String, String> producer =
        new KafkaProducer<>(configuration, new StringSerializer(), new StringSerializer())) {
      producer.initTransactions();
      producer.beginTransaction();
      producer.send(new ProducerRecord<>(topic, value)).get();
      producer.commitTransaction();
    }
  }

  private static List<String> consume(KafkaBroker broker, String topic, int count) {
    Map<String, Object> configuration =
        Map.of(
            "bootstrap.servers",
            broker.bootstrapServers(),
            "auto.offset.reset",
            "earliest",
            "isolation.level",
            "read_committed",
            "enable.auto.commit",
            false);
    List<String> values = new ArrayList<>();
    try (KafkaConsumer<String, String> consumer =
        new KafkaConsumer<>(configuration, new StringDeserializer(), new StringDeserializer())) {
      consumer.assign(List.of(new TopicPartition(topic, 0)));
      long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
      while (values.size() < count && System.nanoTime() < deadline) {
        for (ConsumerRecord<String, String> record : consumer.poll(Duration.ofMillis(200))) {
          values.add(record.value());
        }
      }
    }
    return values;
  }
}
