package io.crossfade.verify.explain;

import com.fasterxml.jackson.annotation.JsonValue;
import io.crossfade.core.table.Row;
import io.crossfade.verify.explain.Evidence.Held;
import io.crossfade.verify.explain.Evidence.Seen;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.function.BiPredicate;

/**
 * What the evidence means.
 *
 * @param kind in one word
 * @param sentence for people
 * @param next what to do; empty where nothing is to be done
 */
public record Verdict(Kind kind, String sentence, String next) {

  /** What can be the matter with a row. */
  public enum Kind {
    /** The target has what the SELECT gives. */
    EQUAL,
    /** The WHERE leaves the row out, and the target has it not. */
    FILTERED,
    /** Neither side has it. */
    ABSENT,
    /** A record is published and not applied yet. */
    ON_ITS_WAY,
    /** The source has changed it, and capture has not published that yet. */
    NOT_PUBLISHED,
    /** Its backfill has not come to it. */
    NOT_COPIED,
    /** It changed while it was looked at. */
    HOT,
    /** The target refuses it, or the SELECT cannot be evaluated for it. */
    REFUSED,
    /** Another row is in its way. */
    WAITS,
    /** The target has an older image than what counts as applied. */
    STALE,
    /** The target has something that no record gives. */
    CHANGED_IN_TARGET,
    /** Which old row it would be cannot be told. */
    UNKNOWN;

    /** Whether somebody has to do something: it does not pass by itself. */
    public boolean isWrong() {
      return switch (this) {
        case EQUAL, FILTERED, ABSENT, ON_ITS_WAY, NOT_PUBLISHED, NOT_COPIED, HOT -> false;
        case REFUSED, WAITS, STALE, CHANGED_IN_TARGET, UNKNOWN -> true;
      };
    }

    /** As users read it. */
    @JsonValue
    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
  }

  public Verdict {
    Objects.requireNonNull(kind, "kind");
    Objects.requireNonNull(sentence, "sentence");
    Objects.requireNonNull(next, "next");
  }

  /**
   * Judges.
   *
   * @param equal whether two new rows are the same values
   */
  public static Verdict of(Evidence seen, BiPredicate<Row, Row> equal) {
    if (seen.expected().is(seen.target(), equal)) {
      return right(seen);
    }
    if (!seen.held().isEmpty()) {
      return held(seen.held().get(seen.held().size() - 1));
    }
    if (seen.expected().kind() == Given.Kind.UNKNOWN) {
      return unknown(
          seen.expected().error()
              + "; "
              + (seen.target().isPresent()
                  ? "the target has the row"
                  : "the target has no such row"),
          "`crossfade verify --keys` on the table compares it with the others");
    }
    if (!seen.stoodStill()) {
      return new Verdict(
          Kind.HOT,
          "The row was changed again and again while it was looked at, so nothing can be told of it",
          "ask again");
    }
    Optional<Seen> last = seen.last();
    if (last.isPresent() && last.get().offset() >= seen.appliedTo()) {
      return onItsWay(last.get(), seen);
    }
    Given given = last.map(Seen::gives).orElse(Given.NOTHING);
    if (given.kind() == Given.Kind.UNKNOWN) {
      return unknown(
          "The target has not what the SELECT gives for the source's rows now: "
              + given.error()
              + ", so it cannot be told whether a change of another one is on its way",
          "ask again where `crossfade status` shows no lag; what differs then `crossfade repair`"
              + " sends again");
    }
    return given.is(seen.target(), equal) ? notPublished(seen) : wrong(seen, given, equal);
  }

  private static Verdict unknown(String sentence, String next) {
    return new Verdict(Kind.UNKNOWN, sentence, next);
  }

  private static Verdict right(Evidence seen) {
    return switch (seen.expected().kind()) {
      case ROW ->
          new Verdict(
              Kind.EQUAL, "Equal: the target has what the SELECT gives for the source's row", "");
      case FILTERED ->
          new Verdict(
              Kind.FILTERED,
              "Left out: the source has the row, the WHERE of the SELECT leaves it out, and the"
                  + " target rightly has it not",
              "");
      default ->
          new Verdict(
              Kind.ABSENT,
              "The source has no such row, and neither has the target"
                  + seen.last()
                      .map(
                          last ->
                              last.gives().kind() == Given.Kind.NOTHING
                                  ? "; it was deleted, by the record at offset "
                                      + last.offset()
                                      + " of "
                                      + last.time()
                                  : "; its delete is on its way")
                      .orElse("; no record of it is left in the raw topic, if there ever was one"),
              "");
    };
  }

  private static Verdict held(Held held) {
    if (held.state().equals(Held.WAITING)) {
      return new Verdict(
          Kind.WAITS,
          "The row waits since "
              + held.since()
              + " because another row is in its way"
              + (held.note().isEmpty() ? "" : " (" + held.note() + ")")
              + ": "
              + held.error(),
          "it is tried again at each flush; where the other row does not go by itself see the"
              + " runbook, «Rows that wait for another row»");
    }
    String record = held.offset() < 0 ? "" : " (record at offset " + held.offset() + ")";
    return held.state().equals("skipped")
        ? new Verdict(
            Kind.REFUSED,
            "The target refused the row, and it was skipped"
                + (held.note().isEmpty() ? "" : " («" + held.note() + "»)")
                + record
                + ": "
                + held.error(),
            "mend the cause, then `crossfade rows retry` with its --key")
        : new Verdict(
            Kind.REFUSED,
            "The target refuses the row; it is "
                + held.state()
                + " since "
                + held.since()
                + record
                + ": "
                + held.error(),
            "mend the cause, then `crossfade rows retry`; or `crossfade rows skip`");
  }

  private static Verdict onItsWay(Seen last, Evidence seen) {
    return new Verdict(
        Kind.ON_ITS_WAY,
        "A newer change is on its way: the record at offset "
            + last.offset()
            + " of "
            + last.time()
            + " is published and not applied; the target has its partition below offset "
            + seen.appliedTo()
            + ", "
            + (last.offset() - seen.appliedTo() + 1)
            + " offsets short"
            + seen.blockedBy().map(why -> "; the line is BLOCKED: " + why).orElse(""),
        seen.blockedBy().isPresent()
            ? "`crossfade status` says what to do about the block"
            : "wait, and ask again; `crossfade status` shows the lag");
  }

  /** The target has what was published; the source, which was asked last, has something newer. */
  private static Verdict notPublished(Evidence seen) {
    if (seen.expected().kind() == Given.Kind.ERROR) {
      return new Verdict(
          Kind.REFUSED,
          "The SELECT cannot be evaluated for the row as the source has it now: "
              + seen.expected().error(),
          "mend the row at the source, or the SELECT");
    }
    if (!seen.copied() && seen.records().isEmpty()) {
      return new Verdict(
          Kind.NOT_COPIED,
          "The backfill of its table is not done and has not come to the row yet",
          "wait; `crossfade status` shows how far it is");
    }
    return new Verdict(
        Kind.NOT_PUBLISHED,
        "The source's row is newer than "
            + seen.last()
                .map(last -> "the last record, at offset " + last.offset() + ", which is applied")
                .orElse("the raw topic, which has no record of it")
            + ": capture has not published the change yet"
            + seen.captureLag().map(lag -> " (it is " + lag + " behind)").orElse("")
            + seen.blockedBy().map(why -> "; the line is BLOCKED: " + why).orElse(""),
        "ask again; where it stays so although capture is not behind, the change never came:"
            + " `crossfade resync`");
  }

  private static Verdict wrong(Evidence seen, Given given, BiPredicate<Row, Row> equal) {
    Optional<Seen> former = former(seen, equal);
    String byRecord =
        seen.last().map(last -> "the last record, at offset " + last.offset()).orElse("");
    if (former.isPresent()) {
      return new Verdict(
          Kind.STALE,
          "The target has an older image, that of the record at offset "
              + former.get().offset()
              + ", although "
              + byRecord
              + ", counts as applied: a backup was restored, or it was written past Crossfade",
          MEND);
    }
    String what;
    if (seen.target().isEmpty()) {
      what =
          given.kind() == Given.Kind.ROW
              ? "The target lacks the row although " + byRecord + ", which gives it, is applied"
              : "The target lacks the row, and " + byRecord + ", gives none";
    } else if (given.kind() == Given.Kind.ROW) {
      what = "The target has other values than " + byRecord + ", gives, which is applied";
    } else if (seen.records().isEmpty()) {
      what = "The target has a row of which the raw topic has no record";
    } else {
      what = "The target has a row that " + byRecord + ", has taken away";
    }
    String who =
        seen.target().isEmpty()
            ? ": it was deleted there past Crossfade"
            : ": it was written there past Crossfade";
    boolean before = seen.records().isEmpty();
    return new Verdict(
        Kind.CHANGED_IN_TARGET,
        what + who + (before ? ", or was there before the migration" : ""),
        MEND);
  }

  private static final String MEND =
      "`crossfade verify --keys` finds all such rows; `crossfade repair` sends them again";

  /** An older record whose image the target has. */
  private static Optional<Seen> former(Evidence seen, BiPredicate<Row, Row> equal) {
    List<Seen> records = seen.records();
    for (int i = records.size() - 2; i >= 0; i--) {
      Seen record = records.get(i);
      if (seen.target().isPresent() && record.gives().is(seen.target(), equal)) {
        return Optional.of(record);
      }
    }
    return Optional.empty();
  }
}
