package io.crossfade.torture;

import io.crossfade.core.FaultPoint;
import io.crossfade.sandbox.SandboxException;
import io.crossfade.sandbox.TcpProxy;
import io.crossfade.wire.Names;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.RemoveMembersFromConsumerGroupOptions;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;

/** Starts the job and ends it, again and again, in all the ways there are. */
final class Executioner {

  private static final Duration POINT_WITHIN = Duration.ofSeconds(30);
  private static final Duration STOP_WITHIN = Duration.ofSeconds(40);
  private static final Duration HEALED_WITHIN = Duration.ofSeconds(150);

  /** It takes long on a busy machine, and the time is that of all. */
  private static final Duration HEALING_EVERY = Duration.ofSeconds(140);

  /** A job that looks at its servers while one of them is away does not start. */
  private static final Duration EXCUSE = Duration.ofSeconds(60);

  private final Stage stage;
  private final Path directory;
  private final Timeline timeline;
  private final Saboteur saboteur;
  private final OptionalLong rowsPerSecond;
  private final Random random;
  private final Deck<Turn> deck;
  private final String group = new Names(JobRun.MIGRATION).applyGroup();
  private final List<JobRun> all = new ArrayList<>();
  private BooleanSupplier more = () -> true;

  /** Not in a short run, whose time belongs to the kills. */
  private long nextHealing = System.nanoTime() + HEALING_EVERY.toNanos();

  @FunctionalInterface
  private interface Turn {
    void take() throws Exception;
  }

  Executioner(
      Stage stage,
      Path directory,
      Timeline timeline,
      Saboteur saboteur,
      long rowsPerSecond,
      long seed) {
    this.stage = stage;
    this.directory = directory;
    this.timeline = timeline;
    this.saboteur = saboteur;
    this.rowsPerSecond = OptionalLong.of(rowsPerSecond);
    this.random = new Random(seed);
    List<Turn> turns = new ArrayList<>();
    for (FaultPoint point : FaultPoint.values()) {
      if (point != FaultPoint.IN_REPLAY) {
        turns.add(() -> killAt(point));
      }
    }
    turns.addAll(
        List.of(
            this::killAtRandom,
            this::killAtRandom,
            this::killAtRandom,
            this::killAtRandom,
            this::stop,
            this::twoInstances,
            this::twoInstances,
            this::zombie,
            this::replay,
            this::replay,
            () -> heal("source", stage.toSource),
            () -> heal("target", stage.toTarget),
            () -> heal("broker", stage.toBroker)));
    this.deck = new Deck<>(turns, random);
  }

  /** Goes on while there is time. Each turn begins and ends without a job. */
  void execute(BooleanSupplier whileTrue) throws Exception {
    more = whileTrue;
    while (more.getAsBoolean() && timeline.findings().isEmpty()) {
      deck.draw().take();
      listen();
    }
  }

  /** All processes that there were. */
  List<JobRun> jobs() {
    return List.copyOf(all);
  }

  private JobRun start(Optional<String> fault) {
    return start(new JobRun.How(rowsPerSecond, fault, false));
  }

  private JobRun start(JobRun.How how) {
    JobRun job = JobRun.start(stage, directory, all.size() + 1, how);
    all.add(job);
    timeline.count(
        "starts",
        job.name()
            + ": started as "
            + job.pid()
            + how.fault().map(f -> ", to halt at " + f).orElse(""));
    return job;
  }

  private static String order(FaultPoint point, int nth) {
    return point.label() + ":" + nth;
  }

  /** How many passages a life may last. */
  private int most(FaultPoint point) {
    switch (point) {
      case INSIDE_CHUNK:
        return 3_000;
      case IN_REPLAY:
        return 300;
      case BETWEEN_CHUNK_AND_MARKER:
        return 4;
      case INSIDE_SOURCE_TRANSACTION:
        return 2;
      case AFTER_CLAIM:
        return 3;
      default:
        return 30;
    }
  }

  private void killAt(FaultPoint point) throws Exception {
    JobRun job = start(Optional.of(order(point, 1 + random.nextInt(most(point)))));
    awaitHalt(job, point);
  }

  private void awaitHalt(JobRun job, FaultPoint point) throws Exception {
    await(job, POINT_WITHIN);
    if (job.halted()) {
      timeline.killed(point.label(), job.name() + " after " + job.age().toMillis() + " ms");
    } else {
      kill(job, point.label() + " was not reached");
    }
  }

  private void killAtRandom() throws Exception {
    JobRun job = start(Optional.empty());
    await(job, Duration.ofMillis(1_000 + random.nextInt(11_000)));
    kill(job, "at random");
  }

  private void stop() throws Exception {
    JobRun job = start(Optional.empty());
    await(job, Duration.ofMillis(2_000 + random.nextInt(10_000)));
    stop(job);
  }

  private void stop(JobRun job) {
    long begin = System.nanoTime();
    if (!ended(job) && !job.stop(STOP_WITHIN)) {
      timeline.found(
          job.name() + " has not stopped within " + STOP_WITHIN.toSeconds() + " s of SIGTERM");
      job.kill();
      return;
    }
    timeline.count(
        "stopped",
        "%s: stopped by SIGTERM with %d after %d ms"
            .formatted(
                job.name(), job.exitCode().orElse(-1), (System.nanoTime() - begin) / 1_000_000));
  }

  private void twoInstances() throws Exception {
    JobRun first = start(Optional.empty());
    await(first, Duration.ofMillis(3_000 + random.nextInt(4_000)));
    boolean armed = random.nextBoolean();
    JobRun second = start(armed ? Optional.of(order(FaultPoint.AFTER_CLAIM, 1)) : Optional.empty());
    await(second, Duration.ofMillis(6_000 + random.nextInt(6_000)));
    if (armed && second.halted()) {
      timeline.killed(FaultPoint.AFTER_CLAIM.label(), second.name() + ", second instance");
    }
    boolean firstDies = random.nextBoolean();
    kill(firstDies ? first : second, "one of two instances");
    JobRun left = firstDies ? second : first;
    await(left, Duration.ofMillis(2_000 + random.nextInt(12_000)));
    if (random.nextInt(3) == 0) {
      stop(left);
    } else {
      kill(left, "the other of two instances");
    }
  }

  /** An instance that all think dead wakes up, when another has taken what it held. */
  private void zombie() throws Exception {
    JobRun zombie = start(Optional.empty());
    await(zombie, Duration.ofMillis(8_000 + random.nextInt(4_000)));
    if (ended(zombie)) {
      return;
    }
    zombie.pause();
    timeline.count("stops", zombie.name() + ": SIGSTOP");
    JobRun other = start(Optional.empty());
    await(other, Duration.ofMillis(13_000 + random.nextInt(4_000)));
    zombie.resume();
    timeline.say(zombie.name() + ": SIGCONT");
    await(other, Duration.ofMillis(3_000 + random.nextInt(3_000)));
    kill(zombie, "zombie");
    kill(other, "beside a zombie");
  }

  /** Connections are cut without a word, and a change has to come through all the same. */
  private void heal(String name, TcpProxy proxy) throws Exception {
    if (System.nanoTime() < nextHealing) {
      return;
    }
    nextHealing = System.nanoTime() + HEALING_EVERY.toNanos();
    JobRun job = start(Optional.empty());
    await(job, Duration.ofSeconds(4));
    saboteur.calm.lock();
    try {
      if (ended(job) || !comesThrough(job, "after its start")) {
        return;
      }
      proxy.cut(Saboteur.NOTICED);
      timeline.count("cuts", "cut without FIN: connections to the " + name + ", to see it heal");
      comesThrough(job, "after connections to the " + name + " were cut");
    } finally {
      saboteur.calm.unlock();
      kill(job, "after it was to heal");
    }
  }

  /** Whether a change gets from the source to the target while nothing is broken. */
  private boolean comesThrough(JobRun job, String when) throws InterruptedException {
    long begin = System.nanoTime();
    String arrived = "SELECT 1 FROM public.owners WHERE id = -1 AND version >= " + probe();
    for (int look = 1; stage.target.query(arrived).isEmpty(); look++) {
      if (look % 50 == 0) {
        // At its very first start the slot may not have been there yet: then the first one comes
        // with the copy, which takes long.
        probe();
      }
      long seconds = (System.nanoTime() - begin) / 1_000_000_000;
      if (!more.getAsBoolean()) {
        timeline.say(job.name() + ": no time to see a change come through " + when);
        return false;
      }
      if (!job.isRunning() || seconds > HEALED_WITHIN.toSeconds()) {
        timeline.found(
            "%s: %s no change has come through for %d s; status %s"
                .formatted(job.name(), when, seconds, job.status()));
        return false;
      }
      TimeUnit.MILLISECONDS.sleep(100);
    }
    timeline.say(
        "%s: a change has come through %s, %d ms"
            .formatted(job.name(), when, (System.nanoTime() - begin) / 1_000_000));
    return true;
  }

  private String probe() {
    stage.source.execute(
        "INSERT INTO public.owner VALUES (-1, 'probe', 0)"
            + " ON CONFLICT (id) DO UPDATE SET name = 'probe'");
    return stage.source.query("SELECT version FROM public.owner WHERE id = -1").get(0);
  }

  /**
   * The group is reset while no job runs, by what Kafka's own tools use. Where it is reset to the
   * start, rows are damaged before: only a replay that takes effect makes them right again.
   */
  private void replay() throws Exception {
    saboteur.calm.lock();
    try (Admin admin = Admin.create(withTimeouts(stage.kafka()))) {
      Map<TopicPartition, OffsetAndMetadata> offsets =
          get(admin.listConsumerGroupOffsets(group).partitionsToOffsetAndMetadata());
      if (offsets.isEmpty()) {
        timeline.say("no replay: the group has no offsets yet");
        return;
      }
      get(
          admin
              .removeMembersFromConsumerGroup(group, new RemoveMembersFromConsumerGroupOptions())
              .all());
      boolean whole = random.nextBoolean();
      Map<TopicPartition, OffsetAndMetadata> reset = new HashMap<>();
      offsets.forEach(
          (partition, offset) ->
              reset.put(
                  partition,
                  new OffsetAndMetadata(
                      whole ? 0 : (long) (random.nextDouble() * offset.offset()))));
      StepsBack.replayAsked(stage.target);
      get(admin.alterConsumerGroupOffsets(group, reset).all());
      if (whole) {
        damage();
      }
      timeline.count("replays", "the group was reset " + (whole ? "to the start" : "to " + reset));
    } catch (ExecutionException | TimeoutException e) {
      timeline.say("no replay: " + e);
      return;
    } finally {
      saboteur.calm.unlock();
    }
    awaitHalt(
        start(
            Optional.of(
                order(FaultPoint.IN_REPLAY, 1 + random.nextInt(most(FaultPoint.IN_REPLAY))))),
        FaultPoint.IN_REPLAY);
  }

  private static Map<String, Object> withTimeouts(Map<String, Object> kafka) {
    Map<String, Object> config = new HashMap<>(kafka);
    config.put(AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, 15_000);
    config.put(AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG, 5_000);
    return config;
  }

  private static <T> T get(KafkaFuture<T> future)
      throws InterruptedException, ExecutionException, TimeoutException {
    return future.get(20, TimeUnit.SECONDS);
  }

  /** Behind the triggers' back. */
  private void damage() throws SQLException {
    try (Connection connection = stage.target.connect();
        Statement statement = connection.createStatement()) {
      statement.execute(StepsBack.UNSEEN);
      for (TortureTable table : Schema.TABLES) {
        statement.execute(
            "DELETE FROM public.%1$s WHERE ctid IN (SELECT ctid FROM public.%1$s LIMIT 20)"
                .formatted(table.into()));
      }
    }
  }

  /**
   * The end: a job that runs until it has caught up.
   *
   * @return whether it has, and ended with 0
   */
  boolean finish(Duration within) throws Exception {
    JobRun job = start(new JobRun.How(OptionalLong.empty(), Optional.empty(), true));
    more = () -> true;
    await(job, within);
    if (job.isRunning()) {
      timeline.found(
          "%s has not caught up within %d s; status %s"
              .formatted(job.name(), within.toSeconds(), job.status()));
      job.kill();
    } else if (job.exitCode().orElse(-1) != 0 || !job.log().contains("caught up")) {
      timeline.found(
          "%s: run --exit-when caught-up ended with %d:\n%s"
              .formatted(job.name(), job.exitCode().orElse(-1), lastLines(job.log())));
    } else {
      timeline.say(job.name() + ": caught up after " + job.age().toMillis() + " ms");
      return true;
    }
    return false;
  }

  private static String lastLines(String log) {
    List<String> lines = log.lines().toList();
    return String.join("\n", lines.subList(Math.max(0, lines.size() - 15), lines.size()));
  }

  private void kill(JobRun job, String why) {
    if (!ended(job)) {
      job.kill();
      timeline.killed("at-random", job.name() + " after " + job.age().toMillis() + " ms, " + why);
    }
  }

  /** Whether it has ended, by itself or at a fault point. */
  private boolean ended(JobRun job) {
    if (job.isRunning()) {
      return false;
    }
    if (!job.halted()) {
      String how =
          "%s ended by itself with %d:\n%s"
              .formatted(job.name(), job.exitCode().orElse(-1), lastLines(job.log()));
      if (saboteur.disturbed(EXCUSE)) {
        timeline.count("ended-by-itself", how);
      } else {
        timeline.found(how);
      }
    }
    return true;
  }

  /** Until it has ended, or the time is over, or that of the whole run. */
  private void await(JobRun job, Duration atMost) throws InterruptedException {
    long end = System.nanoTime() + atMost.toNanos();
    while (job.isRunning() && System.nanoTime() < end && more.getAsBoolean()) {
      TimeUnit.MILLISECONDS.sleep(10);
    }
  }

  private void listen() {
    for (JobRun job : all) {
      job.complaints().forEach(timeline::found);
    }
  }

  /** Kills what runs, and hears what was said last. */
  void close() {
    for (JobRun job : all) {
      try {
        job.close();
      } catch (SandboxException e) {
        timeline.found(job.name() + " cannot be killed: " + e.getMessage());
      }
    }
    listen();
  }
}
