package io.crossfade.cli.job;

import com.fasterxml.jackson.databind.JsonNode;
import io.crossfade.capture.Orders;
import io.crossfade.server.Command;
import io.crossfade.wire.BackfillOrder;
import java.time.Instant;
import java.util.Map;
import java.util.OptionalLong;
import java.util.function.UnaryOperator;

/** What a running job can be told over HTTP. */
final class JobCommands {

  private JobCommands() {}

  static Map<String, Command> of(Orders orders, JobMonitor monitor, Verifier verifier) {
    return Map.of(
        "verify", verifier::begin,
        "pause", body -> give(orders, monitor, order -> order.pause(reason(body), Instant.now())),
        "resume", body -> give(orders, monitor, order -> order.resume(reason(body), Instant.now())),
        "throttle",
            body -> {
              OptionalLong rate = rate(body);
              give(orders, monitor, order -> order.throttle(rate, reason(body), Instant.now()));
            });
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
