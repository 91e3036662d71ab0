package io.crossfade.verify.explain;

import static io.crossfade.verify.explain.Verdict.Kind.ABSENT;
import static io.crossfade.verify.explain.Verdict.Kind.CHANGED_IN_TARGET;
import static io.crossfade.verify.explain.Verdict.Kind.EQUAL;
import static io.crossfade.verify.explain.Verdict.Kind.FILTERED;
import static io.crossfade.verify.explain.Verdict.Kind.HOT;
import static io.crossfade.verify.explain.Verdict.Kind.NOT_COPIED;
import static io.crossfade.verify.explain.Verdict.Kind.NOT_PUBLISHED;
import static io.crossfade.verify.explain.Verdict.Kind.ON_ITS_WAY;
import static io.crossfade.verify.explain.Verdict.Kind.REFUSED;
import static io.crossfade.verify.explain.Verdict.Kind.STALE;
import static io.crossfade.verify.explain.Verdict.Kind.UNKNOWN;
import static io.crossfade.verify.explain.Verdict.Kind.WAITS;
import static org.assertj.core.api.Assertions.assertThat;

import io.crossfade.core.table.Row;
import io.crossfade.verify.explain.Evidence.Held;
import io.crossfade.verify.explain.Evidence.Seen;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Each rule by the row that only this rule judges so; records stand at offsets 10, 20, …. */
class VerdictTest {

  private static final Given A = row("a");
  private static final Given B = row("b");
  private static final Given C = row("c");
  private static final Given GONE = Given.NOTHING;
  private static final Given LEFT_OUT = Given.of(Optional.empty());

  private boolean copied = true;
  private boolean still = true;
  private List<Held> held = List.of();
  private Optional<String> blocked = Optional.empty();

  /** Fails where a filter is not told from a row that is not there. */
  @Test
  void shouldSayThatAllIsAsItShouldBe() {
    assertThat(judge(B, B, 100, A, B).kind()).isEqualTo(EQUAL);
    assertThat(judge(LEFT_OUT, GONE, 100, A, LEFT_OUT).kind()).isEqualTo(FILTERED);
    Verdict deleted = judge(GONE, GONE, 100, A, GONE);
    assertThat(deleted.kind()).isEqualTo(ABSENT);
    assertThat(deleted.sentence()).contains("deleted, by the record at offset 20");
    assertThat(judge(GONE, GONE, 100).sentence()).contains("no record of it is left");
  }

  /** Fails where the record at the very offset that is applied to counts as applied. */
  @Test
  void shouldSeeThatAChangeIsOnItsWay() {
    Verdict way = judge(B, A, 20, A, B);
    assertThat(way.kind()).isEqualTo(ON_ITS_WAY);
    assertThat(way.sentence()).contains("offset 20", "below offset 20, 1 offsets short");
    assertThat(judge(B, A, 21, A, B).kind()).isEqualTo(STALE);
    assertThat(judge(GONE, A, 15, A, GONE).kind()).isEqualTo(ON_ITS_WAY);
    assertThat(judge(B, GONE, 5, A, B).kind()).isEqualTo(ON_ITS_WAY);
    blocked = Optional.of("a wall");
    assertThat(judge(B, A, 20, A, B).sentence()).contains("BLOCKED: a wall");
  }

  /** Fails where all that differs and is not on its way is taken for the target's fault. */
  @Test
  void shouldSeeThatTheSourceIsAheadOfTheRecords() {
    assertThat(judge(C, B, 100, A, B).kind()).isEqualTo(NOT_PUBLISHED);
    assertThat(judge(GONE, B, 100, A, B).kind()).isEqualTo(NOT_PUBLISHED);
    assertThat(judge(A, GONE, 100).kind()).isEqualTo(NOT_PUBLISHED);
    copied = false;
    assertThat(judge(A, GONE, 100).kind()).isEqualTo(NOT_COPIED);
    assertThat(judge(C, B, 100, A, B).kind()).isEqualTo(NOT_PUBLISHED);
    assertThat(judge(Given.error("division by zero"), A, 100, A).kind()).isEqualTo(REFUSED);
  }

  /** Fails where the target is compared with the source's row and not with the last record's. */
  @Test
  void shouldSeeWhatWasWrittenPastUs() {
    Verdict changed = judge(A, C, 100, A);
    assertThat(changed.kind()).isEqualTo(CHANGED_IN_TARGET);
    assertThat(changed.sentence()).contains("other values than the last record, at offset 10");
    assertThat(judge(A, GONE, 100, A).sentence()).contains("lacks", "deleted there past Crossfade");
    assertThat(judge(GONE, A, 100).sentence()).contains("no record", "before the migration");
    assertThat(judge(LEFT_OUT, C, 100, A, LEFT_OUT).sentence()).contains("has taken away");
    assertThat(judge(B, C, 100, A).kind())
        .as("also while the source goes on")
        .isEqualTo(CHANGED_IN_TARGET);
  }

  /** Fails where only values count, and not when they were. */
  @Test
  void shouldTellAnOlderImage() {
    Verdict stale = judge(C, A, 100, A, B, C);
    assertThat(stale.kind()).isEqualTo(STALE);
    assertThat(stale.sentence()).contains("of the record at offset 10").contains("offset 30");
    assertThat(judge(GONE, B, 100, A, B, GONE).kind()).isEqualTo(STALE);
  }

  /** Fails where what is written down is not looked at, or looked at when it is over. */
  @Test
  void shouldSayWhyTheTargetLacksARow() {
    held = List.of(new Held("parked", "too long", "2026-01-01T00:00:00Z", 10, ""));
    Verdict parked = judge(A, GONE, 100, A);
    assertThat(parked.kind()).isEqualTo(REFUSED);
    assertThat(parked.sentence()).contains("parked since", "offset 10", "too long");
    assertThat(judge(A, A, 100, A).kind()).isEqualTo(EQUAL);
    held = List.of(new Held("skipped", "too long", "2026-01-01T00:00:00Z", 10, "a test row"));
    assertThat(judge(A, GONE, 100, A).sentence()).contains("skipped («a test row»)");
    held = List.of(new Held(Held.WAITING, "duplicate key", "2026-01-01T00:00:00Z", -1, "id = 3"));
    assertThat(judge(A, GONE, 100, A).kind()).isEqualTo(WAITS);
  }

  /** Fails where looks that do not belong together are compared. */
  @Test
  void shouldSayNothingOfWhatItCannotKnow() {
    still = false;
    assertThat(judge(B, C, 100, A).kind()).isEqualTo(HOT);
    assertThat(judge(B, B, 100, A).kind()).isEqualTo(EQUAL);
    still = true;
    Verdict unknown = judge(Given.unknown("no old key becomes it"), A, 0);
    assertThat(unknown.kind()).isEqualTo(UNKNOWN);
    assertThat(unknown.sentence()).isEqualTo("no old key becomes it; the target has the row");
    assertThat(unknown.kind().isWrong()).isTrue();
  }

  private Verdict judge(Given expected, Given target, long appliedTo, Given... records) {
    List<Seen> seen = new ArrayList<>();
    for (int i = 0; i < records.length; i++) {
      seen.add(new Seen(10 * (i + 1), "2026-01-01T00:00:00Z", records[i]));
    }
    return Verdict.of(
        new Evidence(
            expected,
            target.row(),
            seen,
            appliedTo,
            held,
            copied,
            still,
            Optional.empty(),
            blocked),
        Row::equals);
  }

  private static Given row(String value) {
    return Given.of(Optional.of(Row.of("1", value)));
  }
}
