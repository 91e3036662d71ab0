package io.crossfade.sql;

import static org.assertj.core.api.Assertions.assertThat;

import io.crossfade.sandbox.Database;
import io.crossfade.sandbox.SharedSandbox;
import io.crossfade.sql.value.Dates;
import io.crossfade.sql.value.Zones;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.zone.ZoneOffsetTransition;
import java.time.zone.ZoneRules;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** Every time zone against PostgreSQL's, around its transitions and in between. */
class ZoneDifferentialTest {

  private static final DateTimeFormatter PRINTED =
      DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss").withZone(ZoneOffset.UTC);

  /** Some seconds around all changes of the clock since 1970, and random moments up to 2100. */
  private static Set<String> moments(ZoneRules rules, long seed) {
    Set<String> moments = new TreeSet<>();
    Instant from = Instant.parse("1970-01-03T00:00:00Z");
    Instant to = Instant.parse("2100-01-01T00:00:00Z");
    Random random = new Random(seed);
    for (int i = 0; i < 20; i++) {
      long span = to.getEpochSecond() - from.getEpochSecond();
      moments.add(PRINTED.format(from.plusSeconds((long) (random.nextDouble() * span))));
    }
    ZoneOffsetTransition next = rules.nextTransition(from);
    for (int i = 0; next != null && next.getInstant().isBefore(to) && i < 150; i++) {
      for (ZoneOffset offset :
          List.of(ZoneOffset.UTC, next.getOffsetBefore(), next.getOffsetAfter())) {
        for (int second : new int[] {-1, 0, 600}) {
          moments.add(
              PRINTED.format(
                  next.getInstant().plusSeconds(second + (long) offset.getTotalSeconds())));
        }
      }
      next = rules.nextTransition(next.getInstant());
    }
    return moments;
  }

  @Test
  void shouldKnowEveryZoneAsPostgresDoesSince1970() throws Exception {
    Set<String> differing = new TreeSet<>();
    int compared = 0;
    try (Database database = SharedSandbox.postgres18().createDatabase();
        Connection connection = database.connect();
        Statement statement = connection.createStatement()) {
      statement.execute("SET TimeZone = 'UTC'");
      Set<String> theirs = new TreeSet<>();
      try (ResultSet names = statement.executeQuery("SELECT name FROM pg_timezone_names")) {
        while (names.next()) {
          theirs.add(names.getString(1));
        }
      }
      for (String zone : new TreeSet<>(ZoneId.getAvailableZoneIds())) {
        if (Zones.rules(zone).isEmpty()) {
          continue;
        }
        compared++;
        if (!theirs.contains(zone) || !isSame(statement, zone)) {
          differing.add(zone);
        }
      }
    }
    assertThat(differing).isEmpty();
    assertThat(compared).isGreaterThan(400);
  }

  private static boolean isSame(Statement statement, String zone) throws Exception {
    ZoneRules rules = Zones.rules(zone).orElseThrow();
    List<String> moments = new ArrayList<>(moments(rules, zone.hashCode()));
    String sql =
        "SELECT timezone('%s', m::timestamptz)::text || ' ' || timezone('%s', m)::text FROM unnest('{%s}'::timestamp[]) m"
            .formatted(zone, zone, String.join(",", moments));
    List<String> theirs = new ArrayList<>();
    try (ResultSet result = statement.executeQuery(sql)) {
      while (result.next()) {
        theirs.add(result.getString(1));
      }
    }
    List<String> ours =
        moments.stream()
            .map(Dates::parseTimestamp)
            .map(
                m ->
                    Dates.timestampToText(Zones.toLocal(m, rules))
                        + " "
                        + Dates.timestamptzToText(Zones.toUtc(m, rules)))
            .toList();
    return ours.equals(theirs);
  }
}
