package io.crossfade.transform;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.admin.MemberDescription;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Whose transactions are ended by others. */
class FormerOwnersTest {

  private ApplyBench bench;

  @BeforeEach
  void open() {
    bench = new ApplyBench();
  }

  @AfterEach
  void close() throws Exception {
    bench.close();
  }

  /**
   * Fails where a thread that lives is fenced because partitions were taken from it: of three that
   * give partitions to each other none would come to a commit.
   */
  @Test
  void shouldFenceWhoIsGoneAndNobodyWhoIsInTheGroup() throws Exception {
    String group = bench.names.applyGroup();
    Cluster cluster = new Cluster(bench.raw.admin());
    try (KafkaProducer<byte[], byte[]> producer = producer(group + "-i-2")) {
      producer.initTransactions();
      try (KafkaConsumer<byte[], byte[]> member = member(group)) {
        member.subscribe(List.of(topic()));
        Eventually.until(
            "it is in the group",
            () -> !member.poll(Duration.ofMillis(100)).isEmpty() || !member.assignment().isEmpty(),
            member::assignment);
        open(producer);
        cluster.fenceWhoIsGone(group, Set.of(group + "-i-2", group + "-j-1"));
        producer.commitTransaction();
      }
      open(producer);
      cluster.fenceWhoIsGone(group, Set.of(group + "-i-2"));
      assertThatThrownBy(producer::commitTransaction).isInstanceOf(KafkaException.class);
    }
  }

  /** Fails where Kafka Streams names its clients in another way than it did. */
  @Test
  void shouldKnowWhoseTransactionsAreWhose() throws Exception {
    Apply apply = bench.start();
    bench.raw.upsert(ApplyBench.OLD, "1", "a", "1");
    bench.awaitAll(apply);
    String group = bench.names.applyGroup();
    List<String> ours =
        bench
            .raw
            .admin()
            .describeConsumerGroups(List.of(group))
            .all()
            .get()
            .get(group)
            .members()
            .stream()
            .map(MemberDescription::clientId)
            .map(StreamsSettings::transactionalId)
            .toList();
    assertThat(ours).hasSize(2);
    assertThat(bench.database().query("SELECT DISTINCT unnest(producers) FROM crossfade.progress"))
        .isNotEmpty()
        .isSubsetOf(ours);
  }

  private String topic() {
    return bench.names.rawTopic(ApplyBench.OLD.id());
  }

  private void open(KafkaProducer<byte[], byte[]> producer) throws Exception {
    producer.beginTransaction();
    producer.send(new ProducerRecord<>(topic(), new byte[] {1}, new byte[] {1})).get();
  }

  private static Map<String, Object> kafka() {
    return new HashMap<>(Map.of("bootstrap.servers", ApplyBench.bootstrapServers()));
  }

  private static KafkaProducer<byte[], byte[]> producer(String transactionalId) {
    Map<String, Object> config = kafka();
    config.put("transactional.id", transactionalId);
    return new KafkaProducer<>(config, new ByteArraySerializer(), new ByteArraySerializer());
  }

  private static KafkaConsumer<byte[], byte[]> member(String group) {
    Map<String, Object> config = kafka();
    config.put("group.id", group);
    config.put("client.id", group + "-i-StreamThread-2-consumer");
    return new KafkaConsumer<>(config, new ByteArrayDeserializer(), new ByteArrayDeserializer());
  }
}
