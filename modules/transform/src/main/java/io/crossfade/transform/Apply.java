package io.crossfade.transform;

import io.crossfade.core.BlockedException;
import io.crossfade.core.target.TargetDatabase;
import io.crossfade.wire.Names;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.streams.CloseOptions;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.errors.MissingSourceTopicException;
import org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads raw topics, evaluates the SELECTs and keeps the new tables equal to them. The target's rows
 * and the group's offsets are one (I6): whatever is killed when, each record's effect is there
 * once.
 *
 * <p>Several instances of one migration share the partitions.
 */
public final class Apply implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(Apply.class);

  private static final Duration CLOSE_WITHIN = Duration.ofSeconds(5);

  /** Threads that died of what is not ours, before apply ends; brokers that restart do such. */
  private static final int REPLACEMENTS = 5;

  private final ApplyContext context;
  private final Admin admin;
  private final Cluster cluster;
  private final List<RawTopic> topics;
  private final KafkaStreams streams;
  private final AtomicReference<ApplyState> end = new AtomicReference<>();
  private final AtomicInteger replacements = new AtomicInteger();

  private Apply(Admin admin, Settings settings, CommitHook hook) {
    this.admin = admin;
    this.cluster = new Cluster(admin);
    this.topics = RawTopic.of(settings.names(), settings.mappings());
    String group = settings.names().applyGroup();
    this.context = new ApplyContext(group, topics, settings.target(), cluster, hook);
    this.streams =
        new KafkaStreams(
            ApplyTopology.of(topics, context),
            StreamsSettings.of(
                settings.kafka(), group, settings.stateDirectory(), settings.threads()),
            new JoinedClients(context));
    streams.setUncaughtExceptionHandler(this::died);
  }

  /**
   * What apply works with.
   *
   * @param kafka properties for every Kafka client, {@code bootstrap.servers} among them
   * @param names the migration's names
   * @param mappings one per new table; several may read the same old one
   * @param target where the new tables are
   * @param stateDirectory a directory of this instance's own; made where it is missing
   * @param threads how many partitions are worked on at the same time here
   */
  public record Settings(
      Map<String, String> kafka,
      Names names,
      List<Mapping> mappings,
      TargetDatabase target,
      Path stateDirectory,
      int threads) {

    public Settings {
      kafka = Map.copyOf(kafka);
      Objects.requireNonNull(names, "names");
      mappings = List.copyOf(mappings);
      Objects.requireNonNull(target, "target");
      Objects.requireNonNull(stateDirectory, "stateDirectory");
      if (mappings.isEmpty() || threads < 1) {
        throw new IllegalArgumentException(
            mappings.size() + " mappings, " + threads + " threads: at least one of each");
      }
    }
  }

  /**
   * Starts applying; blocks on both Kafka and the target for as long as it takes to see what was
   * done before. The raw topics must exist.
   *
   * <p>Offsets that were reset while nobody was in the group, by whatever tool, are taken up here:
   * the records from there on are written again.
   *
   * @throws io.crossfade.core.target.TargetUnavailableException when the target is away
   * @throws io.crossfade.core.target.TargetRefusedException when the target will not
   * @throws org.apache.kafka.common.KafkaException when Kafka is away, or a raw topic is missing
   */
  public static Apply start(Settings settings) {
    return start(settings, CommitHook.NONE);
  }

  static Apply start(Settings settings, CommitHook hook) {
    Map<String, Object> properties = new HashMap<>(settings.kafka());
    Admin admin = Admin.create(properties);
    try {
      Apply apply = new Apply(admin, settings, hook);
      settings.target().prepare();
      List<String> raw = apply.topics.stream().map(RawTopic::name).toList();
      apply.cluster.topics(raw);
      new Rewinds(apply.cluster, settings.target(), apply.context.group(), raw).takeUp();
      apply.streams.start();
      return apply;
    } catch (RuntimeException | Error e) {
      admin.close(Duration.ZERO);
      throw e;
    }
  }

  private StreamThreadExceptionResponse died(Throwable error) {
    context.leave();
    for (Throwable cause = error; cause != null; cause = cause.getCause()) {
      if (cause instanceof BlockedException blocked) {
        log.error("BLOCKED: {}. Next: {}", blocked.getMessage(), blocked.next());
        end.compareAndSet(null, new ApplyState.Blocked(blocked.getMessage(), blocked.next()));
        return StreamThreadExceptionResponse.SHUTDOWN_CLIENT;
      }
    }
    boolean fatal = error instanceof Error || error instanceof MissingSourceTopicException;
    if (!fatal && replacements.incrementAndGet() <= REPLACEMENTS) {
      log.warn("A stream thread has died; another takes its place", error);
      return StreamThreadExceptionResponse.REPLACE_THREAD;
    }
    log.error("Apply has failed", error);
    end.compareAndSet(null, new ApplyState.Failed(error));
    return StreamThreadExceptionResponse.SHUTDOWN_CLIENT;
  }

  /** What it is doing. Does not block. */
  public ApplyState state() {
    ApplyState ended = end.get();
    if (ended != null) {
      return ended;
    }
    Optional<ApplyState.WaitingForTarget> waiting =
        context.commits().stream()
            .flatMap(commit -> commit.target().waiting().stream())
            .min((a, b) -> a.since().compareTo(b.since()));
    if (waiting.isPresent()) {
      return waiting.get();
    }
    // One thread may apply while another still waits to join.
    boolean running =
        streams.state() == KafkaStreams.State.RUNNING
            || context.commits().stream().anyMatch(JoinedCommit::holds);
    return running ? new ApplyState.Running() : new ApplyState.Starting();
  }

  /** What it has done on this instance. Does not block. */
  public Statistics statistics() {
    return context.statistics().snapshot();
  }

  /** How far it is behind. Blocks on Kafka while other instances hold partitions. */
  public Lag lag() {
    long records = 0;
    Set<TopicPartition> held = new HashSet<>();
    Optional<Instant> oldest = Optional.empty();
    for (JoinedCommit commit : context.commits()) {
      records += commit.lag().records();
      held.addAll(commit.lag().held());
      Optional<Instant> other = commit.lag().oldest();
      if (oldest.isEmpty() || (other.isPresent() && other.get().isBefore(oldest.get()))) {
        oldest = other;
      }
    }
    return new Lag(
        records + elsewhere(held), oldest.map(instant -> Duration.between(instant, context.now())));
  }

  private long elsewhere(Set<TopicPartition> held) {
    List<TopicPartition> others = new ArrayList<>();
    cluster
        .topics(topics.stream().map(RawTopic::name).toList())
        .forEach(
            (name, topic) -> {
              for (int i = 0; i < topic.partitions(); i++) {
                TopicPartition partition = new TopicPartition(name, i);
                if (!held.contains(partition)) {
                  others.add(partition);
                }
              }
            });
    if (others.isEmpty()) {
      return 0;
    }
    Map<TopicPartition, Long> ends = cluster.ends(others, IsolationLevel.READ_COMMITTED);
    Map<TopicPartition, Long> committed = cluster.committed(context.group());
    return others.stream()
        .mapToLong(p -> Math.max(0, ends.get(p) - committed.getOrDefault(p, 0L)))
        .sum();
  }

  /**
   * Whether the target has all that stands before these barriers, whichever instance applied it.
   * Blocks on Kafka.
   *
   * @param barriers the barriers' offsets, as the producer's acknowledgements gave them
   */
  public boolean hasPassed(Map<TopicPartition, Long> barriers) {
    Map<TopicPartition, Long> committed = cluster.committed(context.group());
    return barriers.entrySet().stream()
        .allMatch(barrier -> committed.getOrDefault(barrier.getKey(), 0L) > barrier.getValue());
  }

  /**
   * Commits what can be committed and leaves the group. Takes seconds at the longest, whether the
   * target answers or not. May be repeated.
   */
  @Override
  public void close() {
    context.closeSoon();
    CloseOptions leave =
        CloseOptions.groupMembershipOperation(CloseOptions.GroupMembershipOperation.LEAVE_GROUP);
    if (!streams.close(leave.withTimeout(CLOSE_WITHIN))) {
      context.commits().forEach(commit -> commit.target().abort());
      if (!streams.close(leave.withTimeout(CLOSE_WITHIN))) {
        log.warn("Kafka Streams has not ended within {} s", 2 * CLOSE_WITHIN.toSeconds());
      }
    }
    context.commits().forEach(commit -> commit.target().close());
    admin.close(CLOSE_WITHIN);
    end.compareAndSet(null, new ApplyState.Stopped());
  }
}
