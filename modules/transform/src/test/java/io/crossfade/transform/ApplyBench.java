package io.crossfade.transform;

import io.crossfade.core.table.Column;
import io.crossfade.core.table.ColumnType;
import io.crossfade.core.table.Row;
import io.crossfade.core.table.Table;
import io.crossfade.core.table.TableId;
import io.crossfade.core.table.TypeFamily;
import io.crossfade.core.target.OnBadRow;
import io.crossfade.postgres.target.PostgresTarget;
import io.crossfade.sandbox.Database;
import io.crossfade.sandbox.SharedSandbox;
import io.crossfade.sql.SqlCompiler;
import io.crossfade.sql.problem.SqlException;
import io.crossfade.wire.Names;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Collectors;

/** A raw topic, a new table and what is between them; a test has one of its own. */
final class ApplyBench implements AutoCloseable {

  static final Table OLD =
      new Table(
          new TableId("public", "old"),
          List.of(
              Column.required("id", ColumnType.of(TypeFamily.INT8, "bigint")),
              Column.nullable("name", ColumnType.of(TypeFamily.TEXT, "text")),
              Column.nullable("amount", ColumnType.of(TypeFamily.INT4, "integer"))),
          List.of("id"));

  /** Rows meet the rows that they refer to, and are added up by their names. */
  static final String TOTALS =
      "SELECT a.name, COUNT(*) AS n, SUM(b.amount) AS amount, JSON_AGG(b.name ORDER BY a.id) AS"
          + " all_of FROM public.old a JOIN public.old b ON b.id = a.amount GROUP BY a.name";

  static final TableId NEW = new TableId("public", "new");

  final String migration = "t" + UUID.randomUUID().toString().substring(0, 8);
  final Names names = new Names(migration);
  final RawTopics raw;
  private final Database database;
  private final List<AutoCloseable> running = new ArrayList<>();

  ApplyBench() {
    this(SharedSandbox.postgres18().createDatabase(), 2);
  }

  ApplyBench(Database database, int partitions) {
    this.database = database;
    this.raw = new RawTopics(bootstrapServers(), names, partitions);
    raw.create(OLD);
    raw.createDeadTopic();
    database.execute(
        "CREATE TABLE public.new (id bigint PRIMARY KEY, name varchar(20), amount integer)",
        // A trigger counts what is written: a row written twice shows.
        "CREATE TABLE public.writes (n bigint GENERATED ALWAYS AS IDENTITY, op text, id bigint)",
        """
        CREATE FUNCTION public.count_writes() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
          INSERT INTO writes (op, id) VALUES (TG_OP, coalesce(NEW.id, OLD.id));
          RETURN NULL;
        END $$
        """,
        """
        CREATE TRIGGER count_writes AFTER INSERT OR UPDATE OR DELETE ON public.new
        FOR EACH ROW EXECUTE FUNCTION public.count_writes()
        """);
    database.enableTriggersAlways();
  }

  static String bootstrapServers() {
    return SharedSandbox.kafka().bootstrapServers();
  }

  Database database() {
    return database;
  }

  PostgresTarget target() {
    return PostgresTarget.of(database.jdbcUrl(), database.user(), database.password());
  }

  /** Rows whose amount is not negative, name in upper case. */
  static Mapping mapping(Table target, boolean targetWasEmpty) {
    return new Mapping(
        new TestMapper(
            OLD,
            List.of("id", "name", "amount"),
            row ->
                row.get(2) != null && row.get(2).startsWith("-")
                    ? Optional.empty()
                    : Optional.of(Row.of(row.get(0), upper(row.get(1)), row.get(2)))),
        target,
        targetWasEmpty);
  }

  /** The name is the key; one row for each word of it. */
  static Mapping byName(Table target) {
    return new Mapping(
        new RowsMapper() {
          @Override
          public Table source() {
            return OLD;
          }

          @Override
          public List<String> columns() {
            return List.of("name", "id", "amount");
          }

          @Override
          public List<Row> rows(Row row) {
            return java.util.Arrays.stream(row.get(1).split(" "))
                .map(word -> Row.of(word, row.get(0), row.get(2)))
                .toList();
          }
        },
        target,
        true);
  }

  /** By {@link #TOTALS}. */
  static Mapping totals(Table target) {
    try {
      SqlCompiler compiler = new SqlCompiler(id -> Optional.of(OLD).filter(t -> t.id().equals(id)));
      return Mappings.of(compiler.compile(TOTALS).into(target), target, true);
    } catch (SqlException e) {
      throw new IllegalStateException(e);
    }
  }

  Mapping mapping(boolean targetWasEmpty) {
    return mapping(target().describe(NEW).orElseThrow(), targetWasEmpty);
  }

  private static String upper(String text) {
    return text == null ? null : text.toUpperCase(java.util.Locale.ROOT);
  }

  Apply.Settings settings(Mapping... mappings) {
    try {
      Path directory = Files.createTempDirectory("crossfade-apply-test-");
      directory.toFile().deleteOnExit();
      return new Apply.Settings(
          Map.of("bootstrap.servers", bootstrapServers()),
          names,
          List.of(mappings),
          target(),
          directory,
          2);
    } catch (java.io.IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  /** With bad rows parked. */
  Apply.Settings parking(Mapping... mappings) {
    Apply.Settings s = settings(mappings);
    return new Apply.Settings(
        s.kafka(),
        s.names(),
        s.mappings(),
        s.target(),
        s.stateDirectory(),
        s.threads(),
        OnBadRow.PARK,
        s.begin(),
        -1);
  }

  Apply start() {
    return start(CommitHook.NONE);
  }

  Apply start(CommitHook hook) {
    return start(settings(mapping(true)), hook);
  }

  Apply start(Apply.Settings settings, CommitHook hook) {
    Apply apply = Apply.start(settings, hook);
    running.add(apply);
    return apply;
  }

  /** Waits until the target has all that was written so far. */
  void awaitAll(Apply apply) {
    Passage passage = apply.passage(raw.barrier());
    Eventually.until(
        "the barrier is passed",
        Duration.ofSeconds(90),
        passage::isOver,
        () -> apply.state() + " " + apply.lag());
  }

  /** The new table as text, by key. */
  String rows() {
    return String.join(
        "; ",
        database.query(
            "SELECT id || ' ' || coalesce(name, '-') || ' ' || coalesce(amount::text, '-')"
                + " FROM public.new ORDER BY id"));
  }

  long count(String sql) {
    return Long.parseLong(database.query(sql).stream().collect(Collectors.joining()));
  }

  @Override
  public void close() throws Exception {
    for (AutoCloseable one : running) {
      one.close();
    }
    raw.close();
    database.close();
  }
}
