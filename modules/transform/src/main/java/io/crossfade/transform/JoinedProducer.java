package io.crossfade.transform;

import io.crossfade.core.FaultPoint;
import io.crossfade.core.target.BadRow;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.CommitFailedException;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;

/**
 * One producer's commits, with the target's transaction inside: Kafka takes the offsets into its
 * open transaction (and refuses them when this member is no longer of the group's generation), the
 * target commits rows and offsets, Kafka commits.
 *
 * <p>Once a commit has failed the producer is poisoned until it aborts: Streams would commit what
 * is left of the transaction, which are the offsets without the rows. For the same reason no
 * time-out gets out of here: Streams repairs those by committing.
 */
final class JoinedProducer {

  private final ApplyContext context;
  private final String transactionalId;
  private final Producer<byte[], byte[]> real;
  private Map<TopicPartition, OffsetAndMetadata> pending = Map.of();
  private boolean poisoned;

  JoinedProducer(ApplyContext context, String transactionalId, Producer<byte[], byte[]> real) {
    this.context = context;
    this.transactionalId = transactionalId;
    this.real = real;
  }

  Producer<byte[], byte[]> real() {
    return real;
  }

  void initTransactions() {
    context.commit().bind(transactionalId);
    real.initTransactions();
  }

  @SuppressWarnings("unchecked")
  void sendOffsetsToTransaction(Object[] arguments) {
    refuseWhenPoisoned();
    Map<TopicPartition, OffsetAndMetadata> offsets =
        (Map<TopicPartition, OffsetAndMetadata>) arguments[0];
    joined(() -> real.sendOffsetsToTransaction(offsets, (ConsumerGroupMetadata) arguments[1]));
    pending = Map.copyOf(offsets);
  }

  void commitTransaction() {
    refuseWhenPoisoned();
    Map<TopicPartition, OffsetAndMetadata> offsets = pending;
    pending = Map.of();
    joined(
        () -> {
          context.hook().beforeTarget();
          List<BadRow> bad = context.commit().flush(offsets);
          context.hook().betweenTargetAndKafka();
          FaultPoint.BETWEEN_TARGET_AND_KAFKA.reached();
          bad.forEach(row -> real.send(DeadRecords.of(context.deadTopic(), row, context.now())));
          real.commitTransaction();
          context.commit().committed(offsets);
        });
  }

  void abortTransaction() {
    pending = Map.of();
    real.abortTransaction();
    poisoned = false;
  }

  void refuseWhenPoisoned() {
    if (poisoned) {
      throw new CommitFailedException("a commit of " + transactionalId + " has failed before");
    }
  }

  private void joined(Runnable step) {
    boolean done = false;
    try {
      step.run();
      done = true;
    } catch (TimeoutException e) {
      CommitFailedException failed = new CommitFailedException("Kafka: " + e.getMessage());
      failed.initCause(e);
      throw failed;
    } finally {
      poisoned = !done;
    }
  }
}
