package io.crossfade.cli.job;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.crossfade.capture.CaptureStatus;
import io.crossfade.capture.Decisions;
import io.crossfade.core.FaultPoint;
import io.crossfade.core.phase.Phase;
import io.crossfade.core.phase.Standing;
import io.crossfade.core.serving.Side;
import io.crossfade.spec.HookSpec.When;
import io.crossfade.switchover.Gate;
import io.crossfade.switchover.SwitchOutcome;
import io.crossfade.switchover.Switchover;
import io.crossfade.transform.Apply;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The switches of a running job, and its end: one at a time, on the instance that captures. On each
 * instance it brings the flows to what was decided; on the one that captures, all else too.
 */
final class SwitchDesk implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(SwitchDesk.class);
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final long LOOK_MILLIS = 200;
  private static final Duration VERIFIED_WITHIN = Duration.ofHours(1);
  private static final Duration TRY_AGAIN = Duration.ofSeconds(1);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(10);
  private static final Duration SETTLED_WITHIN = Duration.ofSeconds(5);
  private static final Duration DRAINING = Duration.ofSeconds(60);

  private final Decisions decisions;
  private final Apply forward;
  private final ReverseFlow reverse;
  private final Supplier<CaptureStatus.State> capture;
  private final Switchover switchover;
  private final Function<Request, List<Gate>> gates;
  private final Ends ends;
  private final Consumer<String> journal;
  private final Hooks hooks;
  private final Runnable shown;
  private final ScheduledExecutorService thread =
      Executors.newSingleThreadScheduledExecutor(run -> new Thread(run, "crossfade-switch"));

  /** Only by the thread, as what follows. */
  private boolean leads;

  private String trouble = "";
  private long notBefore = System.nanoTime();

  private volatile boolean settled;
  private volatile boolean closed;
  private volatile Optional<SwitchRun> last = Optional.empty();

  /** How a migration ends. */
  interface Ends {

    /** What the end works on. */
    Standing.Tables tables();

    /** What would be done, step by step. Changes nothing. */
    List<String> plan(Standing standing);

    /**
     * What a migration ends with that has nothing to switch to, while all of it still runs; empty
     * where there is something.
     */
    Optional<Finish> finish();

    /** It was decided: all of this job ends, whichever instance it is. Does not wait. */
    void begin(Standing standing);
  }

  /** The last work of a migration that fills columns. */
  interface Finish {

    /** What it will do, step by step. */
    List<String> plan();

    /**
     * Does it. May be repeated.
     *
     * @param told takes what is being done
     * @throws RuntimeException where it did not come to its end: then the migration goes on
     */
    void run(Consumer<String> told) throws InterruptedException;
  }

  /**
   * What somebody asks for.
   *
   * @param verifiedWithin how long ago a table may have been found equal
   */
  record Request(Switchover.Request request, boolean dryRun, Duration verifiedWithin) {}

  /**
   * @param makeSwitchover given who takes what is being done
   * @param gates what has to be so, as far as the switchover does not know itself; blocks
   * @param ends what becomes of the job when its migration ends
   * @param journal takes what is decided
   * @param hooks what is run before and after a switch
   * @param shown brings what is shown to what was decided, before anybody is told how it went
   */
  SwitchDesk(
      Decisions decisions,
      Apply forward,
      ReverseFlow reverse,
      Supplier<CaptureStatus.State> capture,
      Function<Consumer<String>, Switchover> makeSwitchover,
      Function<Request, List<Gate>> gates,
      Ends ends,
      Consumer<String> journal,
      Hooks hooks,
      Runnable shown) {
    this.decisions = decisions;
    this.forward = forward;
    this.reverse = reverse;
    this.capture = capture;
    this.switchover = makeSwitchover.apply(this::say);
    this.gates = gates;
    this.ends = ends;
    this.journal = journal;
    this.hooks = hooks;
    this.shown = shown;
  }

  void start() {
    thread.scheduleWithFixedDelay(this::look, 0, LOOK_MILLIS, TimeUnit.MILLISECONDS);
  }

  private void say(String line) {
    LOG.info("{}", line);
    last.filter(SwitchRun::running).ifPresent(run -> run.say(line));
  }

  private void look() {
    try {
      follow();
      CaptureStatus.State state = capture.get();
      boolean mayLead =
          state == CaptureStatus.State.FOLLOWING || state == CaptureStatus.State.BLOCKED;
      if (state == CaptureStatus.State.STANDBY && leads) {
        resign();
        reverse.close();
      } else if (mayLead && !(leads && settled) && System.nanoTime() >= notBefore) {
        takeOver();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (RuntimeException e) {
      if (!closed) {
        String why = String.valueOf(e.getMessage());
        if (!why.equals(trouble)) {
          LOG.warn("What was decided cannot be brought about now, and will be: {}", why);
        }
        LOG.debug("What was decided cannot be brought about now", e);
        trouble = why;
        notBefore = System.nanoTime() + TRY_AGAIN.toNanos();
        resign();
      }
    }
  }

  /** Who does not lead has nothing to do but not to write when it is not its turn. */
  private void follow() {
    if (leads) {
      return;
    }
    Optional<Standing> standing = decisions.current();
    if (standing.isPresent() && standing.get().ending()) {
      ends.begin(standing.get());
    } else if (standing.isPresent() && standing.get().writes() == Side.OLD) {
      forward.goOn();
    } else if (standing.isPresent()) {
      forward.hold();
    }
  }

  private void takeOver() throws InterruptedException {
    Standing standing = decisions.lead();
    leads = true;
    if (standing.ending()) {
      ends.begin(standing);
      return;
    }
    if (standing.undecided()) {
      LOG.info("A switch was interrupted before it was decided; it is undone");
      journal.accept(standing.phase() + " was interrupted, and is undone");
      standing = switchover.undo(standing);
    } else {
      switchover.settle(standing);
    }
    settled = true;
    trouble = "";
    // Of one that another start has settled hooks may not have been told any more.
    PhaseEnd.ofLastSwitch(standing).ifPresent(hooks::after);
  }

  private void resign() {
    leads = false;
    settled = false;
    decisions.resign();
  }

  /**
   * Takes an order: looks at the gates, and begins.
   *
   * @param body {@code dryRun}, {@code rehearse}, {@code verifiedWithinSeconds}, {@code
   *     longestPauseMillis}; {@code who} and {@code reason}
   * @throws io.crossfade.server.GateNotMet where a gate is not met
   * @throws IllegalStateException where another one runs, this instance does not lead, or the phase
   *     does not fit
   */
  void order(Phase next, JsonNode body) throws InterruptedException {
    Request request =
        new Request(
            new Switchover.Request(
                next,
                body.path("rehearse").asBoolean(false),
                Duration.ofMillis(body.path("longestPauseMillis").asLong(LONGEST_PAUSE.toMillis())),
                body.path("who").asText(""),
                body.path("reason").asText("")),
            body.path("dryRun").asBoolean(false),
            Duration.ofSeconds(
                body.path("verifiedWithinSeconds").asLong(VERIFIED_WITHIN.toSeconds())));
    if (isEnd(next) && decisions.current().map(Standing::phase).equals(Optional.of(next))) {
      return; // it is under way: the report says how it goes
    }
    awaitSettled();
    SwitchRun run = new SwitchRun(request);
    Standing standing = begin(run);
    try {
      run.judge(gates.apply(request));
      if (!isEnd(next)) {
        run.judge(switchover.validate(standing, request.request()));
      }
      if (request.dryRun()) {
        hooks.plan(When.BEFORE, next).forEach(run::say);
        plan(standing, request.request()).forEach(run::say);
        hooks.plan(When.AFTER, standing.phase()).forEach(run::say);
        hooks.plan(When.AFTER, next).forEach(run::say);
        run.end("planned", "", Duration.ZERO);
        return;
      }
      Gates.require(run.gates());
      thread.execute(() -> carryOut(run, isEnd(next) ? this::end : this::move));
    } catch (RuntimeException e) {
      run.end("refused", String.valueOf(e.getMessage()), Duration.ZERO);
      throw e;
    }
  }

  /** A moment after a start it has not looked yet what counts. */
  private void awaitSettled() throws InterruptedException {
    long end = System.nanoTime() + SETTLED_WITHIN.toNanos();
    while (!settled && capture.get() != CaptureStatus.State.STANDBY && System.nanoTime() < end) {
      TimeUnit.MILLISECONDS.sleep(LOOK_MILLIS);
    }
  }

  private static boolean isEnd(Phase next) {
    return next == Phase.COMPLETING || next == Phase.ABANDONING;
  }

  private List<String> plan(Standing standing, Switchover.Request request) {
    if (!isEnd(request.next())) {
      return switchover.plan(standing, request);
    }
    List<String> plan = new ArrayList<>();
    Standing now = standing;
    if (goesBackFirst(standing, request.next())) {
      Switchover.Request back = back(request);
      plan.addAll(switchover.plan(standing, back));
      now =
          standing
              .begin(back.next(), Instant.now(), back.who(), back.why())
              .decide(Phase.FOLLOWING, Map.of(), Instant.now());
    }
    if (request.next() == Phase.COMPLETING && ends.finish().isPresent()) {
      plan.addAll(ends.finish().get().plan());
    } else if (request.next() == Phase.COMPLETING) {
      plan.add("drain: a barrier: the old tables have all that was committed in the new ones");
    }
    plan.add(
        "decide: write down in the control topic that the migration ends. No way back from here");
    plan.addAll(ends.plan(ending(now, request)));
    return plan;
  }

  private Standing ending(Standing standing, Switchover.Request request) {
    return standing.end(request.next(), ends.tables(), Instant.now(), request.who(), request.why());
  }

  /** The old side has all that counts before the new one is given up. */
  private static boolean goesBackFirst(Standing standing, Phase next) {
    return next == Phase.ABANDONING && standing.writes() == Side.NEW;
  }

  private static Switchover.Request back(Switchover.Request request) {
    return new Switchover.Request(
        Phase.ROLLING_BACK, false, request.longestPause(), request.who(), request.why());
  }

  private synchronized Standing begin(SwitchRun run) {
    Optional<SwitchRun> other = last.filter(SwitchRun::running);
    if (other.isPresent()) {
      throw new IllegalStateException(
          SwitchRun.command(other.get().asked().next())
              + " runs already, since "
              + other.get().begun()
              + " by "
              + other.get().asked().who());
    }
    Optional<Standing> standing = decisions.current();
    if (standing.isEmpty() || !settled) {
      throw new IllegalStateException(
          "this instance does not capture, or is just taking over: ask the one that captures, or in a"
              + " moment");
    }
    requireFits(standing.get(), run.asked().next());
    last = Optional.of(run);
    return standing.get();
  }

  private void requireFits(Standing standing, Phase next) {
    boolean withoutSwitch = next == Phase.COMPLETING && standing.writes() == Side.OLD;
    if (standing.phase().mayBecome(next) && (!withoutSwitch || ends.finish().isPresent())) {
      return;
    }
    throw new IllegalStateException(
        switch (next) {
          case CUTTING_OVER -> "writes are on the new tables already";
          case ROLLING_BACK -> "writes are on the old tables already";
          case COMPLETING ->
              "writes are on the old tables: `crossfade cutover` first, or `crossfade abandon`";
          default -> "the migration is " + standing.phase();
        });
  }

  /** What an order begins; on the thread. */
  @FunctionalInterface
  private interface Work {
    void of(SwitchRun run) throws InterruptedException;
  }

  private void carryOut(SwitchRun run, Work work) {
    try {
      before(run.asked());
      work.of(run);
    } catch (HookFailed e) {
      Switchover.Request asked = run.asked();
      run.end("given-up", "hook: " + e.getMessage(), Duration.ZERO);
      journal.accept("given up at hook: " + e.summary());
      hooks.after(PhaseEnd.unnoted(PhaseEnd.GIVEN_UP, asked.who(), asked.why(), asked.next()));
    } catch (InterruptedException e) {
      run.end("unknown", "the job ends", Duration.ZERO);
      Thread.currentThread().interrupt();
    } catch (RuntimeException e) {
      LOG.warn("The switch did not come to its end; what was decided is being brought about", e);
      run.end("unknown", String.valueOf(e.getMessage()), Duration.ZERO);
      resign();
    }
  }

  private void before(Switchover.Request request) throws InterruptedException {
    if (request.rehearse()) {
      hooks.plan(When.BEFORE, request.next()).forEach(hook -> say("not rehearsed: " + hook));
    } else {
      hooks.before(request.next(), request.who(), request.why(), this::say);
    }
  }

  private void move(SwitchRun run) throws InterruptedException {
    Switchover.Request request = run.asked();
    SwitchOutcome outcome = go(request);
    Optional<PhaseEnd> end = decisions.current().flatMap(PhaseEnd::ofLastSwitch);
    if (request.rehearse()) {
      end.ifPresent(hooks::leaveOut);
    } else {
      end.ifPresent(hooks::after);
    }
    if (outcome instanceof SwitchOutcome.Switched switched) {
      run.end("switched", "", switched.pause());
      switched(request.next(), switched);
    } else if (outcome instanceof SwitchOutcome.Rehearsed rehearsed) {
      run.end("rehearsed", "", rehearsed.pause());
      journal.accept("rehearsed; writes were stopped for " + rehearsed.pause().toMillis() + " ms");
    } else {
      giveUp(run, (SwitchOutcome.GivenUp) outcome);
    }
  }

  private SwitchOutcome go(Switchover.Request request) throws InterruptedException {
    SwitchOutcome outcome = switchover.run(decisions.current().orElseThrow(), request);
    shown.run();
    return outcome;
  }

  private void switched(Phase how, SwitchOutcome.Switched switched) {
    journal.accept(
        "writes are on the "
            + (how == Phase.CUTTING_OVER ? "new" : "old")
            + " tables; they were stopped for "
            + switched.pause().toMillis()
            + " ms");
  }

  private void giveUp(SwitchRun run, SwitchOutcome.GivenUp givenUp) {
    run.end("given-up", givenUp.step() + ": " + givenUp.why(), givenUp.pause());
    journal.accept("given up at " + givenUp.step() + ": " + givenUp.why());
  }

  private void end(SwitchRun run) throws InterruptedException {
    Switchover.Request request = run.asked();
    Standing standing = decisions.current().orElseThrow();
    if (goesBackFirst(standing, request.next())) {
      before(back(request));
      SwitchOutcome outcome = go(back(request));
      decisions.current().flatMap(PhaseEnd::ofLastSwitch).ifPresent(hooks::after);
      if (outcome instanceof SwitchOutcome.GivenUp givenUp) {
        giveUp(run, givenUp);
        return;
      }
      switched(Phase.ROLLING_BACK, (SwitchOutcome.Switched) outcome);
      standing = decisions.current().orElseThrow();
    }
    if (request.next() == Phase.COMPLETING && ends.finish().isPresent()) {
      try {
        ends.finish().get().run(this::say);
      } catch (RuntimeException e) {
        giveUp(
            run,
            new SwitchOutcome.GivenUp("finish", String.valueOf(e.getMessage()), Duration.ZERO));
        return;
      }
    } else if (request.next() == Phase.COMPLETING) {
      say("drain: wait until the old tables have all that was committed in the new ones");
      try {
        reverse.drain(DRAINING);
      } catch (RuntimeException e) {
        giveUp(
            run, new SwitchOutcome.GivenUp("drain", String.valueOf(e.getMessage()), Duration.ZERO));
        return;
      }
    }
    Standing ending = ending(standing, request);
    decisions.decide(ending);
    FaultPoint.IN_ENDING.reached();
    say("decided: the migration ends");
    ends.begin(ending);
  }

  /** How the end went, where it was asked for here. */
  void ended(List<String> left) {
    last.filter(run -> isEnd(run.asked().next())).ifPresent(run -> run.leave(left));
  }

  /** Whether an end that was asked for here has come. */
  boolean hasEnded() {
    return last.filter(run -> isEnd(run.asked().next())).filter(SwitchRun::over).isPresent();
  }

  /** It is tried again, but something is in the way. */
  void notEnded(String why) {
    last.filter(run -> isEnd(run.asked().next()))
        .ifPresent(run -> run.end("partly", why, Duration.ZERO));
  }

  /** Takes what is being done at the end. */
  void tell(String line) {
    LOG.info("{}", line);
    last.ifPresent(run -> run.say(line));
  }

  /** Where it stands; empty as long as that is being read. */
  Optional<Standing> standing() {
    return decisions.current();
  }

  /** How the last switch went, as JSON. */
  String json() {
    ObjectNode json = last.map(SwitchRun::json).orElseGet(JSON::createObjectNode);
    decisions
        .current()
        .ifPresent(
            standing ->
                json.put("phase", standing.phase().name())
                    .put("writes", standing.writes().name())
                    .put("round", standing.round())
                    .put("settled", settled));
    try {
      return JSON.writeValueAsString(json);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("it was made here", e);
    }
  }

  /** A switch that is not decided is undone before this returns, where that can be done. */
  @Override
  public void close() {
    closed = true;
    thread.shutdownNow();
    try {
      if (!thread.awaitTermination(15, TimeUnit.SECONDS)) {
        LOG.warn("a switch does not end; the next start undoes it");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
