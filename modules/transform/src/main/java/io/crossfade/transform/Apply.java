package io.crossfade.transform;

import io.crossfade.core.BlockedException;
import io.crossfade.core.target.BadRow;
import io.crossfade.core.target.HeldRows;
import io.crossfade.core.target.OnBadRow;
import io.crossfade.core.target.TargetDatabase;
import io.crossfade.core.target.TargetUnavailableException;
import io.crossfade.wire.Names;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
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

  private static final Duration CLOSE_AGAIN_WITHIN = Duration.ofSeconds(30);

  private final ApplyContext context;
  private final Admin admin;
  private final Cluster cluster;
  private final FlowTopics topics;
  private final Settings settings;
  private final HeldRowsWatch watch;
  private final Object lifecycle = new Object();
  private boolean closed;

  /** Null as long as it is held. */
  private volatile KafkaStreams streams;

  private final AtomicReference<ApplyState> end = new AtomicReference<>();
  private final Replacements replacements = new Replacements();

  private Apply(Admin admin, Settings settings, CommitHook hook) {
    this.admin = admin;
    this.cluster = new Cluster(admin);
    this.topics = FlowTopics.of(settings.names(), settings.mappings());
    String group = settings.names().applyGroup();
    this.settings = settings;
    this.context =
        new ApplyContext(
            group,
            topics.all(),
            settings.target(),
            cluster,
            settings.onBadRow(),
            settings.names().deadTopic(),
            settings.begin(),
            hook);
    this.watch = new HeldRowsWatch(context, this::lag, this::isStoppedByARow, this::startAgain);
  }

  private KafkaStreams streams() {
    KafkaStreams made =
        new KafkaStreams(
            ApplyTopology.of(topics, context),
            StreamsSettings.of(
                settings.kafka(),
                context.group(),
                settings.stateDirectory(),
                settings.threads(),
                settings.replicationFactor()),
            new JoinedClients(context));
    made.setUncaughtExceptionHandler(this::died);
    return made;
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
   * @param onBadRow what becomes of a row that the target refuses
   * @param begin where the flow begins, by partition of the raw topics: what stands before is
   *     passed over. From the first record on where none is named
   * @param replicationFactor of the topics that Kafka Streams makes; -1: the brokers' own
   */
  public record Settings(
      Map<String, String> kafka,
      Names names,
      List<Mapping> mappings,
      TargetDatabase target,
      Path stateDirectory,
      int threads,
      OnBadRow onBadRow,
      Map<TopicPartition, Long> begin,
      int replicationFactor) {

    /** One that begins with the first record, and stops at a bad row. */
    public Settings(
        Map<String, String> kafka,
        Names names,
        List<Mapping> mappings,
        TargetDatabase target,
        Path stateDirectory,
        int threads) {
      this(kafka, names, mappings, target, stateDirectory, threads, OnBadRow.STOP, Map.of(), -1);
    }

    public Settings {
      kafka = Map.copyOf(kafka);
      Objects.requireNonNull(names, "names");
      mappings = List.copyOf(mappings);
      Objects.requireNonNull(target, "target");
      Objects.requireNonNull(stateDirectory, "stateDirectory");
      Objects.requireNonNull(onBadRow, "onBadRow");
      begin = Map.copyOf(begin);
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
    Apply apply = held(settings, hook);
    apply.goOn();
    return apply;
  }

  /**
   * As {@link #start(Settings)}, but writes nothing until it is told to {@link #goOn}. Blocks and
   * throws as it does.
   */
  public static Apply held(Settings settings) {
    return held(settings, CommitHook.NONE);
  }

  private static Apply held(Settings settings, CommitHook hook) {
    Map<String, Object> properties = new HashMap<>(settings.kafka());
    Admin admin = Admin.create(properties);
    try {
      Apply apply = new Apply(admin, settings, hook);
      settings.target().prepare();
      apply.cluster.topics(apply.topics.raw().stream().map(InputTopic::name).toList());
      List<String> all = apply.topics.all().stream().map(InputTopic::name).toList();
      new Rewinds(apply.cluster, settings.target(), apply.context.group(), all).takeUp();
      apply.watch.start();
      return apply;
    } catch (RuntimeException | Error e) {
      admin.close(Duration.ZERO);
      throw e;
    }
  }

  /**
   * Goes on after {@link #hold}, or begins. Does nothing where it is not held. Does not wait.
   *
   * @throws org.apache.kafka.common.KafkaException when Kafka is away: it is held still
   */
  public void goOn() {
    synchronized (lifecycle) {
      if (closed || streams != null) {
        return;
      }
      context.held(false);
      KafkaStreams made = streams();
      made.start();
      streams = made;
    }
  }

  /**
   * Commits what can be committed, leaves the group, and writes nothing until {@link #goOn}. Takes
   * seconds at the longest: a target that does not let it write, since its turn is over, is not
   * asked again. Does nothing where it is held already.
   */
  public void hold() {
    synchronized (lifecycle) {
      if (closed || streams == null) {
        return;
      }
      context.held(true);
      leaveGroup();
      streams = null;
      end.set(null);
      context.stoppedByARow(false);
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
    if (!fatal && replacements.allow(context.nanoTime())) {
      log.warn("A stream thread has died; another takes its place", error);
      return StreamThreadExceptionResponse.REPLACE_THREAD;
    }
    log.error("Apply has failed", error);
    end.compareAndSet(null, new ApplyState.Failed(error));
    return StreamThreadExceptionResponse.SHUTDOWN_CLIENT;
  }

  private boolean isStoppedByARow() {
    return context.isStoppedByARow() && end.get() instanceof ApplyState.Blocked;
  }

  /** Somebody has decided about the row that stopped the line. */
  private void startAgain() {
    synchronized (lifecycle) {
      if (closed || streams == null) {
        return;
      }
      log.info("The row that stopped the line was decided about; applying again");
      context.target().release(context.group());
      streams.close(CLOSE_AGAIN_WITHIN);
      context.leaveAll();
      replacements.forget();
      streams = streams();
      ApplyState blocked = end.getAndSet(null);
      try {
        context.stoppedByARow(false);
        streams.start();
      } catch (RuntimeException e) {
        // Kafka is away: to be tried again.
        end.set(blocked);
        context.stoppedByARow(true);
        throw e;
      }
    }
  }

  /** What the new tables lack on all instances, as it was seen a moment ago. Does not block. */
  public HeldRows held() {
    return watch.held();
  }

  /** What somebody should know about rows that wait for too long. Does not block. */
  public List<String> warnings() {
    return watch.warnings();
  }

  /**
   * Bad rows that the target lacks. Blocks on the target.
   *
   * @throws io.crossfade.core.target.TargetUnavailableException when the target is away
   */
  public List<BadRow> badRows() {
    return context.target().badRows(context.group());
  }

  /**
   * Goes on without bad rows; where one of them has stopped the line, on whichever instance, it
   * goes on within seconds. Blocks on the target; may be repeated.
   *
   * @return how many there are
   */
  public long skip(TargetDatabase.Selection which, String reason) {
    long skipped = context.target().skip(context.group(), which, reason);
    context.lookSoon(true);
    watch.look();
    return skipped;
  }

  /**
   * Asks for bad rows to be tried again, on whichever instance; {@link HeldRows#toRetry} says when
   * that is done. Blocks on the target; may be repeated.
   *
   * @return how many there are
   */
  public long retry(TargetDatabase.Selection which) {
    long asked = context.target().retry(context.group(), which);
    context.lookSoon(true);
    watch.look();
    return asked;
  }

  /** Whether rows that were asked for are still to be tried again. Blocks on the target. */
  public boolean retriesAreUnderWay() {
    return watch.look().toRetry() > 0;
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
    KafkaStreams current = streams;
    if (current == null) {
      return new ApplyState.Held();
    }
    boolean running =
        current.state() == KafkaStreams.State.RUNNING
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
    List<TopicPartition> others =
        partitions(topics.all()).stream().filter(p -> !held.contains(p)).toList();
    if (others.isEmpty()) {
      return 0;
    }
    Map<TopicPartition, Long> ends = cluster.ends(others, IsolationLevel.READ_COMMITTED);
    Map<TopicPartition, Long> committed = cluster.committed(context.group());
    return others.stream()
        .mapToLong(p -> Math.max(0, ends.get(p) - committed.getOrDefault(p, 0L)))
        .sum();
  }

  /** Of topics that are made when they are first written to, those that there are. */
  private List<TopicPartition> partitions(Collection<InputTopic> of) {
    List<TopicPartition> partitions = new ArrayList<>();
    cluster
        .existing(of.stream().map(InputTopic::name).toList())
        .forEach(
            (name, topic) -> {
              for (int i = 0; i < topic.partitions(); i++) {
                partitions.add(new TopicPartition(name, i));
              }
            });
    return partitions;
  }

  /**
   * Waits for nothing, but says when the target has all that stands before these barriers,
   * whichever instance applied it; bad rows that were gone past are not looked at.
   *
   * @param barriers the barriers' offsets, as the producer's acknowledgements gave them
   */
  public Passage passage(Map<TopicPartition, Long> barriers) {
    Map<TopicPartition, Long> ours = new HashMap<>(barriers);
    ours.keySet().removeIf(partition -> context.topic(partition.topic()) == null);
    return new Passage(
        settings.kafka(),
        cluster,
        context.group(),
        ours,
        topics.meetings().stream()
            .<Supplier<Collection<TopicPartition>>>map(topic -> () -> partitions(topic))
            .toList(),
        this::nothingIsParked);
  }

  private boolean nothingIsParked() {
    try {
      return context.target().held(context.group()).parked() == 0;
    } catch (TargetUnavailableException e) {
      log.debug("The target does not say whether rows wait", e);
      return false;
    }
  }

  /**
   * Commits what can be committed and leaves the group. Takes seconds at the longest, whether the
   * target answers or not. May be repeated.
   */
  @Override
  public void close() {
    context.closeSoon();
    watch.close();
    synchronized (lifecycle) {
      closed = true;
      end();
    }
  }

  private void end() {
    if (streams != null) {
      leaveGroup();
    }
    admin.close(CLOSE_WITHIN);
    end.compareAndSet(null, new ApplyState.Stopped());
  }

  private void leaveGroup() {
    CloseOptions leave =
        CloseOptions.groupMembershipOperation(CloseOptions.GroupMembershipOperation.LEAVE_GROUP);
    if (!streams.close(leave.withTimeout(CLOSE_WITHIN))) {
      context.commits().forEach(commit -> commit.target().abort());
      if (!streams.close(leave.withTimeout(CLOSE_WITHIN))) {
        log.warn("Kafka Streams has not ended within {} s", 2 * CLOSE_WITHIN.toSeconds());
      }
    }
    context.leaveAll();
    replacements.forget();
  }
}
