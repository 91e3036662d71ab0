package io.crossfade.cli.job;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.crossfade.core.table.Column;
import io.crossfade.core.table.ColumnType;
import io.crossfade.core.table.Row;
import io.crossfade.core.table.Table;
import io.crossfade.core.table.TableId;
import io.crossfade.core.table.TypeFamily;
import io.crossfade.core.target.InputPartition;
import io.crossfade.core.target.Progress;
import io.crossfade.core.target.TargetDatabase;
import io.crossfade.core.target.TargetRefusedException;
import io.crossfade.core.target.TargetUnavailableException;
import io.crossfade.core.verify.ComparedDatabase;
import io.crossfade.core.verify.ReadFailedException;
import io.crossfade.core.verify.Relation;
import io.crossfade.core.verify.RelationColumn;
import io.crossfade.core.verify.RelationReader;
import io.crossfade.core.verify.StoredRow;
import io.crossfade.server.Document;
import io.crossfade.server.Status;
import io.crossfade.spec.TableSpec.MapperName;
import io.crossfade.sql.EvaluationException;
import io.crossfade.sql.Joining;
import io.crossfade.sql.group.Grouping;
import io.crossfade.transform.Mappings;
import io.crossfade.transform.RowsMapper;
import io.crossfade.verify.ComparedMapping;
import io.crossfade.verify.OldRows;
import io.crossfade.verify.explain.Biographies;
import io.crossfade.verify.explain.Biography;
import io.crossfade.verify.explain.Evidence;
import io.crossfade.verify.explain.Evidence.Held;
import io.crossfade.verify.explain.Given;
import io.crossfade.verify.explain.KeyNotation;
import io.crossfade.verify.explain.Verdict;
import io.crossfade.wire.Names;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.apache.kafka.common.KafkaException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells the biography of one row, on any instance: all that it asks is in the databases and in
 * Kafka. One at a time, since each occupies a thread of the HTTP server while it reads a partition.
 */
final class Explainer implements Document {

  /** Records of the row that are kept where nothing is said, and at the most. */
  private static final int KEPT = 20;

  private static final int MOST_KEPT = 1_000;

  /** Looks before a row that is written all the time is given up. */
  private static final int LOOKS = 10;

  private static final Logger LOG = LoggerFactory.getLogger(Explainer.class);
  private static final Duration LINE = Duration.ofSeconds(1);
  private static final Duration PAUSE = Duration.ofMillis(100);
  private static final JsonMapper JSON = new JsonMapper();

  private final Migration migration;
  private final Names names;
  private final Map<String, String> kafka;
  private final TargetDatabase target;
  private final ComparedMigration compared;
  private final Verifier verifier;
  private final Supplier<Status> status;
  private final Function<TableId, Optional<Status.Verified>> verified;
  private final Semaphore turn = new Semaphore(1);

  Explainer(
      Migration migration,
      Names names,
      Map<String, String> kafka,
      TargetDatabase target,
      ComparedMigration compared,
      Verifier verifier,
      Supplier<Status> status,
      Function<TableId, Optional<Status.Verified>> verified) {
    this.migration = migration;
    this.names = names;
    this.kafka = Map.copyOf(kafka);
    this.target = target;
    this.compared = compared;
    this.verifier = verifier;
    this.status = status;
    this.verified = verified;
  }

  @Override
  public String type() {
    return "application/x-ndjson; charset=utf-8";
  }

  @Override
  public boolean exists() {
    return true;
  }

  @Override
  public void write(OutputStream out) throws IOException {
    write(Map.of(), out);
  }

  /**
   * Lines of {@link Biographies}.
   *
   * @param parameters {@code table}; {@code key}, an array of words; {@code records}, how many of
   *     the row's records are shown
   */
  @Override
  public void write(Map<String, String> parameters, OutputStream out) throws IOException {
    Migration.MappedTable table = compared.table(parameters.getOrDefault("table", ""));
    List<String> words = words(parameters.getOrDefault("key", "[]"));
    List<String> written = KeyNotation.parse(table.target().primaryKey(), words);
    int most = records(parameters.get("records"));
    if (!turn.tryAcquire()) {
      throw new IllegalStateException("another row is being explained; ask again in a moment");
    }
    try {
      ComparedDatabase actual = compared.target();
      Row key = canonical(actual, table.target(), table.target().primaryKey(), written);
      Telling telling = new Telling(table, key, most, out);
      out.write(telling.end().getBytes(StandardCharsets.UTF_8));
    } finally {
      turn.release();
    }
  }

  private static List<String> words(String json) {
    try {
      return List.of(JSON.readValue(json, String[].class));
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("key is an array of texts: " + e.getOriginalMessage(), e);
    }
  }

  private static int records(String text) {
    if (text == null) {
      return KEPT;
    }
    if (!text.matches("[0-9]{1,4}")
        || Integer.parseInt(text) < 1
        || Integer.parseInt(text) > MOST_KEPT) {
      throw new IllegalArgumentException(
          "records is " + text + "; a number from 1 to " + MOST_KEPT);
    }
    return Integer.parseInt(text);
  }

  /** Values as the database prints them: people write 007 and 2026-1-1. */
  private static Row canonical(
      ComparedDatabase database, Table table, List<String> columns, List<String> written) {
    String[] values = new String[written.size()];
    for (int i = 0; i < values.length; i++) {
      ColumnType type = table.column(columns.get(i)).type();
      String text = written.get(i);
      boolean asItIs = type.family().isText() || type.family() == TypeFamily.OPAQUE;
      try {
        values[i] =
            asItIs
                ? text
                : database
                    .query(
                        "SELECT CAST('" + text.replace("'", "''") + "' AS " + type.name() + ")", 1)
                    .get(0)
                    .get(0);
      } catch (ReadFailedException e) {
        if (e.mayPass()) {
          throw e;
        }
        throw new IllegalArgumentException(
            columns.get(i) + " of " + table.id() + " is " + type.name() + ": " + e.getMessage(), e);
      }
    }
    return Row.of(values);
  }

  /** Of the rows that a SELECT gives for an old row, that of one key. */
  private record OfOneKey(RowsMapper all, List<String> key, Predicate<Row> is)
      implements RowsMapper {

    @Override
    public Table source() {
      return all.source();
    }

    @Override
    public List<Table> sources() {
      return all.sources();
    }

    @Override
    public Optional<Joining> joining() {
      return all.joining();
    }

    @Override
    public Optional<Grouping> grouping() {
      return all.grouping();
    }

    @Override
    public Set<String> uses(Table table) {
      return all.uses(table);
    }

    @Override
    public List<String> columns() {
      return all.columns();
    }

    @Override
    public List<Row> rows(Row row) throws EvaluationException {
      int[] places = key.stream().mapToInt(columns()::indexOf).toArray();
      return all.rows(row).stream()
          .filter(
              one ->
                  is.test(Row.of(Arrays.stream(places).mapToObj(one::get).toArray(String[]::new))))
          .toList();
    }
  }

  /** What is told of one row. */
  private final class Telling {

    private final Migration.MappedTable table;
    private final Row key;
    private final int most;
    private final OutputStream out;
    private final RowsMapper mapper;
    private final ComparedMapping mapping;
    private final ComparedDatabase source = compared.primary();
    private final ComparedDatabase actual = compared.target();
    private long told = System.nanoTime();

    Telling(Migration.MappedTable table, Row key, int most, OutputStream out) {
      this.table = table;
      this.key = key;
      this.most = most;
      this.out = out;
      this.mapping = compared.mapping(table);
      this.mapper =
          new OfOneKey(
              Mappings.of(table.plan(), table.target(), false).mapper(),
              table.target().primaryKey(),
              row -> mapping.named(row).equals(mapping.named(key)));
    }

    /** The last line; whoever reads must not wait for one that never comes. */
    String end() throws IOException {
      try {
        return Biographies.line(biography());
      } catch (UncheckedIOException e) {
        throw e.getCause();
      } catch (ReadFailedException
          | KafkaException
          | TargetUnavailableException
          | TargetRefusedException e) {
        return Biographies.error(e.getMessage());
      } catch (RuntimeException e) {
        LOG.error("{} {} could not be explained", table.target().id(), key, e);
        return Biographies.error("an error in Crossfade itself: " + e);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return Biographies.error("the job is ending");
      }
    }

    private Biography biography() throws InterruptedException {
      OldRows.Behind behind = compared.oldRows(table).of(List.of(mapping.named(key))).get(0);
      if (!(behind instanceof OldRows.Found old)) {
        return untraceable();
      }
      try (KeyHistory history = new KeyHistory(kafka, names, mapper, old.key(), most)) {
        history.read(this::progress);
        for (int look = 1; ; look++) {
          long applied = applied(history);
          Optional<Row> there = row(actual, mapping.actual(), key);
          long before = history.found();
          history.read(this::progress);
          boolean still = history.found() == before;
          if (still || look == LOOKS) {
            return traced(old.key(), history, applied, there, still);
          }
          TimeUnit.MILLISECONDS.sleep(PAUSE.toMillis());
        }
      }
    }

    private void progress(long read, long of) {
      if (System.nanoTime() - told < LINE.toNanos()) {
        return;
      }
      told = System.nanoTime();
      try {
        out.write(Biographies.progress(read, of).getBytes(StandardCharsets.UTF_8));
        out.flush();
      } catch (IOException e) {
        // Nobody listens any more: nothing more is read.
        throw new UncheckedIOException(e);
      }
    }

    private long applied(KeyHistory history) {
      InputPartition partition =
          new InputPartition(history.partition().topic(), history.partition().partition());
      return Optional.ofNullable(target.progress(names.applyGroup()).get(partition))
          .map(Progress::cur)
          .orElse(0L);
    }

    private static Optional<Row> row(ComparedDatabase database, Relation relation, Row key) {
      List<StoredRow> found = new ArrayList<>();
      try (RelationReader reader = database.open(relation)) {
        reader.rows(List.of(key), found::add);
      }
      return found.stream().findFirst().map(StoredRow::values);
    }

    private Biography traced(
        Row keyRow, KeyHistory history, long applied, Optional<Row> there, boolean still) {
      Table old = mapper.source();
      String[] oldKey = new String[old.primaryKey().size()];
      int[] places = old.keyIndexes();
      for (int i = 0; i < oldKey.length; i++) {
        oldKey[i] = keyRow.get(places[i]);
      }
      List<Held> held = held(Optional.of(new String(history.key(), StandardCharsets.UTF_8)));
      // Last: a difference that this is newer than all else cannot be a fault of the target.
      Optional<Row> now = row(source, stored(old), Row.of(oldKey));
      // Of several rows nobody else can tell what becomes of them.
      boolean independent = isLookedUp() || mapper.mixes();
      Given expected = expected(now, independent);
      List<Evidence.Seen> seen =
          history.last().stream()
              .map(
                  entry ->
                      new Evidence.Seen(
                          entry.offset(), entry.provenance().committed().toString(), entry.gives()))
              .toList();
      return biography(
          Optional.of(Biography.named(old.primaryKey(), Row.of(oldKey))),
          now,
          evidence(expected, there, seen, applied, held, still),
          independent,
          records(history, applied));
    }

    private Biography untraceable() {
      Optional<Row> there = row(actual, mapping.actual(), key);
      String why =
          "no key of "
              + mapper.source().id()
              + " becomes this one by "
              + table.from().mapper().map(MapperName::className).orElse("the SELECT")
              + ", as far as can be told";
      Evidence evidence =
          evidence(Given.unknown(why), there, List.of(), 0, held(Optional.empty()), true);
      return biography(
          Optional.empty(),
          Optional.empty(),
          evidence,
          false,
          new Biography.Records(names.rawTopic(mapper.source().id()), -1, 0, 0, 0, 0, List.of()));
    }

    private Relation stored(Table old) {
      return new Relation(
          new Relation.Stored(old.id()),
          old.columns().stream().map(c -> RelationColumn.plain(c.name(), c.type())).toList(),
          old.primaryKey().stream()
              .map(name -> RelationColumn.plain(name, old.column(name).type()))
              .toList(),
          0);
    }

    /** Whether the source finds the SELECT's row by an index; else it would read the table. */
    private boolean isLookedUp() {
      return mapping.mapper().isEmpty()
          && mapping.expected().origin() instanceof Relation.Select select
          && select.versions().isPresent()
          && mapping.expected().key().stream().allMatch(RelationColumn::isLookedUpAsItIs);
    }

    private Given expected(Optional<Row> now, boolean independent) {
      if (!independent) {
        return now.map(old -> KeyHistory.given(mapper, old)).orElse(Given.NOTHING);
      }
      try {
        Optional<Row> row = row(source, mapping.expected(), key);
        return row.isPresent() || now.isPresent() ? Given.of(row) : Given.NOTHING;
      } catch (ReadFailedException e) {
        if (e.mayPass()) {
          throw e;
        }
        return Given.error(e.getMessage());
      }
    }

    private List<Held> held(Optional<String> recordKey) {
      TargetDatabase.HeldRow row = target.held(names.applyGroup(), table.target(), key, recordKey);
      List<Held> held = new ArrayList<>();
      row.waiting()
          .forEach(
              waiting ->
                  held.add(
                      new Held(
                          Held.WAITING,
                          waiting.error(),
                          waiting.since().toString(),
                          -1,
                          waiting.holder().isEmpty() ? "" : "held by " + waiting.holder())));
      row.refused()
          .forEach(
              bad ->
                  held.add(
                      new Held(
                          bad.state().name().toLowerCase(Locale.ROOT),
                          bad.error() + " (SQLSTATE " + bad.code() + ")",
                          bad.since().toString(),
                          bad.origin().offset(),
                          bad.reason())));
      return held;
    }

    private Evidence evidence(
        Given expected,
        Optional<Row> there,
        List<Evidence.Seen> seen,
        long applied,
        List<Held> held,
        boolean still) {
      Status now = status.get();
      boolean copying =
          now.tables().stream()
              .anyMatch(
                  one ->
                      one.into().equals(table.target().id().toString())
                          && one.phase().equals("copying"));
      return new Evidence(
          expected,
          there,
          seen,
          applied,
          held,
          !copying,
          still,
          now.lag().captureSeconds().isPresent()
              ? Optional.of(now.lag().captureSeconds().getAsDouble() + " s")
              : Optional.empty(),
          now.blockedBy().map(Status.Block::reason));
    }

    private Biography.Records records(KeyHistory history, long applied) {
      List<String> old = mapper.source().columns().stream().map(Column::name).toList();
      return new Biography.Records(
          history.partition().topic(),
          history.partition().partition(),
          applied,
          history.end(),
          history.recordsRead(),
          history.found(),
          history.last().stream()
              .map(
                  entry ->
                      new Biography.RawRecord(
                          entry.offset(),
                          entry.provenance().operation().name().toLowerCase(Locale.ROOT),
                          entry.provenance().sequence(),
                          entry.provenance().position(),
                          entry.provenance().transaction(),
                          entry.provenance().committed().toString(),
                          entry.offset() < applied,
                          entry.row().map(row -> Biography.named(old, row)),
                          Biography.Outcome.of(entry.gives(), mapper.columns())))
              .toList());
    }

    private Biography biography(
        Optional<Map<String, String>> sourceKey,
        Optional<Row> now,
        Evidence evidence,
        boolean independent,
        Biography.Records records) {
      Table old = mapper.source();
      List<String> columns = mapper.columns();
      Map<String, String> named = Biography.named(table.target().primaryKey(), key);
      Optional<Row> expected = evidence.expected().row();
      return new Biography(
          table.target().id().toString(),
          named,
          old.id().toString(),
          sourceKey,
          now.map(row -> Biography.named(old.columns().stream().map(Column::name).toList(), row)),
          Biography.Outcome.of(evidence.expected(), columns),
          independent,
          evidence.target().map(row -> Biography.named(columns, row)),
          expected.isPresent() && evidence.target().isPresent()
              ? mapping.differing(expected.get(), evidence.target().get())
              : List.of(),
          records,
          evidence.held(),
          verified
              .apply(table.target().id())
              .map(
                  last ->
                      new Biography.Compared(
                          last.result(),
                          last.secondsAgo(),
                          verifier.difference(table.target().id(), mapping.named(key)))),
          Verdict.of(evidence, (left, right) -> mapping.differing(left, right).isEmpty()));
    }
  }
}
