package io.crossfade.cli.job;

import io.crossfade.capture.Capture;
import io.crossfade.capture.SentAgain;
import io.crossfade.core.source.SourceException;
import io.crossfade.core.table.Row;
import io.crossfade.core.table.TableId;
import io.crossfade.core.target.BadRow;
import io.crossfade.core.target.TargetDatabase;
import io.crossfade.core.verify.ReadFailedException;
import io.crossfade.spec.TableSpec.Existing;
import io.crossfade.transform.Apply;
import io.crossfade.transform.Mappings;
import io.crossfade.verify.RowSender;
import io.crossfade.wire.Names;
import io.crossfade.wire.OrphanDelete;
import io.crossfade.wire.RowCodec;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** This job, as a repair sends rows through it. */
final class JobSending implements RowSender {

  /** One read, one marker, one commit. */
  private static final Duration ANSWERED_WITHIN = Duration.ofSeconds(30);

  /** Capture that was interrupted begins again within seconds. */
  private static final Duration PATIENCE = Duration.ofSeconds(90);

  private static final Duration PAUSE = Duration.ofMillis(250);

  private final Migration migration;
  private final Names names;
  private final Capture capture;
  private final Apply apply;
  private final Runnable requireNotBlocked;

  /**
   * @param requireNotBlocked throws {@link ReadFailedException} where the job is blocked
   */
  JobSending(
      Migration migration, Names names, Capture capture, Apply apply, Runnable requireNotBlocked) {
    this.migration = migration;
    this.names = names;
    this.capture = capture;
    this.apply = apply;
    this.requireNotBlocked = requireNotBlocked;
  }

  @Override
  public Optional<String> keepsExtras(TableId into) {
    TableId old = sourceOf(into);
    // A delete of the old key goes to each table that is filled from it.
    return migration.tables().stream()
        .filter(table -> table.plan().sources().stream().anyMatch(t -> t.id().equals(old)))
        .filter(table -> table.from().existing() == Existing.KEEP)
        .map(table -> "the spec says `existing: keep` for " + table.target().id())
        .findFirst();
  }

  private TableId sourceOf(TableId into) {
    return table(into).plan().source().id();
  }

  private Migration.MappedTable table(TableId into) {
    return migration.tables().stream()
        .filter(table -> table.target().id().equals(into))
        .findFirst()
        .orElseThrow();
  }

  @Override
  public Sent send(TableId into, List<Row> keys) throws InterruptedException {
    TableId old = sourceOf(into);
    RowCodec codec = new RowCodec(table(into).plan().source());
    Set<String> refused = refused(old);
    List<Row> wanted =
        keys.stream()
            .filter(key -> !refused.contains(new String(codec.key(key), StandardCharsets.UTF_8)))
            .toList();
    return new Sent(0, 0, 0, keys.size() - wanted.size(), 0).plus(sendOld(old, wanted));
  }

  @Override
  public Sent deleteOrphans(TableId into, List<Row> keys) throws InterruptedException {
    Migration.MappedTable table = table(into);
    String mapping = Mappings.of(table.plan(), table.target(), false).mapper().fingerprint();
    TableId old = sourceOf(into);
    Set<String> refused = refused(old);
    List<OrphanDelete> deletes =
        keys.stream()
            .map(key -> new OrphanDelete(into, mapping, values(key)))
            .filter(
                delete -> !refused.contains(new String(delete.encode(), StandardCharsets.UTF_8)))
            .toList();
    long sent = deletes.isEmpty() ? 0 : ask(() -> capture.deleteOrphans(old, deletes)).orElse(0);
    return new Sent(0, sent, 0, keys.size() - deletes.size(), 0);
  }

  private static List<String> values(Row key) {
    return IntStream.range(0, key.size()).mapToObj(key::get).toList();
  }

  /**
   * Keys of old rows that a new table has refused. To send such a row again is to ask for it to be
   * refused again, and under {@code on-bad-row: stop} the line would stop for one that somebody has
   * skipped.
   */
  private Set<String> refused(TableId old) {
    List<BadRow> rows = apply.badRows();
    if (rows.size() >= TargetDatabase.MOST_LISTED) {
      throw new ReadFailedException(
          "the target has refused "
              + rows.size()
              + " rows or more: decide about them first, see `crossfade rows list`",
          false,
          null);
    }
    String topic = names.rawTopic(old);
    return rows.stream()
        .filter(row -> row.origin().partition().topic().equals(topic))
        .map(row -> row.origin().key())
        .collect(Collectors.toSet());
  }

  private Sent sendOld(TableId old, List<Row> keys) throws InterruptedException {
    if (keys.isEmpty()) {
      return Sent.NONE;
    }
    Optional<SentAgain> answer = ask(() -> capture.sendAgain(old, new ArrayList<>(keys)));
    if (answer.isPresent() && answer.get().left().size() < keys.size()) {
      SentAgain done = answer.get();
      return new Sent(done.rows(), done.deletes(), done.gaveWay(), 0, 0)
          .plus(sendOld(old, done.left()));
    }
    // Some of these keys is no value of the old type, or is another one there: which?
    return keys.size() == 1
        ? new Sent(0, 0, 0, 0, 1)
        : sendOld(old, keys.subList(0, keys.size() / 2))
            .plus(sendOld(old, keys.subList(keys.size() / 2, keys.size())));
  }

  /** Empty where the source cannot look for one of the keys. */
  private <T> Optional<T> ask(Supplier<CompletableFuture<T>> question) throws InterruptedException {
    long end = System.nanoTime() + PATIENCE.toNanos();
    while (true) {
      requireNotBlocked.run();
      Throwable failure;
      try {
        return Optional.of(question.get().get(ANSWERED_WITHIN.toSeconds(), TimeUnit.SECONDS));
      } catch (ExecutionException e) {
        failure = e.getCause();
      } catch (java.util.concurrent.TimeoutException e) {
        failure = new SourceException("the source's log does not come", e);
      }
      if (isOfAValue(failure)) {
        return Optional.empty();
      }
      if (!(failure instanceof SourceException) || System.nanoTime() >= end) {
        throw new ReadFailedException(failure.getMessage(), false, failure);
      }
      TimeUnit.MILLISECONDS.sleep(PAUSE.toMillis());
    }
  }

  /** SQLSTATE class 22, or what a domain refuses: no value of the key's type. */
  private static boolean isOfAValue(Throwable failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof SQLException e && e.getSQLState() != null) {
        return e.getSQLState().startsWith("22") || e.getSQLState().equals("23514");
      }
    }
    return false;
  }
}
