package io.crossfade.verify;

import io.crossfade.core.table.Row;
import io.crossfade.core.verify.ReadFailedException;
import io.crossfade.verify.Difference.Kind;
import io.crossfade.verify.RowSender.Sent;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The repair of one table: what differs is sent again, then just those rows are compared again.
 * {@link #result} may be asked at any time.
 */
final class TableRepair {

  /** As a comparison gives a batch that begins as hot. */
  private static final int LOOKS = 3;

  private final ComparedMapping mapping;
  private final OldRows oldRows;
  private final RowSender sender;
  private final Verification.Settings settings;
  private final DifferenceLog log;
  private final Pace pace;
  private final RowComparison comparison;

  /** Why the comparison before it did not get to its end; empty where it did. */
  private final Optional<String> incomplete;

  private Optional<String> failure = Optional.empty();
  private Sent sent = Sent.NONE;
  private long differing;
  private long kept;
  private long stillDiffering;
  private long hot;
  private boolean ended;

  TableRepair(
      ComparedMapping mapping,
      OldRows oldRows,
      RowSender sender,
      Verification.Settings settings,
      DifferenceLog log,
      Pace pace,
      Optional<String> incomplete) {
    this.mapping = mapping;
    this.oldRows = oldRows;
    this.sender = sender;
    this.settings = settings;
    this.log = log;
    this.pace = pace;
    this.comparison = new RowComparison(mapping.actual());
    this.incomplete = incomplete;
  }

  /** Sends a batch of rows that differ. After a failure nothing more is. */
  void send(List<FoundDifference> batch) throws InterruptedException {
    count(batch);
    if (failed()) {
      return;
    }
    List<Row> keys = new ArrayList<>();
    List<Row> orphans = new ArrayList<>();
    List<OldRows.Behind> all;
    try {
      all = oldRows.of(batch.stream().map(FoundDifference::key).toList());
    } catch (ReadFailedException e) {
      fail("not all was sent: " + e.getMessage());
      return;
    }
    for (int i = 0; i < batch.size(); i++) {
      FoundDifference row = batch.get(i);
      OldRows.Behind behind = all.get(i);
      if (row.kind() == Kind.EXTRA && sender.keepsExtras(mapping.into()).isPresent()) {
        keptOne();
      } else if (behind instanceof OldRows.Found found) {
        keys.add(found.key());
      } else if (behind instanceof OldRows.None none && row.kind() == Kind.EXTRA) {
        // Only where the source has not given the row: two witnesses, of which neither is the
        // other.
        orphans.add(none.newKey());
      } else {
        add(new Sent(0, 0, 0, 0, 1));
      }
    }
    try {
      settings.job().require(settings.turn());
      if (!orphans.isEmpty()) {
        pace.await();
        add(sender.deleteOrphans(mapping.into(), orphans));
      }
      if (!keys.isEmpty()) {
        pace.await();
        add(sender.send(mapping.into(), keys));
      }
      pace.read(keys.size());
    } catch (ReadFailedException e) {
      fail("not all was sent: " + e.getMessage());
    }
  }

  private synchronized void count(List<FoundDifference> batch) {
    differing += batch.size();
  }

  private synchronized boolean failed() {
    return failure.isPresent();
  }

  private synchronized void keptOne() {
    kept++;
  }

  private synchronized void add(Sent more) {
    sent = sent.plus(more);
  }

  synchronized void fail(String why) {
    failure = failure.or(() -> Optional.of(why));
  }

  /** Compares a batch of rows again. */
  void compare(Collection<Row> keys) throws InterruptedException {
    try (Sides sides =
        new Sides(
            settings.source(),
            settings.target(),
            mapping,
            comparison,
            settings.patience().attempts())) {
      new SecondLooks(settings.job(), settings.turn(), comparison, settings.patience())
          .look(sides, keys, LOOKS, settings.patience().hot())
          .forEach(this::report);
    } catch (ReadFailedException e) {
      fail("not all was compared again: " + e.getMessage());
    }
  }

  private void report(Row key, SecondLook suspect) {
    boolean real = suspect.state() == SecondLook.State.REAL;
    Kind kind =
        real
            ? comparison.kind(suspect.expected(), suspect.follower(), suspect.wasExpectedBefore())
            : Kind.HOT;
    boolean both = real && suspect.expected().isPresent() && suspect.follower().isPresent();
    log.add(
        new Difference(
            mapping.into().toString(),
            comparison.named(key),
            kind,
            both
                ? comparison.differing(suspect.expected().get(), suspect.follower().get())
                : List.of()));
    synchronized (this) {
      stillDiffering += real ? 1 : 0;
      hot += real ? 0 : 1;
    }
  }

  /** The key as the comparison looks it up by. */
  Row key(Map<String, String> named) {
    return Row.of(
        mapping.actual().key().stream()
            .map(column -> named.get(column.name()))
            .toArray(String[]::new));
  }

  synchronized void end() {
    ended = true;
  }

  /** Where nothing was sent for it or nothing more will come. */
  synchronized RepairedTable result() {
    List<String> why = new ArrayList<>();
    incomplete.ifPresent(why::add);
    failure.ifPresent(why::add);
    if (sent.refused() > 0) {
      why.add(
          sent.refused()
              + " rows were refused by the target before and are not sent: `crossfade rows list`");
    }
    if (sent.unsent() > 0) {
      why.add(
          sent.unsent()
              + " rows have a key of which the old one is not found, or could not be read: see"
              + " `crossfade repair --keys`; `crossfade resync` copies the table again, and those"
              + " that are extra then still may be deleted by hand");
    }
    if (kept > 0) {
      why.add(
          kept
              + " extra rows stay: "
              + sender.keepsExtras(mapping.into()).orElse("they may not go"));
    }
    if (hot > 0) {
      why.add(hot + " rows changed so often that nothing could be told of them");
    }
    return new RepairedTable(
        mapping.into().toString(),
        ended ? Optional.of(outcome()) : Optional.empty(),
        why.isEmpty() ? Optional.empty() : Optional.of(String.join("; ", why)),
        differing,
        sent.rows(),
        sent.deletes(),
        sent.gaveWay(),
        sent.refused(),
        sent.unsent(),
        stillDiffering,
        hot);
  }

  private Outcome outcome() {
    if (stillDiffering > 0) {
      return Outcome.DIFFERENT;
    }
    return incomplete.isPresent() || failure.isPresent() || hot > 0
        ? Outcome.INCOMPLETE
        : Outcome.EQUAL;
  }
}
