package io.crossfade.sql.value;

import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.zone.ZoneOffsetTransition;
import java.time.zone.ZoneRules;
import java.util.Optional;
import java.util.Set;

/**
 * {@code timezone(zone, time)}. The rules are Java's; a test holds them against PostgreSQL's. Both
 * come from the same database of time zones, but what it knows of the years before 1970 depends on
 * how it was built, so those are refused.
 */
public final class Zones {

  private static final Set<String> OF_ONE_NAME = Set.of("UTC", "GMT");

  /** Their rules changed of late, or are put together in another way: not the same everywhere. */
  private static final Set<String> UNSETTLED =
      Set.of(
          "America/Ensenada",
          "America/Vancouver",
          "Asia/Tehran",
          "Canada/Pacific",
          "Europe/Chisinau",
          "Europe/Tiraspol");

  private static final long MICROS_PER_SECOND = Dates.MICROS_PER_SECOND;
  private static final long SECONDS_TO_2000 = Dates.EPOCH_DAYS * 86_400;

  private Zones() {}

  /**
   * The rules of a zone by its full name; empty for abbreviations, which PostgreSQL can redefine.
   */
  public static Optional<ZoneRules> rules(String zone) {
    boolean region = zone.indexOf('/') > 0 && !zone.startsWith("SystemV/");
    if (UNSETTLED.contains(zone) || (!OF_ONE_NAME.contains(zone) && !region)) {
      return Optional.empty();
    }
    return ZoneId.getAvailableZoneIds().contains(zone)
        ? Optional.of(ZoneId.of(zone).getRules())
        : Optional.empty();
  }

  /** {@code timestamptz} to the clock on the wall there. */
  public static long toLocal(long micros, ZoneRules rules) {
    if (Dates.isInfinite(micros)) {
      return micros;
    }
    Instant instant = Instant.ofEpochSecond(secondsSince1970(micros, rules));
    return Dates.checkedTimestamp(
        micros + rules.getOffset(instant).getTotalSeconds() * MICROS_PER_SECOND);
  }

  /**
   * The clock on the wall there to {@code timestamptz}: a time that was left out is counted on with
   * the offset before the gap, a time that came twice is the second one.
   */
  public static long toUtc(long micros, ZoneRules rules) {
    if (Dates.isInfinite(micros)) {
      return micros;
    }
    LocalDateTime local =
        LocalDateTime.ofEpochSecond(secondsSince1970(micros, rules), 0, ZoneOffset.UTC);
    ZoneOffsetTransition transition = rules.getTransition(local);
    ZoneOffset offset;
    if (transition == null) {
      offset = rules.getOffset(local);
    } else {
      offset = transition.isGap() ? transition.getOffsetBefore() : transition.getOffsetAfter();
    }
    return Dates.checkedTimestamp(micros - offset.getTotalSeconds() * MICROS_PER_SECOND);
  }

  private static long secondsSince1970(long micros, ZoneRules rules) {
    long seconds = Math.floorDiv(micros, MICROS_PER_SECOND) + SECONDS_TO_2000;
    // A day more, for the offset.
    if (seconds < 86_400 && !rules.isFixedOffset()) {
      throw new PgError(
          PgError.NOT_SUPPORTED,
          "time zones before 1970 differ between builds of their database; only UTC is exact");
    }
    return seconds;
  }
}
