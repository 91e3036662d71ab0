package io.crossfade.transform;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.Collection;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.streams.KafkaClientSupplier;
import org.apache.kafka.streams.processor.internals.DefaultKafkaClientSupplier;

/**
 * The clients that Streams works with, between which the target's transaction is put. Streams makes
 * them on other threads than it uses them on, so whose they are shows at the first call.
 */
final class JoinedClients implements KafkaClientSupplier {

  private final ApplyContext context;
  private final KafkaClientSupplier real = new DefaultKafkaClientSupplier();

  JoinedClients(ApplyContext context) {
    this.context = context;
  }

  @Override
  public Admin getAdmin(Map<String, Object> config) {
    return real.getAdmin(config);
  }

  @Override
  public Producer<byte[], byte[]> getProducer(Map<String, Object> config) {
    String id = (String) config.get(ProducerConfig.TRANSACTIONAL_ID_CONFIG);
    if (id == null) {
      throw new IllegalStateException("a producer without transactions cannot join the target's");
    }
    return producer(new JoinedProducer(context, id, real.getProducer(config)));
  }

  @Override
  public Consumer<byte[], byte[]> getConsumer(Map<String, Object> config) {
    return consumer(real.getConsumer(config));
  }

  @Override
  public Consumer<byte[], byte[]> getRestoreConsumer(Map<String, Object> config) {
    return real.getRestoreConsumer(config);
  }

  @Override
  public Consumer<byte[], byte[]> getGlobalConsumer(Map<String, Object> config) {
    return real.getGlobalConsumer(config);
  }

  private static Producer<byte[], byte[]> producer(JoinedProducer joined) {
    return proxy(
        Producer.class,
        (proxy, method, arguments) -> {
          switch (method.getName()) {
            case "initTransactions":
              joined.initTransactions();
              return null;
            case "sendOffsetsToTransaction":
              joined.sendOffsetsToTransaction(arguments);
              return null;
            case "commitTransaction":
              joined.commitTransaction();
              return null;
            case "abortTransaction":
              joined.abortTransaction();
              return null;
            case "send":
              joined.refuseWhenPoisoned();
              break;
            default:
          }
          return invoke(joined.real(), method, arguments);
        });
  }

  private Consumer<byte[], byte[]> consumer(Consumer<byte[], byte[]> consumer) {
    return proxy(
        Consumer.class,
        (proxy, method, arguments) -> {
          switch (method.getName()) {
            case "commitSync":
            case "commitAsync":
              throw new IllegalStateException(
                  "offsets are committed with the target's transaction or not at all");
            case "committed":
              JoinedCommit commit = context.commit();
              commit.bind(consumer);
              commit.take(partitions(arguments[0]));
              break;
            case "poll":
              Object records = invoke(consumer, method, arguments);
              context.commit().polled(consumer, records(records));
              return records;
            default:
          }
          return invoke(consumer, method, arguments);
        });
  }

  @SuppressWarnings("unchecked")
  private static Collection<TopicPartition> partitions(Object argument) {
    return (Collection<TopicPartition>) argument;
  }

  @SuppressWarnings("unchecked")
  private static ConsumerRecords<byte[], byte[]> records(Object result) {
    return (ConsumerRecords<byte[], byte[]>) result;
  }

  private static Object invoke(Object real, java.lang.reflect.Method method, Object[] arguments)
      throws Throwable {
    try {
      return method.invoke(real, arguments);
    } catch (InvocationTargetException e) {
      throw e.getCause();
    }
  }

  @SuppressWarnings("unchecked")
  private static <T> T proxy(Class<?> type, InvocationHandler handler) {
    return (T)
        Proxy.newProxyInstance(
            JoinedClients.class.getClassLoader(), new Class<?>[] {type}, handler);
  }
}
