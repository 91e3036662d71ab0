package io.crossfade.cli.job;

import com.fasterxml.jackson.databind.JsonNode;
import io.crossfade.capture.Orders;
import io.crossfade.core.phase.Phase;
import io.crossfade.core.table.Table;
import io.crossfade.core.table.TableId;
import io.crossfade.core.target.TargetDatabase.Selection;
import io.crossfade.server.Command;
import io.crossfade.server.RefusedRow;
import io.crossfade.transform.Apply;
import io.crossfade.wire.BackfillOrder;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;

/** What a running job can be told over HTTP. */
final class JobCommands {

  private JobCommands() {}

  /** Shorter than a client waits. */
  private static final Duration RETRIED_WITHIN = Duration.ofSeconds(25);

  private static final Duration POLL = Duration.ofMillis(200);

  static Map<String, Command> of(
      Orders orders,
      JobMonitor monitor,
      Migration migration,
      Map<String, Command> comparisons,
      ServingMarks marks,
      SwitchDesk desk) {
    Map<String, Command> commands = new HashMap<>(comparisons);
    commands.putAll(ofTheCopy(orders, monitor, migration));
    commands.put(
        "reads",
        body -> {
          marks.reads(body);
          monitor.look();
        });
    commands.put("cutover", body -> desk.order(Phase.CUTTING_OVER, body));
    commands.put("rollback", body -> desk.order(Phase.ROLLING_BACK, body));
    commands.put("complete", body -> desk.order(Phase.COMPLETING, body));
    commands.put("abandon", body -> desk.order(Phase.ABANDONING, body));
    return commands;
  }

  /** Those about comparisons. */
  static Map<String, Command> comparisons(
      AskedVerification asked, Watcher watcher, Repairer repairer) {
    return Map.of(
        "verify", asked::begin,
        "verify/stop", body -> asked.stop(),
        "verify/watch", watcher::order,
        "repair", repairer::begin);
  }

  private static Map<String, Command> ofTheCopy(
      Orders orders, JobMonitor monitor, Migration migration) {
    return Map.of(
        "pause", body -> give(orders, monitor, order -> order.pause(reason(body), Instant.now())),
        "resume", body -> give(orders, monitor, order -> order.resume(reason(body), Instant.now())),
        "throttle",
            body -> {
              OptionalLong rate = rate(body);
              give(orders, monitor, order -> order.throttle(rate, reason(body), Instant.now()));
            },
        "resync",
            body -> {
              orders.resync(tables(body, migration), reason(body), Instant.now());
              monitor.look();
            },
        "rows/retry", body -> retry(monitor.writing(), monitor, selection(body)),
        "rows/skip", body -> skip(monitor.writing(), monitor, body));
  }

  /** What {@code GET /api/rows} answers; blocks on the target. */
  static List<RefusedRow> rows(Apply apply) {
    return apply.badRows().stream()
        .map(
            row ->
                new RefusedRow(
                    row.table().toString(),
                    row.key(),
                    row.state().name().toLowerCase(Locale.ROOT),
                    row.code(),
                    row.error(),
                    row.since().toString(),
                    row.reason(),
                    row.origin().partition().topic(),
                    row.origin().partition().partition(),
                    row.origin().offset()))
        .toList();
  }

  private static void retry(Apply apply, JobMonitor monitor, Selection which)
      throws InterruptedException {
    if (apply.retry(which) == 0) {
      throw new IllegalArgumentException("there is no such row; `crossfade rows list` shows all");
    }
    long deadline = System.nanoTime() + RETRIED_WITHIN.toNanos();
    do {
      TimeUnit.MILLISECONDS.sleep(POLL.toMillis());
    } while (apply.retriesAreUnderWay() && System.nanoTime() < deadline);
    monitor.look();
  }

  private static void skip(Apply apply, JobMonitor monitor, JsonNode body) {
    Selection which = selection(body);
    if (which.key().isEmpty() && which.table().isEmpty() && !text(body, "all").equals("true")) {
      throw new IllegalArgumentException("which rows? --table and --key, or --all");
    }
    if (reason(body).isBlank()) {
      throw new IllegalArgumentException("to skip a row needs a reason");
    }
    if (apply.skip(which, reason(body)) == 0) {
      throw new IllegalArgumentException("there is no such row; `crossfade rows list` shows all");
    }
    monitor.look();
  }

  private static Selection selection(JsonNode body) {
    String table = text(body, "table");
    String key = text(body, "key");
    return new Selection(
        table.isEmpty() ? Optional.empty() : Optional.of(table(table)),
        key.isEmpty() ? Optional.empty() : Optional.of(key));
  }

  /** As {@code rows list} shows it. */
  private static TableId table(String text) {
    int dot = text.indexOf('.');
    if (dot < 0) {
      throw new IllegalArgumentException("a table is schema.name, not " + text);
    }
    return new TableId(text.substring(0, dot), text.substring(dot + 1));
  }

  private static String text(JsonNode body, String name) {
    return body.path(name).asText("");
  }

  private static List<TableId> tables(JsonNode body, Migration migration) {
    JsonNode table = body.path("table");
    return table.isMissingNode() || table.isNull()
        ? migration.sources().stream().map(Table::id).toList()
        : migration.sourcesOf(table.asText());
  }

  private static void give(Orders orders, JobMonitor monitor, UnaryOperator<BackfillOrder> change)
      throws InterruptedException {
    orders.give(change);
    monitor.look();
  }

  private static String reason(JsonNode body) {
    return body.path("reason").asText("");
  }

  private static OptionalLong rate(JsonNode body) {
    JsonNode rate = body.path("maxRowsPerSecond");
    if (rate.isMissingNode() || rate.isNull()) {
      return OptionalLong.empty();
    }
    if (!rate.isIntegralNumber() || !rate.canConvertToLong() || rate.asLong() < 1) {
      throw new IllegalArgumentException(
          "maxRowsPerSecond is " + rate + "; a whole number of at least 1, or null for no limit");
    }
    return OptionalLong.of(rate.asLong());
  }
}
