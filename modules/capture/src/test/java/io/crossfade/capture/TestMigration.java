package io.crossfade.capture;

import static org.assertj.core.api.Assertions.assertThat;

import io.crossfade.capture.CaptureSettings.OnTruncate;
import io.crossfade.core.source.CapturedTable;
import io.crossfade.core.source.Extent;
import io.crossfade.core.source.SourceDatabase;
import io.crossfade.core.source.SourceDatabase.LogBeginning;
import io.crossfade.core.source.SourceException;
import io.crossfade.core.table.Row;
import io.crossfade.core.table.Table;
import io.crossfade.core.table.TableId;
import io.crossfade.postgres.source.PostgresAddress;
import io.crossfade.postgres.source.PostgresSource;
import io.crossfade.sandbox.Database;
import io.crossfade.sandbox.PostgresServer;
import io.crossfade.sandbox.SharedSandbox;
import io.crossfade.wire.Names;
import io.crossfade.wire.RowCodec;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.apache.kafka.common.TopicPartition;

/**
 * A migration's source side between a real PostgreSQL and a real Kafka, started and stopped at
 * will.
 */
final class TestMigration implements AutoCloseable {

  private static final int PARTITIONS = 3;

  final String migration = "t" + UUID.randomUUID().toString().substring(0, 8);
  final Names names = new Names(migration);
  final Database database;
  final PostgresSource source;
  private final Map<TableId, Set<String>> used = new HashMap<>();
  private final List<TableId> tables = new ArrayList<>();
  private OnTruncate onTruncate = OnTruncate.FAIL;
  private int mostRereads = 100_000;
  private Capture capture;
  private Orders orders;
  private Throttle throttle;
  private Duration patience = Duration.ofSeconds(60);
  private UnaryOperator<SourceDatabase> view = UnaryOperator.identity();

  TestMigration(PostgresServer server, String... ddl) {
    this(server, server.port(), ddl);
  }

  /** Through a proxy at this port. */
  TestMigration(PostgresServer server, int port, String... ddl) {
    this.database = server.createDatabase();
    database.execute(ddl);
    this.source =
        new PostgresSource(
            new PostgresAddress(
                "jdbc:postgresql://127.0.0.1:" + port + "/" + database.name(),
                database.user(),
                database.password()),
            migration);
  }

  /** For what has to be noticed first, which takes its time. */
  TestMigration patience(Duration newPatience) {
    patience = newPatience;
    return this;
  }

  static TableId id(String name) {
    return new TableId("public", name);
  }

  /** A table of which these columns are used; all where none are named. */
  TestMigration with(String table, String... columns) {
    tables.add(id(table));
    if (columns.length > 0) {
      used.put(id(table), Set.of(columns));
    }
    return this;
  }

  TestMigration truncates(OnTruncate what) {
    onTruncate = what;
    return this;
  }

  TestMigration rereads(int most) {
    mostRereads = most;
    return this;
  }

  /** What capture sees in place of the source. */
  TestMigration through(UnaryOperator<SourceDatabase> newView) {
    view = newView;
    return this;
  }

  TestMigration start() {
    return start(OptionalLong.empty());
  }

  TestMigration start(OptionalLong maxRowsPerSecond) {
    List<CapturedTable> captured =
        tables.stream()
            .map(table -> source.describe(table).orElseThrow())
            .map(
                table ->
                    used.containsKey(table.id())
                        ? new CapturedTable(table, used.get(table.id()))
                        : CapturedTable.whole(table))
            .toList();
    CaptureSettings settings =
        new CaptureSettings(
            kafka(), PARTITIONS, OptionalInt.of(1), 2, Map.of(), onTruncate, mostRereads, true);
    try {
      Capture.endFormer(source, kafka(), names);
      Topics.ensure(names, tables, settings);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
    throttle = new Throttle(maxRowsPerSecond);
    orders = new Orders(kafka(), names, maxRowsPerSecond, throttle);
    capture =
        new Capture(view.apply(source), names, captured, settings, throttle, Clock.systemUTC());
    orders.onResync(capture::beginAgain);
    capture.start();
    return this;
  }

  /** The server has begun anew: until the pool has found out that its sessions are gone. */
  void awaitSource() {
    while (true) {
      try {
        source.describe(tables.get(0));
        return;
      } catch (SourceException e) {
        LockSupport.parkNanos(Duration.ofMillis(20).toNanos());
      }
    }
  }

  void stop() {
    if (orders != null) {
      orders.close();
      orders = null;
    }
    if (capture != null) {
      capture.close();
      capture = null;
    }
  }

  static Map<String, String> kafka() {
    return Map.of("bootstrap.servers", SharedSandbox.kafka().bootstrapServers());
  }

  Throttle throttle() {
    return throttle;
  }

  CaptureStatus status() {
    return capture.status();
  }

  void resync(String... which) throws InterruptedException {
    List<TableId> ids =
        which.length == 0
            ? tables
            : List.of(which).stream().map(TestMigration::id).collect(Collectors.toList());
    orders.resync(ids, "a test", Instant.now());
  }

  /** Rows of a table whose first column is its key. */
  CompletableFuture<SentAgain> sendAgain(String table, List<String> keys) {
    int columns = source.describe(id(table)).orElseThrow().columns().size();
    return capture.sendAgain(
        id(table),
        keys.stream()
            .map(
                key -> {
                  String[] values = new String[columns];
                  values[0] = key;
                  return Row.of(values);
                })
            .toList());
  }

  void awaitCopied() throws InterruptedException {
    await(() -> capture.status().backfillDone());
  }

  /** Waits until it goes on, after it was blocked. */
  void awaitFollowing() throws InterruptedException {
    awaitAny(() -> capture.status().state() == CaptureStatus.State.FOLLOWING);
  }

  /** Waits until it has left BLOCKED, as it does for a moment when it is told to try again. */
  void awaitTriedAgain() {
    Instant until = Instant.now().plus(patience);
    while (capture.status().state() == CaptureStatus.State.BLOCKED) {
      assertThat(Instant.now()).as("in time; capture says %s", capture.status()).isBefore(until);
      Thread.onSpinWait();
    }
  }

  /** The status once it is blocked. */
  CaptureStatus awaitBlocked() throws InterruptedException {
    awaitAny(() -> capture.status().state() == CaptureStatus.State.BLOCKED);
    return capture.status();
  }

  void await(BooleanSupplier condition) throws InterruptedException {
    awaitAny(
        () -> {
          CaptureStatus status = capture.status();
          assertThat(status.state())
              .as(status.toString())
              .isNotEqualTo(CaptureStatus.State.BLOCKED);
          return condition.getAsBoolean();
        });
  }

  private void awaitAny(BooleanSupplier condition) throws InterruptedException {
    Instant until = Instant.now().plus(patience);
    while (!condition.getAsBoolean()) {
      assertThat(Instant.now()).as("in time; capture says %s", capture.status()).isBefore(until);
      TimeUnit.MILLISECONDS.sleep(20);
    }
  }

  /** All that a raw topic holds, when it has all that was committed until now. */
  RawHistory history(String table) throws Exception {
    Map<TopicPartition, Long> barrier = barrier();
    return RawHistory.read(
        SharedSandbox.kafka().bootstrapServers(), codec(table), names.rawTopic(id(table)), barrier);
  }

  /** Where the raw topics have all that was committed until now. */
  Map<TopicPartition, Long> barrier() throws Exception {
    while (true) {
      try {
        return capture.barrier().get(patience.toSeconds(), TimeUnit.SECONDS);
      } catch (java.util.concurrent.ExecutionException e) {
        assertThat(capture.status().state()).isNotEqualTo(CaptureStatus.State.BLOCKED);
        TimeUnit.MILLISECONDS.sleep(50);
      }
    }
  }

  RowCodec codec(String table) {
    return new RowCodec(source.describe(id(table)).orElseThrow(), Set.of());
  }

  /** The rows that the table holds. */
  Map<String, Row> rows(String name) {
    Table table = source.describe(id(name)).orElseThrow();
    RowCodec codec = new RowCodec(table);
    Map<String, Row> rows = new HashMap<>();
    for (Extent extent : source.extents(id(name))) {
      source.readChunk(
          table,
          extent,
          0,
          Math.max(1, extent.size()),
          new LogBeginning("", ""),
          (row, since) -> {
            rows.put(new String(codec.key(row), StandardCharsets.UTF_8), row);
            return true;
          });
    }
    return rows;
  }

  @Override
  public void close() {
    stop();
    source.close();
    database.close();
  }
}
