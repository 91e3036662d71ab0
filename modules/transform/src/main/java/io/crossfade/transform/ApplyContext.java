package io.crossfade.transform;

import io.crossfade.core.target.TargetDatabase;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.kafka.common.errors.InterruptException;

/** What the threads of one running apply share. */
final class ApplyContext {

  private final String group;
  private final Map<String, RawTopic> topics;
  private final TargetDatabase target;
  private final Cluster cluster;
  private final ApplyStatistics statistics = new ApplyStatistics();
  private final CommitHook hook;
  private final CountDownLatch closing = new CountDownLatch(1);
  private final List<JoinedCommit> commits = new CopyOnWriteArrayList<>();
  private final ThreadLocal<JoinedCommit> ofThread = ThreadLocal.withInitial(this::join);

  ApplyContext(
      String group,
      List<RawTopic> topics,
      TargetDatabase target,
      Cluster cluster,
      CommitHook hook) {
    this.group = group;
    this.topics = topics.stream().collect(Collectors.toMap(RawTopic::name, Function.identity()));
    this.target = target;
    this.cluster = cluster;
    this.hook = hook;
  }

  private JoinedCommit join() {
    JoinedCommit commit = new JoinedCommit(this);
    commits.add(commit);
    return commit;
  }

  String group() {
    return group;
  }

  /** The raw topic of that name, or null where it is none of ours. */
  RawTopic topic(String name) {
    return topics.get(name);
  }

  TargetDatabase target() {
    return target;
  }

  Cluster cluster() {
    return cluster;
  }

  ApplyStatistics statistics() {
    return statistics;
  }

  CommitHook hook() {
    return hook;
  }

  /** The calling stream thread's. */
  JoinedCommit commit() {
    return ofThread.get();
  }

  List<JoinedCommit> commits() {
    return commits;
  }

  /** The calling stream thread dies. */
  void leave() {
    JoinedCommit commit = ofThread.get();
    commits.remove(commit);
    commit.target().close();
  }

  /** No wait is begun any more, and none goes on. */
  void closeSoon() {
    closing.countDown();
  }

  /** Waits; true at once when apply is closing. */
  boolean pause(Duration duration) {
    try {
      return closing.await(duration.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      throw new InterruptException(e);
    }
  }

  long nanoTime() {
    return System.nanoTime();
  }

  Instant now() {
    return Instant.now();
  }
}
