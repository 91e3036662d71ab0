package io.crossfade.switchover;

import io.crossfade.core.FaultPoint;
import io.crossfade.core.phase.Phase;
import io.crossfade.core.phase.Standing;
import io.crossfade.core.target.InputPartition;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Moves writes from one side to the other. For one thread of who leads.
 *
 * <p>There are two settled states: the old tables take writes and the forward flow runs, or the new
 * ones do and the reverse flow runs. Between them lies one record, the decision. Up to it each step
 * can be undone, by whoever, and the old state is settled again; from it on the new one is settled.
 * So wherever a process dies, the next one reads what was decided and brings fences, flows and
 * marks to it. At no moment both sides are open: the fence of one side falls after the decision
 * only, and after the flow into it is sealed.
 */
public final class Switchover {

  private static final Logger LOG = LoggerFactory.getLogger(Switchover.class);

  /** What is done before anybody is kept from writing. */
  private static final Duration PREPARING = Duration.ofSeconds(90);

  /** For a lock at tables that are written to: nobody waits for us meanwhile. */
  private static final Duration FENCING = Duration.ofSeconds(30);

  private final Place old;
  private final Place fresh;
  private final Flow forward;
  private final Flow reverse;
  private final Passes passes;
  private final Ledger ledger;
  private final Marks marks;
  private final Consumer<String> told;

  /**
   * @param old the old tables
   * @param fresh the new tables
   * @param told takes what is being done, a sentence at a time
   */
  public Switchover(
      Place old,
      Place fresh,
      Flow forward,
      Flow reverse,
      Passes passes,
      Ledger ledger,
      Marks marks,
      Consumer<String> told) {
    this.old = old;
    this.fresh = fresh;
    this.forward = forward;
    this.reverse = reverse;
    this.passes = passes;
    this.ledger = ledger;
    this.marks = marks;
    this.told = told;
  }

  /**
   * How a switch is to go.
   *
   * @param next {@link Phase#CUTTING_OVER} or {@link Phase#ROLLING_BACK}
   * @param rehearse whether it is undone where it would be decided
   * @param longestPause how long writers may be kept out at most; it is given up then
   * @param who asks for it
   * @param why in their words
   */
  public record Request(
      Phase next, boolean rehearse, Duration longestPause, String who, String why) {}

  /** What a switch would do, step by step. Changes nothing. */
  public List<String> plan(Standing standing, Request request) {
    Standing begun = standing.begin(request.next(), Instant.now(), request.who(), request.why());
    List<String> plan = new ArrayList<>();
    for (Step step : steps(begun)) {
      plan.add(step.name() + ": " + step.what());
    }
    plan.add("decide: write down in the control topic that " + to(begun).name() + " take writes");
    plan.add("open: lower the fence at " + to(begun).name() + "; mark writes in crossfade.serving");
    return plan;
  }

  /** What has to be so before a switch, as far as it is known here. Changes nothing. */
  public List<Gate> validate(Standing standing, Request request) {
    Standing begun = standing.begin(request.next(), Instant.now(), request.who(), request.why());
    return steps(begun).stream().flatMap(step -> step.validate().stream()).toList();
  }

  /**
   * Switches, or undoes all that it has begun.
   *
   * @throws RuntimeException where it is not known what counts, or what counts could not be
   *     settled: ask who leads, and {@link #settle}
   */
  public SwitchOutcome run(Standing standing, Request request) throws InterruptedException {
    Standing begun = standing.begin(request.next(), Instant.now(), request.who(), request.why());
    ledger.decide(begun);
    FaultPoint.IN_SWITCH.reached();
    Pause pause = new Pause();
    Attempt attempt = new Attempt(begun, pause, request.longestPause());
    try {
      attempt.run();
    } catch (InterruptedException e) {
      // The job ends; nobody is to be kept out until it is back.
      undo(begun);
      throw e;
    } catch (RuntimeException e) {
      LOG.warn("The switch is given up", e);
      told.accept("giving up: " + e.getMessage());
      Duration took = letWritersIn(begun, pause);
      undo(begun);
      return new SwitchOutcome.GivenUp(attempt.at, String.valueOf(e.getMessage()), took);
    }
    if (request.rehearse()) {
      told.accept("rehearsed; going back");
      Duration took = letWritersIn(begun, pause);
      undo(begun);
      return new SwitchOutcome.Rehearsed(took);
    }
    boolean over = request.next() == Phase.CUTTING_OVER;
    Standing decided =
        begun.decide(
            over ? Phase.REVERSED : Phase.FOLLOWING,
            over ? attempt.position : Map.of(),
            Instant.now());
    ledger.decide(decided);
    FaultPoint.IN_SWITCH.reached();
    told.accept("decided: " + to(begun).name() + " take writes");
    Fencing.lower(to(begun));
    FaultPoint.IN_SWITCH.reached();
    Duration took = pause.ended();
    told.accept("writes were stopped for " + took.toMillis() + " ms");
    settle(decided);
    return new SwitchOutcome.Switched(took);
  }

  /**
   * Ends the pause of a switch that is to be undone: before all that takes seconds, as the removal
   * of a way back does.
   *
   * @return how long it was
   */
  private Duration letWritersIn(Standing begun, Pause pause) {
    Fencing.lower(from(begun));
    FaultPoint.IN_SWITCH.reached();
    return pause.ended();
  }

  /** How long nobody can write. */
  private static final class Pause {
    private long began;

    void begin(Duration before) {
      began = System.nanoTime() - before.toNanos();
    }

    Duration ended() {
      return began == 0 ? Duration.ZERO : Duration.ofNanos(System.nanoTime() - began);
    }
  }

  /** One go through the steps. */
  private final class Attempt {

    private final Standing begun;
    private final Pause pause;
    private final Duration longest;
    private String at = "";
    private Map<InputPartition, Long> position = Map.of();

    Attempt(Standing begun, Pause pause, Duration longest) {
      this.begun = begun;
      this.pause = pause;
      this.longest = longest;
    }

    void run() throws InterruptedException {
      for (Step step : steps(begun)) {
        at = step.name();
        told.accept(step.name() + ": " + step.what());
        step.start(left(step));
        FaultPoint.IN_SWITCH.reached();
        if (step instanceof Fencing fence && fence.closes(from(begun))) {
          pause.begin(fence.held());
        }
        step.complete(left(step));
        FaultPoint.IN_SWITCH.reached();
      }
      if (begun.phase() == Phase.CUTTING_OVER) {
        at = "position";
        position = reverse.position(left());
        FaultPoint.IN_SWITCH.reached();
      }
      at = "decide";
      left();
    }

    private Duration left(Step step) {
      if (pause.began != 0) {
        return left();
      }
      return step instanceof Fencing ? FENCING : PREPARING;
    }

    private Duration left() {
      Duration left = longest.minus(pause.ended());
      if (left.isNegative() || left.isZero()) {
        throw new SwitchFailed(
            "writers were kept out for "
                + longest.toMillis()
                + " ms, which is the longest that was allowed; nothing was switched");
      }
      return left;
    }
  }

  /** All steps up to the decision, in their order. */
  private List<Step> steps(Standing begun) {
    boolean over = begun.phase() == Phase.CUTTING_OVER;
    List<Step> steps = new ArrayList<>();
    if (over) {
      steps.add(new WayBack(reverse, begun));
      steps.add(opening(begun));
    }
    steps.add(closing(begun));
    steps.add(new Draining(over ? forward : reverse, from(begun), to(begun)));
    steps.add(new Numbering(from(begun), to(begun)));
    steps.add(new Sealing(over ? forward : reverse, begun, to(begun)));
    return steps;
  }

  /** The fence at the new tables, which falls after the decision. */
  private Step opening(Standing begun) {
    return new Fencing(
        fresh,
        passes.forward(begun),
        "the old tables take writes still: write there; table crossfade.serving says who serves",
        begun.forward() > 0);
  }

  /** The fence at the side that loses writes. */
  private Step closing(Standing begun) {
    return begun.phase() == Phase.CUTTING_OVER
        ? new Fencing(old, passes.reverse(begun), moved("new"), false)
        : new Fencing(fresh, passes.forward(begun), moved("old"), false);
  }

  private static String moved(String side) {
    return "the "
        + side
        + " tables take writes, now or in a moment: look at table crossfade.serving, and repeat the"
        + " transaction where it says";
  }

  private Place from(Standing begun) {
    return begun.phase() == Phase.CUTTING_OVER ? old : fresh;
  }

  private Place to(Standing begun) {
    return begun.phase() == Phase.CUTTING_OVER ? fresh : old;
  }

  /**
   * Undoes a switch that is not decided, and settles what was before. Repeatable.
   *
   * @param begun what {@link Standing#undecided} says is under way
   * @return what counts from now on
   */
  public Standing undo(Standing begun) throws InterruptedException {
    List<Step> steps = new ArrayList<>(steps(begun));
    Collections.reverse(steps);
    for (Step step : steps) {
      step.rollBack();
      FaultPoint.IN_SWITCH.reached();
    }
    boolean over = begun.phase() == Phase.CUTTING_OVER;
    Standing decided =
        begun.decide(
            over ? Phase.FOLLOWING : Phase.REVERSED,
            over ? Map.of() : begun.reverseFrom(),
            Instant.now());
    ledger.decide(decided);
    FaultPoint.IN_SWITCH.reached();
    settle(decided);
    return decided;
  }

  /**
   * Brings fences, flows and marks to what was decided. Repeatable; what it cannot do now it leaves
   * for the next call.
   */
  public void settle(Standing standing) throws InterruptedException {
    switch (standing.phase()) {
      case FOLLOWING -> following(standing);
      case REVERSED -> reversed(standing);
      default -> throw new IllegalStateException(standing.phase() + " is not settled by a switch");
    }
    LOG.info("Settled: {} take writes", standing.writes());
  }

  private void following(Standing standing) throws InterruptedException {
    boolean switched = standing.round() > 0;
    if (switched) {
      reverse.seal(standing);
      FaultPoint.IN_SWITCH.reached();
      Fencing.lower(old);
      FaultPoint.IN_SWITCH.reached();
      marks.writes(standing);
      FaultPoint.IN_SWITCH.reached();
    }
    forward.open(standing);
    if (switched) {
      FaultPoint.IN_SWITCH.reached();
      reverse.close(standing);
      FaultPoint.IN_SWITCH.reached();
    }
  }

  private void reversed(Standing standing) throws InterruptedException {
    forward.seal(standing);
    FaultPoint.IN_SWITCH.reached();
    Fencing.lower(fresh);
    FaultPoint.IN_SWITCH.reached();
    marks.writes(standing);
    FaultPoint.IN_SWITCH.reached();
    forward.close(standing);
    FaultPoint.IN_SWITCH.reached();
    reverse.open(standing);
    FaultPoint.IN_SWITCH.reached();
  }
}
