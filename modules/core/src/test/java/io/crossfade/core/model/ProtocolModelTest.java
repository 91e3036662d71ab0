package io.crossfade.core.model;

import static org.assertj.core.api.Assertions.assertThat;

import io.crossfade.core.model.Source.Kind;
import io.crossfade.core.model.Source.Plan;
import io.crossfade.core.model.Source.Write;
import io.crossfade.core.model.Topic.Raw;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/**
 * The protocol of I1, I2, I3, I6, I7 and I8 in all interleavings of small histories. In every
 * state: no row goes back to an older version, and no event of the log is in the raw topic twice.
 * Whenever nothing more can happen: raw topic = source, and target = raw topic. Then once more
 * without each rule, where a history must go wrong; it is printed as a list of steps.
 */
class ProtocolModelTest {

  private static final Predicate<Rule> ALL = rule -> true;

  /** Row A: version 1, 2, then deleted; row B beside it. */
  private static final List<Raw> A_AND_B =
      List.of(raw(0, 1, 1), raw(0, 2, 2), raw(1, 1, 1), raw(0, 3, 0));

  /** Row B had the value 1 and gave it up, then row A took it. */
  private static final List<Raw> A_TAKES_FROM_B = List.of(raw(1, 1, 1), raw(1, 2, 2), raw(0, 1, 1));

  /** The rows swap their values, and swap them back. */
  private static final List<Raw> SWAPS =
      List.of(raw(0, 1, 1), raw(1, 1, 2), raw(0, 2, 2), raw(1, 2, 1), raw(0, 3, 1), raw(1, 3, 2));

  // ---------------------------------------------------------------- with all rules

  @Test
  void shouldCopyARowThatTwoTransactionsWrite() {
    for (Kind first : Kind.values()) {
      for (Kind second : Kind.values()) {
        holds("a row, " + first + " then " + second, () -> copy(0, 1, ALL, first, second));
      }
    }
  }

  @Test
  void shouldCopyARowThatTwoTransactionsWriteWhileCaptureIsKilled() {
    holds("a row, killed, PARTIAL then WHOLE", () -> copy(1, 0, ALL, Kind.PARTIAL, Kind.WHOLE));
    holds("a row, killed, PARTIAL then DELETE", () -> copy(1, 0, ALL, Kind.PARTIAL, Kind.DELETE));
  }

  @Test
  void shouldCopyARowFromAStandby() {
    holds("a row, from a standby", () -> standby(0, ALL, Kind.WHOLE, Kind.PARTIAL));
    holds("a row, from a standby, killed", () -> standby(1, ALL, Kind.WHOLE));
  }

  @Test
  void shouldCopyTwoRowsAtOnce() {
    holds(
        "two rows",
        () ->
            Migration.capture(
                2,
                false,
                List.of(plan("T", write(0, Kind.WHOLE)), plan("U", write(1, Kind.WHOLE))),
                new Capture.Bounds(Set.of(0, 1), 0, 0, 0),
                ALL));
  }

  @Test
  void shouldPublishEachEventOnceHoweverOftenCaptureIsKilled() {
    holds("two transactions, killed twice", () -> follow(2, 0, ALL));
    holds("two transactions and a horizon, killed", () -> follow(1, 1, ALL));
  }

  @Test
  void shouldApplyEachRecordWhoeverIsKilledAndWhoeverWasThoughtDead() {
    holds("apply", () -> apply(new Apply.Bounds(1, 2, 1, 1, 1, false), ALL));
    holds("apply, killed twice", () -> apply(new Apply.Bounds(1, 2, 2, 1, 0, false), ALL));
  }

  @Test
  void shouldMoveUniqueValuesBetweenPartitionsOfWhichOneIsAhead() {
    holds("a value that moves", () -> unique(A_TAKES_FROM_B, ALL));
    holds("values that are swapped", () -> unique(SWAPS, ALL));
  }

  @Test
  void shouldBringARowTheWholeWay() {
    holds("the whole way, capture killed", () -> whole(1, 0));
    holds("the whole way, apply killed", () -> whole(0, 1));
  }

  // ---------------------------------------------------------------- without one

  @Test
  void shouldLoseARowWhenEventsAreKnownByTheirPlacesInTheLog() {
    goesWrong(
        Rule.KNOWN_BY_TRANSACTION,
        "at the end the raw topic has nothing",
        keeps ->
            Migration.capture(
                2,
                false,
                List.of(plan("T", write(0, Kind.WHOLE)), plan("U", write(1, Kind.WHOLE))),
                new Capture.Bounds(Set.of(), 1, 0, 0),
                keeps));
  }

  @Test
  void shouldHideANewerRowWhenTheRunningTransactionsOfAStandbyAreAsked() {
    goesWrong(Rule.STANDBY_BY_XMIN, "goes back", keeps -> standby(0, keeps, Kind.WHOLE));
  }

  @Test
  void shouldMissARowWhenTheLineIsDrawnBeforeTheSlot() {
    goesWrong(Rule.LINE_AFTER_THE_SLOT, "at the end", keeps -> copy(0, 0, keeps, Kind.WHOLE));
  }

  @Test
  void shouldMissARowWhenChunksDoNotWaitForTheLine() {
    goesWrong(Rule.CHUNKS_AFTER_THE_LINE, "at the end", keeps -> copy(0, 0, keeps, Kind.WHOLE));
  }

  @Test
  void shouldStepBackWhenAChunkDoesNotWaitForItsMarker() {
    goesWrong(Rule.MARKER, "goes back", keeps -> copy(0, 0, keeps, Kind.WHOLE, Kind.WHOLE));
  }

  @Test
  void shouldHideANewerRowWhenNoRowOfAChunkGivesWay() {
    goesWrong(Rule.WINDOW, "goes back", keeps -> copy(0, 0, keeps, Kind.WHOLE));
  }

  @Test
  void shouldLoseAValueWhenPartialRowsArePublished() {
    goesWrong(Rule.WHOLE_ROWS, "a value missing", keeps -> copy(0, 0, keeps, Kind.PARTIAL));
  }

  @Test
  void shouldLoseAChangeWhenTheSlotIsConfirmedPastAHint() {
    goesWrong(
        Rule.CONFIRMED_BEFORE_THE_HINT, "at the end", keeps -> copy(1, 0, keeps, Kind.PARTIAL));
  }

  @Test
  void shouldLoseAChangeWhenTheSlotIsConfirmedBeforeKafkaHasCommitted() {
    goesWrong(
        Rule.CONFIRMED_AFTER_THE_COMMIT, "at the end", keeps -> copy(1, 0, keeps, Kind.WHOLE));
  }

  @Test
  void shouldPublishAnEventTwiceWhenThePositionIsNotCommittedWithTheRecords() {
    goesWrong(Rule.POSITION_WITH_THE_RECORDS, "twice", keeps -> copy(1, 0, keeps, Kind.WHOLE));
  }

  @Test
  void shouldPublishAnEventTwiceWhenThePositionIsReadBeforeFormerPublishersAreFenced() {
    goesWrong(
        Rule.FENCED_BEFORE_THE_POSITION_IS_READ, "twice", keeps -> copy(1, 0, keeps, Kind.WHOLE));
  }

  @Test
  void shouldLoseARowWhenTheOffsetIsCommittedBeforeTheRows() {
    goesWrong(
        Rule.ROWS_BEFORE_THE_OFFSET,
        "at the end the target has",
        keeps -> apply(new Apply.Bounds(1, 1, 1, 0, 0, false), keeps));
  }

  @Test
  void shouldStepBackWhenTheProgressIsNotWrittenWithTheRows() {
    goesWrong(
        Rule.ROWS_WITH_THE_PROGRESS,
        "goes back",
        keeps -> apply(new Apply.Bounds(1, 1, 1, 0, 0, false), keeps));
  }

  @Test
  void shouldStepBackWhenAnInstanceThatWasThoughtDeadIsNotFencedByItsToken() {
    goesWrong(
        Rule.TOKEN, "goes back", keeps -> apply(new Apply.Bounds(1, 2, 0, 1, 0, false), keeps));
  }

  @Test
  void shouldTakeACommitForAResetWhenKafkaIsAskedBeforeThePartitionIsClaimed() {
    goesWrong(
        Rule.CLAIM_BEFORE_KAFKA_IS_ASKED,
        "BLOCKED without a cause",
        keeps -> apply(new Apply.Bounds(1, 2, 0, 1, 0, false), keeps));
  }

  @Test
  void shouldLoseARowWhenTheOtherRowIsDeletedOnAUniqueConflict() {
    goesWrong(
        Rule.OTHER_ROWS_STAY,
        "at the end the target has nothing of row A",
        keeps -> unique(A_TAKES_FROM_B, keeps));
  }

  // ---------------------------------------------------------------- what happens

  private static Migration copy(
      int crashes, int earlyRereads, Predicate<Rule> keeps, Kind... kinds) {
    return Migration.capture(
        1, false, plans(kinds), new Capture.Bounds(Set.of(0), crashes, 0, earlyRereads), keeps);
  }

  /** A marker for the horizon lets the standby know of a transaction that still runs. */
  private static Migration standby(int crashes, Predicate<Rule> keeps, Kind... kinds) {
    return Migration.capture(
        1, true, plans(kinds), new Capture.Bounds(Set.of(0), crashes, 1 - crashes, 0), keeps);
  }

  /** Transactions that interleave, one of them with two events, and no copy. */
  private static Migration follow(int crashes, int beats, Predicate<Rule> keeps) {
    Write[] events =
        beats == 0
            ? new Write[] {write(0, Kind.WHOLE), write(0, Kind.WHOLE)}
            : new Write[] {write(0, Kind.WHOLE)};
    return Migration.capture(
        2,
        false,
        List.of(plan("T", events), plan("U", write(1, Kind.WHOLE))),
        new Capture.Bounds(Set.of(), crashes, beats, 0),
        keeps);
  }

  private static Migration apply(Apply.Bounds bounds, Predicate<Rule> keeps) {
    return Migration.apply(2, A_AND_B, bounds, keeps);
  }

  /** Each row in a partition of its own. */
  private static Migration unique(List<Raw> records, Predicate<Rule> keeps) {
    return Migration.apply(2, records, new Apply.Bounds(2, 1, 1, 0, 0, true), keeps);
  }

  private static Migration whole(int captureCrashes, int applyCrashes) {
    return Migration.whole(
        1,
        plans(Kind.PARTIAL),
        new Capture.Bounds(Set.of(0), captureCrashes, 0, 0),
        new Apply.Bounds(1, 1, applyCrashes, 0, 0, false),
        ALL);
  }

  /** T, then U, each with one write of row A. */
  private static List<Plan> plans(Kind... kinds) {
    List<Plan> plans = new ArrayList<>();
    for (Kind kind : kinds) {
      plans.add(plan(plans.isEmpty() ? "T" : "U", write(0, kind)));
    }
    return plans;
  }

  private static Plan plan(String name, Write... writes) {
    return new Plan(name, List.of(writes));
  }

  private static Write write(int key, Kind kind) {
    return new Write(key, kind);
  }

  private static Raw raw(int key, long version, long value) {
    return new Raw(key, new Image(version, value), Optional.empty());
  }

  // ---------------------------------------------------------------- the check

  private static void holds(String name, Supplier<Migration> migration) {
    long started = System.nanoTime();
    Checker.Result result = Checker.check(migration);
    System.out.printf(
        "%s: %,d states, %,d ends, at most %d steps, %d ms%n",
        name,
        result.states(),
        result.ends(),
        result.longest(),
        (System.nanoTime() - started) / 1_000_000);
    assertThat(result.failure()).as(name).isEmpty();
    assertThat(result.ends()).as("states in which nothing more can happen: " + name).isPositive();
  }

  private interface Variant {
    Migration with(Predicate<Rule> keeps);
  }

  private static void goesWrong(Rule without, String problem, Variant variant) {
    assertThat(Checker.check(() -> variant.with(ALL)).failure()).as("with all rules").isEmpty();
    Checker.Result result = Checker.check(() -> variant.with(rule -> rule != without));
    System.out.printf(
        "without %s, after %,d states:%s%n",
        without,
        result.states(),
        result.failure().map(Checker.Failure::toString).orElse(" nothing"));
    assertThat(result.failure()).as("without " + without).isPresent();
    assertThat(result.failure().orElseThrow().problem()).contains(problem);
  }
}
