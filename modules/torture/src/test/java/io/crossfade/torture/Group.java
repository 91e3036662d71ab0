package io.crossfade.torture;

import io.crossfade.wire.Names;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.RemoveMembersFromConsumerGroupOptions;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;

/** What is done to the group of apply from outside, with what Kafka's own tools use. */
final class Group implements AutoCloseable {

  private final Admin admin;
  private final String name = new Names(JobRun.MIGRATION).applyGroup();

  Group(Map<String, Object> kafka) {
    Map<String, Object> config = new HashMap<>(kafka);
    config.put(AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, 15_000);
    config.put(AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG, 5_000);
    this.admin = Admin.create(config);
  }

  /** Forgets the members, who are dead, before their session times out. */
  void forgetMembers() throws InterruptedException, ExecutionException, TimeoutException {
    try {
      get(
          admin
              .removeMembersFromConsumerGroup(name, new RemoveMembersFromConsumerGroupOptions())
              .all());
    } catch (ExecutionException e) {
      // So it says where there are none.
      if (!(e.getCause() instanceof IllegalArgumentException)) {
        throw e;
      }
    }
  }

  /** Empty before it has committed any. */
  Map<TopicPartition, Long> offsets()
      throws InterruptedException, ExecutionException, TimeoutException {
    Map<TopicPartition, Long> offsets = new HashMap<>();
    get(admin.listConsumerGroupOffsets(name).partitionsToOffsetAndMetadata())
        .forEach((partition, offset) -> offsets.put(partition, offset.offset()));
    return offsets;
  }

  /** Only while it has no members. */
  void reset(Map<TopicPartition, Long> to)
      throws InterruptedException, ExecutionException, TimeoutException {
    Map<TopicPartition, OffsetAndMetadata> offsets = new HashMap<>();
    to.forEach((partition, offset) -> offsets.put(partition, new OffsetAndMetadata(offset)));
    get(admin.alterConsumerGroupOffsets(name, offsets).all());
  }

  private static <T> T get(KafkaFuture<T> future)
      throws InterruptedException, ExecutionException, TimeoutException {
    return future.get(20, TimeUnit.SECONDS);
  }

  @Override
  public void close() {
    admin.close();
  }
}
