package io.crossfade.postgres.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import io.crossfade.core.Check;
import io.crossfade.core.source.Change;
import io.crossfade.core.source.LogStream;
import io.crossfade.core.table.Row;
import io.crossfade.core.table.Table;
import io.crossfade.core.table.TableId;
import io.crossfade.sandbox.Database;
import io.crossfade.sandbox.PostgresOptions;
import io.crossfade.sandbox.PostgresServer;
import io.crossfade.sandbox.PostgresVersion;
import io.crossfade.sandbox.SharedSandbox;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TimeZone;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** I5: a row read by a chunk and the same row from the log are the same bytes. */
@Timeout(240)
class TypesTest {

  private final TimeZone zone = TimeZone.getDefault();

  /** The driver tells each session the JVM's own zone. */
  @BeforeEach
  void liveElsewhere() {
    TimeZone.setDefault(TimeZone.getTimeZone("America/St_Johns"));
  }

  @AfterEach
  void goHome() {
    TimeZone.setDefault(zone);
  }

  static PostgresServer server(int version) {
    return version == 15 ? SharedSandbox.postgres15() : SharedSandbox.postgres18();
  }

  /** Fails where the text of a value says that the log has left it out. */
  @ParameterizedTest
  @ValueSource(ints = {15, 18})
  void shouldCarryTheExtremesOfEveryTypeBothWays(int version) throws Exception {
    try (Database source = server(version).createDatabase();
        Database target = server(version).createDatabase()) {
      BothWays.prepare(source);
      BothWays.prepare(target);
      List<TypeSample> samples = TypeSamples.of(version);

      assertThat(new BothWays(source, target).difference(samples, extremes(samples))).isEmpty();
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {15, 18})
  void shouldCarryRandomRowsBothWays(int version) throws Exception {
    long seed = Long.getLong("crossfade.seed", 20260101L + version);
    try (Database source = server(version).createDatabase();
        Database target = server(version).createDatabase()) {
      BothWays.prepare(source);
      BothWays.prepare(target);
      List<TypeSample> samples = TypeSamples.of(version);
      List<List<String>> rows = random(samples, 60, new Random(seed));
      BothWays ways = new BothWays(source, target);

      Optional<String> found = outcome(ways, samples, rows);

      if (found.isPresent()) {
        // A stream that ends is noticed late, and this test has its time, too.
        long enough = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        List<List<String>> least =
            Shrink.rows(
                rows,
                tried -> System.nanoTime() < enough && outcome(ways, samples, tried).isPresent());
        fail(
            "seed %d: %s%nleast rows: %s",
            seed, outcome(ways, samples, least), named(samples, least));
      }
    }
  }

  /** An error is a finding, too: a value may end the stream. */
  private static Optional<String> outcome(
      BothWays ways, List<TypeSample> samples, List<List<String>> rows) {
    try {
      return ways.difference(samples, rows);
    } catch (Exception | AssertionError e) {
      return Optional.of(e.toString());
    }
  }

  private static List<List<String>> random(List<TypeSample> samples, int count, Random random) {
    List<List<String>> rows = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      List<String> row = new ArrayList<>();
      samples.forEach(s -> row.add(random.nextInt(10) == 0 ? null : s.any(random)));
      rows.add(row);
    }
    return rows;
  }

  private static List<String> named(List<TypeSample> samples, List<List<String>> rows) {
    List<String> named = new ArrayList<>();
    for (List<String> row : rows) {
      for (int i = 0; i < row.size(); i++) {
        if (row.get(i) != null) {
          named.add(samples.get(i).sql(row.get(i)));
        }
      }
    }
    return named;
  }

  /** Settings that change what is printed or how it is read; none is what we pin. */
  private static final Map<String, String> HOSTILE =
      Map.ofEntries(
          Map.entry("DateStyle", "SQL, DMY"),
          Map.entry("TimeZone", "Australia/Eucla"),
          Map.entry("IntervalStyle", "sql_standard"),
          Map.entry("extra_float_digits", "-15"),
          Map.entry("bytea_output", "escape"),
          Map.entry("xmloption", "document"),
          Map.entry("client_encoding", "LATIN1"),
          Map.entry("standard_conforming_strings", "off"),
          Map.entry("backslash_quote", "on"),
          Map.entry("array_nulls", "off"),
          Map.entry("quote_all_identifiers", "on"),
          Map.entry("search_path", "other"));

  /** Who makes the settings. */
  enum Level {
    SERVER,
    DATABASE,
    ROLE
  }

  @ParameterizedTest
  @EnumSource(Level.class)
  void shouldPrintTheSameWhateverServerDatabaseAndRoleSet(Level level) throws Exception {
    PostgresVersion version = level == Level.DATABASE ? PostgresVersion.V15 : PostgresVersion.V18;
    List<TypeSample> samples = TypeSamples.of(version.major());
    Map<String, Row> expected;
    try (Database source = server(version.major()).createDatabase();
        Database target = server(version.major()).createDatabase()) {
      BothWays.prepare(source);
      BothWays.prepare(target);
      BothWays calm = new BothWays(source, target);
      assertThat(calm.difference(samples, extremes(samples))).isEmpty();
      expected = calm.printed();
    }
    try (PostgresServer server =
        PostgresServer.start(PostgresOptions.of(version).fastAndUnsafe())) {
      Database source = server.createDatabase();
      Database target = server.createDatabase();
      BothWays.prepare(source);
      BothWays.prepare(target);
      Map<String, String> settings = new TreeMap<>(HOSTILE);
      otherLocale(server).ifPresent(locale -> settings.put("lc_monetary", locale));
      makeHostile(server, level, settings, source, target);
      assertThat(source.query("SELECT '1 mon'::interval::text")).containsExactly("0-1");

      BothWays ways = new BothWays(source, target);

      assertThat(ways.difference(samples, extremes(samples))).isEmpty();
      assertThat(ways.printed()).isEqualTo(expected);
    }
  }

  private static void makeHostile(
      PostgresServer server, Level level, Map<String, String> settings, Database... databases) {
    if (level == Level.SERVER) {
      server.set(settings);
      return;
    }
    for (Map.Entry<String, String> setting : settings.entrySet()) {
      String to = " SET " + setting.getKey() + " = '" + setting.getValue() + "'";
      if (setting.getKey().equals("DateStyle")) {
        to = " SET DateStyle = SQL, DMY";
      }
      for (Database database : databases) {
        server
            .database()
            .execute(
                level == Level.ROLE
                    ? "ALTER ROLE " + database.user() + to
                    : "ALTER DATABASE " + database.name() + to);
      }
    }
  }

  /** One that writes money otherwise, where this machine has one. */
  private static Optional<String> otherLocale(PostgresServer server) {
    return server
        .database()
        .query(
            "SELECT collcollate FROM pg_collation WHERE collprovider = 'c'"
                + " AND collcollate !~ '^(C|POSIX|C[.].*)$' ORDER BY 1 LIMIT 1")
        .stream()
        .findFirst();
  }

  @Test
  void shouldCarryAnEnumValueThatWasAddedWhileTheLogWasRead() throws Exception {
    try (Database database = SharedSandbox.postgres18().createDatabase();
        PostgresSource source = BothWays.sourceOf(database)) {
      database.execute(
          "CREATE TYPE mood AS ENUM ('old')", "CREATE TABLE t (id int PRIMARY KEY, m mood)");
      TableId t = new TableId("public", "t");
      Table shape = source.describe(t).orElseThrow();
      LogRecorder recorder = new LogRecorder();
      source.prepareLog(Set.of(t), Optional.empty());
      try (LogStream stream = source.stream(List.of(shape), recorder)) {
        database.execute("INSERT INTO t VALUES (1, 'old')");
        recorder.awaitMarker(source);
        database.execute("ALTER TYPE mood ADD VALUE 'new'", "INSERT INTO t VALUES (2, 'new')");
        recorder.awaitMarker(source);
      }

      assertThat(recorder.changes)
          .extracting(Change::row)
          .containsExactly(Row.of("1", "old"), Row.of("2", "new"));
    }
  }

  @Test
  void shouldCarryADatabaseInAnotherEncoding() throws Exception {
    PostgresServer server = SharedSandbox.postgres18();
    String name = "latin_" + UUID.randomUUID().toString().replace('-', '_');
    server
        .database()
        .execute(
            "CREATE DATABASE "
                + name
                + " ENCODING 'LATIN1' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0");
    String[] texts = {"", "é ß ÿ ¤", "\u00a0\u0085", "\u0001\t\\N"};
    List<TypeSample> samples =
        List.of(
            new TypeSample("größe", "text", 14, List.of(texts), r -> ""),
            new TypeSample("c1", "varchar(9)", 14, List.of(texts), r -> ""),
            new TypeSample("c2", "text[]", 14, List.of("{\"é\"}"), r -> ""),
            new TypeSample("c3", "jsonb", 14, List.of("{\"ß\": \"\\u00e9\"}"), r -> ""));
    try (Database source = server.database(name);
        Database target = server.createDatabase()) {
      assertThat(new BothWays(source, target).difference(samples, extremes(samples))).isEmpty();
    }
  }

  @Test
  void shouldCarryAStoredGeneratedColumnOfPostgres18() throws Exception {
    try (Database database = SharedSandbox.postgres18().createDatabase();
        PostgresSource source = BothWays.sourceOf(database)) {
      database.execute(
          "CREATE TABLE t (id int PRIMARY KEY, g int GENERATED ALWAYS AS (id * 2) STORED)");
      TableId t = new TableId("public", "t");
      Table shape = source.describe(t).orElseThrow();
      LogRecorder recorder = new LogRecorder();
      source.prepareLog(Set.of(t), Optional.empty());
      try (LogStream stream = source.stream(List.of(shape), recorder)) {
        database.execute("INSERT INTO t VALUES (21)");
        recorder.awaitMarker(source);
      }

      assertThat(source.check(List.of(t))).noneMatch(check -> check.level() == Check.Level.FAIL);
      assertThat(recorder.changes).extracting(Change::row).containsExactly(Row.of("21", "42"));
    }
  }

  /** Row n has the n-th extreme of each type; one more row has none. */
  static List<List<String>> extremes(List<TypeSample> samples) {
    int most = samples.stream().mapToInt(s -> s.extremes().size()).max().orElseThrow();
    List<List<String>> rows = new ArrayList<>();
    for (int r = 0; r <= most; r++) {
      List<String> row = new ArrayList<>();
      for (TypeSample sample : samples) {
        row.add(r < sample.extremes().size() ? sample.extremes().get(r) : null);
      }
      rows.add(row);
    }
    return rows;
  }
}
