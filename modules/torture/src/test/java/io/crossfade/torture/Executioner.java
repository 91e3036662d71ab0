package io.crossfade.torture;

import io.crossfade.core.FaultPoint;
import io.crossfade.sandbox.TcpProxy;
import io.crossfade.torture.Aims.Aim;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import org.apache.kafka.common.KafkaException;

/**
 * Starts the job and ends it, again and again, in all the ways there are. Most die before they are
 * well: a kill waits neither for health nor for the group to have got over the one before.
 */
final class Executioner {

  /** Once it runs. */
  private static final Duration POINT_WITHIN = Duration.ofSeconds(12);

  private static final Duration HEALED_WITHIN = Duration.ofSeconds(150);

  /**
   * A job that has much to catch up is left, and killed: the time is that of all. That each gets
   * well in the end, the end of the round shows.
   */
  private static final Duration WELL_WITHIN = Duration.ofSeconds(40);

  /** Once in a round: it takes long on a busy machine, and the time is that of all. */
  private static final Duration HEALING_EVERY = Duration.ofSeconds(240);

  private static final Duration HEALING_FIRST = Duration.ofSeconds(120);

  private final Stage stage;
  private final Timeline timeline;
  private final Saboteur saboteur;
  private final Random random;
  private final Aims aims;
  private final Deck<Turn> deck;
  private final Deck<Turn> healings;
  private final Lives lives;
  private final Group group;
  private final Resets resets;
  private BooleanSupplier more = () -> true;

  /** Not in a short run, whose time belongs to the kills. */
  private long nextHealing = System.nanoTime() + HEALING_FIRST.toNanos();

  @FunctionalInterface
  private interface Turn {
    void take() throws Exception;
  }

  Executioner(
      Stage stage, Timeline timeline, Saboteur saboteur, Aims aims, Lives lives, long seed) {
    this.stage = stage;
    this.timeline = timeline;
    this.saboteur = saboteur;
    this.aims = aims;
    this.random = new Random(seed);
    this.lives = lives;
    this.group = new Group(stage.kafka());
    this.resets = new Resets(stage, group, timeline, random);
    this.deck =
        new Deck<>(
            List.of(
                this::inARow,
                this::inARow,
                this::killAtRandom,
                this::killAtRandom,
                this::stop,
                this::relay,
                this::relay,
                this::zombie),
            random);
    this.healings =
        new Deck<>(
            List.of(
                () -> heal("source", stage.toSource),
                () -> heal("target", stage.toTarget),
                () -> heal("broker", stage.toBroker)),
            random);
  }

  /** Goes on while there is time. Each turn begins and ends without a job. */
  void execute(BooleanSupplier whileTrue) throws Exception {
    more = whileTrue;
    while (goesOn()) {
      killAt(aims.next());
      if (goesOn()) {
        deck.draw().take();
        lives.listen();
      }
      if (goesOn() && System.nanoTime() > nextHealing) {
        nextHealing = System.nanoTime() + HEALING_EVERY.toNanos();
        healings.draw().take();
      }
      lives.listen();
    }
  }

  private boolean goesOn() {
    return more.getAsBoolean() && timeline.findings().isEmpty();
  }

  /**
   * Else each start waits ten seconds for a group whose members are all dead, and hardly any comes
   * to work before it is killed.
   */
  private void forgetTheDead() throws InterruptedException {
    // Not while the broker may be away.
    if (!saboteur.calm.tryLock()) {
      return;
    }
    try {
      group.forgetMembers();
    } catch (ExecutionException | TimeoutException | KafkaException e) {
      timeline.say("the dead members are not forgotten: " + rootOf(e));
    } finally {
      saboteur.calm.unlock();
    }
  }

  private static Throwable rootOf(Throwable e) {
    return e.getCause() == null ? e : rootOf(e.getCause());
  }

  private JobRun start(Optional<Aim> aim) throws InterruptedException {
    if (lives.noneRuns() && random.nextInt(3) > 0) {
      forgetTheDead();
    }
    return lives.start(aim);
  }

  private void await(JobRun job, Duration atMost) throws InterruptedException {
    lives.await(job, atMost, more);
  }

  /** In times of what a start takes. */
  private Duration starts(double atLeast, double atMost) {
    double times = atLeast + random.nextDouble() * (atMost - atLeast);
    return Duration.ofMillis(Math.round(lives.startTime().toMillis() * times));
  }

  private Duration seconds(int atLeast, int atMost) {
    return Duration.ofMillis(1_000L * atLeast + random.nextInt(1_000 * (atMost - atLeast)));
  }

  private void killAt(FaultPoint point) throws Exception {
    if (point == FaultPoint.IN_REPLAY) {
      replay();
    } else {
      awaitHalt(start(Optional.of(aims.at(point))), point);
    }
  }

  private void awaitHalt(JobRun job, FaultPoint point) throws Exception {
    // With patience for a start that a fault holds up: the point is what it was started for.
    lives.await(job, lives.startTime().multipliedBy(3), () -> more.getAsBoolean() && !job.hasRun());
    await(job, POINT_WITHIN);
    lives.kill(job, point.label() + " was not reached");
  }

  private void killAtRandom() throws Exception {
    JobRun job = start(Optional.empty());
    await(job, starts(0.2, 2.5));
    lives.kill(job, "at random");
  }

  /** Most die while they start. */
  private void inARow() throws Exception {
    for (int left = 3 + random.nextInt(3); left > 0 && more.getAsBoolean(); left--) {
      JobRun job = start(Optional.empty());
      await(job, starts(0.3, 1.5));
      lives.kill(job, "in a row");
    }
  }

  private void stop() throws Exception {
    JobRun job = start(Optional.empty());
    await(job, starts(0.4, 2.5));
    lives.stop(job);
  }

  /** Instances come and go, mostly two at once; which of them dies is left to chance. */
  private void relay() throws Exception {
    List<JobRun> alive = new ArrayList<>(List.of(start(Optional.empty())));
    for (int left = 3 + random.nextInt(4); left > 0 && more.getAsBoolean(); left--) {
      await(alive.get(alive.size() - 1), starts(0.5, 1.4));
      if (alive.size() > 1) {
        lives.kill(alive.get(random.nextInt(alive.size())), "one of two instances");
      }
      alive.removeIf(lives::ended);
      alive.add(start(random.nextBoolean() ? Optional.of(aims.any()) : Optional.empty()));
    }
    await(alive.get(alive.size() - 1), starts(0.4, 2.5));
    for (JobRun job : alive) {
      if (random.nextInt(3) == 0) {
        lives.stop(job);
      } else {
        lives.kill(job, "at the end of a relay");
      }
    }
  }

  /** An instance that all think dead wakes up, when another has taken what it held. */
  private void zombie() throws Exception {
    JobRun zombie = start(Optional.empty());
    await(zombie, starts(1.2, 2));
    if (lives.ended(zombie)) {
      return;
    }
    zombie.pause();
    timeline.count("stops", zombie.name() + ": SIGSTOP");
    JobRun other = start(Optional.empty());
    await(other, seconds(13, 17));
    zombie.resume();
    timeline.say(zombie.name() + ": SIGCONT");
    await(other, seconds(3, 6));
    lives.kill(zombie, "zombie");
    lives.kill(other, "beside a zombie");
  }

  /** Connections are cut without a word, and a change has to come through all the same. */
  private void heal(String name, TcpProxy proxy) throws Exception {
    JobRun job = start(Optional.empty());
    await(job, Duration.ofSeconds(4));
    saboteur.calm.lock();
    try {
      if (lives.ended(job) || !comesThrough(job, "after its start", WELL_WITHIN)) {
        return;
      }
      proxy.cut(Saboteur.NOTICED);
      timeline.count("cuts", "cut without FIN: connections to the " + name + ", to see it heal");
      if (!comesThrough(job, "after connections to the " + name + " were cut", HEALED_WITHIN)
          && more.getAsBoolean()) {
        timeline.found(
            "%s: no change has come through after connections to the %s were cut; status %s"
                .formatted(job.name(), name, job.status()));
      }
    } finally {
      saboteur.calm.unlock();
      lives.kill(job, "after it was to heal");
    }
  }

  /** Whether a change gets from the source to the target while nothing is broken. */
  private boolean comesThrough(JobRun job, String when, Duration within)
      throws InterruptedException {
    long begin = System.nanoTime();
    String arrived = "SELECT 1 FROM public.owners WHERE id = -1 AND version >= " + probe();
    for (int look = 1; stage.target.query(arrived).isEmpty(); look++) {
      if (look % 50 == 0) {
        // At its very first start the slot may not have been there yet: then the first one comes
        // with the copy, which takes long.
        probe();
      }
      boolean late = System.nanoTime() - begin > within.toNanos();
      if (late || !job.isRunning() || !more.getAsBoolean()) {
        timeline.say(job.name() + ": has not been seen to bring a change through " + when);
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
   * Nothing else is broken until the job that begins the replay has halted in it. The next ones go
   * on with it.
   */
  private void replay() throws Exception {
    saboteur.calm.lock();
    try {
      if (resets.reset()) {
        awaitHalt(lives.start(Optional.of(aims.at(FaultPoint.IN_REPLAY))), FaultPoint.IN_REPLAY);
      }
    } finally {
      saboteur.calm.unlock();
    }
  }

  /**
   * The end: a job that runs until it has caught up.
   *
   * @return whether it has, and ended with 0
   */
  boolean finish(Duration within) throws Exception {
    forgetTheDead();
    JobRun job = lives.startLast();
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
              .formatted(job.name(), job.exitCode().orElse(-1), job.lastLines()));
    } else {
      timeline.say(job.name() + ": caught up after " + job.age().toMillis() + " ms");
      return true;
    }
    return false;
  }

  void close() {
    lives.close();
    group.close();
  }
}
