package io.crossfade.transform;

import io.crossfade.core.target.OnBadRow;
import io.crossfade.core.target.TargetDatabase;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;

/** What the threads of one running apply share. */
final class ApplyContext {

  private final String group;
  private final Map<String, InputTopic> topics;
  private final TargetDatabase target;
  private final Cluster cluster;
  private final ApplyStatistics statistics = new ApplyStatistics();
  private final OnBadRow onBadRow;
  private final String deadTopic;
  private final CommitHook hook;
  private final Map<TopicPartition, Long> begin;
  private final Pauses pauses = new Pauses();
  private final List<JoinedCommit> commits = new CopyOnWriteArrayList<>();
  private volatile boolean stoppedByARow;
  private volatile boolean lookSoon = true;

  private final AtomicLong retriesAsked = new AtomicLong();

  private final ThreadLocal<JoinedCommit> ofThread = ThreadLocal.withInitial(this::join);

  ApplyContext(
      String group,
      List<InputTopic> topics,
      TargetDatabase target,
      Cluster cluster,
      OnBadRow onBadRow,
      String deadTopic,
      Map<TopicPartition, Long> begin,
      CommitHook hook) {
    this.group = group;
    this.topics = topics.stream().collect(Collectors.toMap(InputTopic::name, Function.identity()));
    this.target = target;
    this.cluster = cluster;
    this.onBadRow = onBadRow;
    this.deadTopic = deadTopic;
    this.begin = begin;
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

  /** The topic of that name, or null where nothing is written from it. */
  InputTopic topic(String name) {
    return topics.get(name);
  }

  /** Whether there are stores, which are restored before a partition is taken. */
  boolean isStateful() {
    return topics.values().stream().anyMatch(topic -> !topic.contributing().isEmpty());
  }

  /** Whether rows are written that others want to write as well. */
  boolean fills() {
    return topics.values().stream()
        .flatMap(topic -> topic.tables().stream())
        .anyMatch(table -> table.writing().fills());
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

  OnBadRow onBadRow() {
    return onBadRow;
  }

  /** Where records go whose rows the target refuses. */
  String deadTopic() {
    return deadTopic;
  }

  /** Where the flow begins in a partition: what stands before is none of its records. */
  long begin(TopicPartition partition) {
    return begin.getOrDefault(partition, 0L);
  }

  /** Somebody has asked for bad rows to be tried again, so many times. */
  long retriesAsked() {
    return retriesAsked.get();
  }

  void askForRetries() {
    retriesAsked.incrementAndGet();
  }

  /** Whether something has just been written down that the status does not know yet. */
  boolean lookSoon() {
    return lookSoon;
  }

  void lookSoon(boolean soon) {
    lookSoon = soon;
  }

  /** Whether the line was stopped by a row that a person can decide about. */
  boolean isStoppedByARow() {
    return stoppedByARow;
  }

  void stoppedByARow(boolean stopped) {
    stoppedByARow = stopped;
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

  /** All stream threads have ended. */
  void leaveAll() {
    commits.forEach(commit -> commit.target().close());
    commits.clear();
  }

  /** No wait is begun any more, and none goes on. */
  void closeSoon() {
    pauses.close();
  }

  /** The same, until it goes on. */
  void held(boolean held) {
    pauses.hold(held);
  }

  /** Waits; true at once when apply is closing, or is to hold. */
  boolean pause(Duration duration) {
    try {
      return pauses.pause(duration);
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
