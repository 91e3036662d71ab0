package io.crossfade.server;

import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * {@code GET /api/events} for who accepts {@code text/event-stream}: all events that there are, the
 * oldest first, then each that comes, until the client goes or the job ends. The id of an event is
 * its number, so that a client that was cut off goes on behind {@code Last-Event-ID}.
 */
final class EventStream {

  /** Each has a thread. */
  static final int MOST = 8;

  private static final Duration POLL = Duration.ofSeconds(1);

  /** Without a word nobody would notice that the client has gone. */
  private static final int QUIET_POLLS = 10;

  private final Semaphore places = new Semaphore(MOST);
  private final Supplier<List<JobEvent>> events;

  EventStream(Supplier<List<JobEvent>> events) {
    this.events = events;
  }

  static boolean isWanted(HttpExchange exchange) {
    return String.valueOf(exchange.getRequestHeaders().getFirst("Accept"))
        .contains("text/event-stream");
  }

  void send(HttpExchange exchange) throws IOException {
    if (!places.tryAcquire()) {
      Documents.refuse(exchange, 503, MOST + " clients follow the events already");
      return;
    }
    try {
      exchange.getResponseHeaders().set("Content-Type", "text/event-stream; charset=utf-8");
      exchange.getResponseHeaders().set("Cache-Control", "no-store");
      int sent = behind(exchange);
      List<JobEvent> now = events.get();
      // 0: of unknown length, in chunks.
      exchange.sendResponseHeaders(200, 0);
      OutputStream out = exchange.getResponseBody();
      for (int quiet = 0; ; quiet++) {
        if (sent < now.size() || quiet == QUIET_POLLS) {
          out.write(text(now, sent).getBytes(StandardCharsets.UTF_8));
          sent = now.size();
          quiet = 0;
        }
        out.flush();
        TimeUnit.NANOSECONDS.sleep(POLL.toNanos());
        now = events.get();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      places.release();
    }
  }

  private static int behind(HttpExchange exchange) {
    String last = exchange.getRequestHeaders().getFirst("Last-Event-ID");
    return last != null && last.matches("[0-9]{1,9}") ? Integer.parseInt(last) + 1 : 0;
  }

  /** A comment where there is nothing to tell. */
  private static String text(List<JobEvent> events, int from) {
    StringBuilder text = new StringBuilder();
    for (int i = from; i < events.size(); i++) {
      text.append("id: ").append(i).append('\n');
      text.append("data: ").append(StatusJson.event(events.get(i))).append("\n\n");
    }
    return text.isEmpty() ? ": still here\n\n" : text.toString();
  }
}
