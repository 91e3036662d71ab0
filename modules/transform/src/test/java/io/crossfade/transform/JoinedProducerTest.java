package io.crossfade.transform;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.crossfade.core.target.TargetUnavailableException;
import io.crossfade.postgres.target.PostgresTarget;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.CommitFailedException;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Kafka's part is its own test double; what happens to the target's is thrown in between. */
class JoinedProducerTest {

  private static final Object[] OFFSETS = {
    Map.of(new TopicPartition("t", 0), new OffsetAndMetadata(5)), new ConsumerGroupMetadata("g")
  };

  private final MockProducer<byte[], byte[]> kafka =
      new MockProducer<>(true, null, new ByteArraySerializer(), new ByteArraySerializer());

  private RuntimeException between;
  private JoinedProducer producer;

  @BeforeEach
  void open() {
    CommitHook hook =
        new CommitHook() {
          @Override
          public void beforeTarget() {
            if (between != null) {
              throw between;
            }
          }
        };
    ApplyContext context =
        new ApplyContext(
            "g",
            List.of(),
            PostgresTarget.of("jdbc:postgresql://127.0.0.1:1/none", "nobody", ""),
            new Cluster(Admin.create(Map.of("bootstrap.servers", "127.0.0.1:1"))),
            io.crossfade.core.target.OnBadRow.STOP,
            "dead",
            Map.of(),
            hook);
    producer = new JoinedProducer(context, "id", kafka);
    producer.initTransactions();
  }

  @Test
  void shouldCommitInKafkaWhatTheTargetHasCommitted() {
    begin();
    producer.commitTransaction();
    assertThat(kafka.consumerGroupOffsetsHistory()).hasSize(1);
    begin();
    producer.commitTransaction();
    assertThat(kafka.commitCount()).isEqualTo(2);
  }

  @Test
  void shouldCommitNothingMoreAfterAFailureUntilItHasAborted() {
    between = new TargetUnavailableException("away", null);
    begin();
    assertThatThrownBy(producer::commitTransaction).isSameAs(between);
    between = null;
    assertThatThrownBy(producer::commitTransaction).isInstanceOf(CommitFailedException.class);
    assertThatThrownBy(() -> producer.sendOffsetsToTransaction(OFFSETS))
        .isInstanceOf(CommitFailedException.class);
    assertThatThrownBy(producer::refuseWhenPoisoned).isInstanceOf(CommitFailedException.class);
    assertThat(kafka.commitCount()).isZero();
    producer.abortTransaction();
    begin();
    producer.commitTransaction();
    assertThat(kafka.commitCount()).isEqualTo(1);
  }

  /** Streams answers a time-out by committing what is in the open transaction. */
  @Test
  void shouldNeverLetATimeOutOut() {
    between = new TimeoutException("no answer");
    begin();
    assertThatThrownBy(producer::commitTransaction)
        .isInstanceOf(CommitFailedException.class)
        .hasCause(between);
    producer.abortTransaction();
    kafka.sendOffsetsToTransactionException = new TimeoutException("no answer");
    kafka.beginTransaction();
    assertThatThrownBy(() -> producer.sendOffsetsToTransaction(OFFSETS))
        .isInstanceOf(CommitFailedException.class);
    assertThatThrownBy(producer::commitTransaction).isInstanceOf(CommitFailedException.class);
  }

  private void begin() {
    kafka.beginTransaction();
    producer.sendOffsetsToTransaction(OFFSETS);
  }
}
