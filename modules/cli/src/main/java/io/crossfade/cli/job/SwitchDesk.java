package io.crossfade.cli.job;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.crossfade.capture.CaptureStatus;
import io.crossfade.capture.Decisions;
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
 * The switches of a running job: one at a time, on the instance that captures. On each instance it
 * brings the flows to what was decided; on the one that captures, all else too.
 */
final class SwitchDesk implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(SwitchDesk.class);
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final long LOOK_MILLIS = 200;
  private static final Duration VERIFIED_WITHIN = Duration.ofHours(1);
  private static final Duration TRY_AGAIN = Duration.ofSeconds(1);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(10);

  private final Decisions decisions;
  private final Apply forward;
  private final ReverseFlow reverse;
  private final Supplier<CaptureStatus.State> capture;
  private final Switchover switchover;
  private final Function<Request, List<Gate>> gates;
  private final Consumer<String> journal;
  private final Hooks hooks;
  private final ScheduledExecutorService thread =
      Executors.newSingleThreadScheduledExecutor(run -> new Thread(run, "crossfade-switch"));

  /** Only by the thread, as what follows. */
  private boolean leads;

  private String trouble = "";
  private long notBefore = System.nanoTime();

  private volatile boolean settled;
  private volatile boolean closed;
  private volatile Optional<Run> last = Optional.empty();

  /**
   * What somebody asks for.
   *
   * @param verifiedWithin how long ago a table may have been found equal
   */
  record Request(Switchover.Request request, boolean dryRun, Duration verifiedWithin) {}

  /** One switch, or what would be one. */
  private static final class Run {
    private final Request request;
    private final Instant begun = Instant.now();
    private final List<Gate> gates = new ArrayList<>();
    private final List<String> lines = new ArrayList<>();
    private String outcome = "running";
    private String why = "";
    private long pauseMillis;

    Run(Request request) {
      this.request = request;
    }

    synchronized void say(String line) {
      lines.add(line);
    }

    synchronized void end(String how, String because, Duration pause) {
      outcome = how;
      why = because;
      pauseMillis = pause.toMillis();
    }

    synchronized boolean running() {
      return outcome.equals("running");
    }

    synchronized ObjectNode json() {
      Switchover.Request asked = request.request();
      ObjectNode json = JSON.createObjectNode();
      json.put("command", asked.next() == Phase.CUTTING_OVER ? "cutover" : "rollback");
      json.put("begun", begun.toString()).put("who", asked.who()).put("reason", asked.why());
      json.put("outcome", outcome).put("why", why).put("pauseMillis", pauseMillis);
      ArrayNode all = json.putArray("gates");
      gates.forEach(
          gate ->
              all.addObject()
                  .put("name", gate.name())
                  .put("met", gate.met())
                  .put("found", gate.found())
                  .put("needed", gate.needed())
                  .put("fix", gate.fix()));
      ArrayNode steps = json.putArray("lines");
      lines.forEach(steps::add);
      return json;
    }
  }

  /**
   * @param makeSwitchover given who takes what is being done
   * @param gates what has to be so, as far as the switchover does not know itself; blocks
   * @param journal takes what is decided
   * @param hooks what is run before and after a switch
   */
  SwitchDesk(
      Decisions decisions,
      Apply forward,
      ReverseFlow reverse,
      Supplier<CaptureStatus.State> capture,
      Function<Consumer<String>, Switchover> makeSwitchover,
      Function<Request, List<Gate>> gates,
      Consumer<String> journal,
      Hooks hooks) {
    this.decisions = decisions;
    this.forward = forward;
    this.reverse = reverse;
    this.capture = capture;
    this.switchover = makeSwitchover.apply(this::say);
    this.gates = gates;
    this.journal = journal;
    this.hooks = hooks;
  }

  void start() {
    thread.scheduleWithFixedDelay(this::look, 0, LOOK_MILLIS, TimeUnit.MILLISECONDS);
  }

  private void say(String line) {
    LOG.info("{}", line);
    last.filter(Run::running).ifPresent(run -> run.say(line));
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
    if (standing.isPresent() && standing.get().writes() == Side.OLD) {
      forward.goOn();
    } else if (standing.isPresent()) {
      forward.hold();
    }
  }

  private void takeOver() throws InterruptedException {
    Standing standing = decisions.lead();
    leads = true;
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
    Run run = new Run(request);
    Standing standing = begin(run);
    try {
      run.gates.addAll(gates.apply(request));
      run.gates.addAll(switchover.validate(standing, request.request()));
      if (request.dryRun()) {
        Phase phase = request.request().next();
        hooks.plan(When.BEFORE, phase).forEach(run::say);
        switchover.plan(standing, request.request()).forEach(run::say);
        hooks.plan(When.AFTER, standing.phase()).forEach(run::say);
        hooks.plan(When.AFTER, phase).forEach(run::say);
        run.end("planned", "", Duration.ZERO);
        return;
      }
      Gates.require(run.gates);
      thread.execute(() -> carryOut(run));
    } catch (RuntimeException e) {
      run.end("refused", String.valueOf(e.getMessage()), Duration.ZERO);
      throw e;
    }
  }

  private synchronized Standing begin(Run run) {
    Optional<Run> other = last.filter(Run::running);
    if (other.isPresent()) {
      throw new IllegalStateException(
          "a switch runs already, since "
              + other.get().begun
              + " by "
              + other.get().request.request().who());
    }
    Optional<Standing> standing = decisions.current();
    if (standing.isEmpty() || !settled) {
      throw new IllegalStateException(
          "this instance does not capture, or is just taking over: ask the one that captures, or in a"
              + " moment");
    }
    Phase next = run.request.request().next();
    if (!standing.get().phase().mayBecome(next)) {
      throw new IllegalStateException(
          next == Phase.CUTTING_OVER
              ? "writes are on the new tables already"
              : "writes are on the old tables already");
    }
    last = Optional.of(run);
    return standing.get();
  }

  private void carryOut(Run run) {
    Switchover.Request request = run.request.request();
    try {
      if (request.rehearse()) {
        hooks.plan(When.BEFORE, request.next()).forEach(hook -> say("not rehearsed: " + hook));
      } else {
        hooks.before(request.next(), request.who(), request.why(), this::say);
      }
      SwitchOutcome outcome = switchover.run(decisions.current().orElseThrow(), request);
      Optional<PhaseEnd> end = decisions.current().flatMap(PhaseEnd::ofLastSwitch);
      if (request.rehearse()) {
        end.ifPresent(hooks::leaveOut);
      } else {
        end.ifPresent(hooks::after);
      }
      if (outcome instanceof SwitchOutcome.Switched switched) {
        run.end("switched", "", switched.pause());
        journal.accept(
            "writes are on the "
                + (request.next() == Phase.CUTTING_OVER ? "new" : "old")
                + " tables; they were stopped for "
                + switched.pause().toMillis()
                + " ms");
      } else if (outcome instanceof SwitchOutcome.Rehearsed rehearsed) {
        run.end("rehearsed", "", rehearsed.pause());
        journal.accept(
            "rehearsed; writes were stopped for " + rehearsed.pause().toMillis() + " ms");
      } else {
        SwitchOutcome.GivenUp givenUp = (SwitchOutcome.GivenUp) outcome;
        run.end("given-up", givenUp.step() + ": " + givenUp.why(), givenUp.pause());
        journal.accept("given up at " + givenUp.step() + ": " + givenUp.why());
      }
    } catch (HookFailed e) {
      run.end("given-up", "hook: " + e.getMessage(), Duration.ZERO);
      journal.accept("given up at hook: " + e.summary());
      hooks.after(PhaseEnd.unnoted(PhaseEnd.GIVEN_UP, request.who(), request.why(), request.next()));
    } catch (InterruptedException e) {
      run.end("unknown", "the job ends", Duration.ZERO);
      Thread.currentThread().interrupt();
    } catch (RuntimeException e) {
      LOG.warn("The switch did not come to its end; what was decided is being brought about", e);
      run.end("unknown", String.valueOf(e.getMessage()), Duration.ZERO);
      resign();
    }
  }

  /** Where it stands; empty as long as that is being read. */
  Optional<Standing> standing() {
    return decisions.current();
  }

  /** How the last switch went, as JSON. */
  String json() {
    ObjectNode json = last.map(Run::json).orElseGet(JSON::createObjectNode);
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
