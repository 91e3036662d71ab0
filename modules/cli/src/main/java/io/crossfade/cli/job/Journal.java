package io.crossfade.cli.job;

import com.fasterxml.jackson.databind.JsonNode;
import io.crossfade.capture.Events;
import io.crossfade.server.Command;
import io.crossfade.server.JobEvent;
import io.crossfade.server.Operator;
import io.crossfade.server.PartlyDone;
import io.crossfade.wire.Event;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.apache.kafka.common.KafkaException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Writes down what is done to a running job, and by it. */
final class Journal implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(Journal.class);

  /** Parts of a command's body that have places of their own in an event. */
  private static final Set<String> APART = Set.of("who", "reason");

  private final Events events;

  /** Kafka may be away when there is something to tell; nobody is to wait for it. */
  private final ExecutorService later =
      Executors.newSingleThreadExecutor(
          run -> {
            Thread thread = new Thread(run, "crossfade-journal");
            thread.setDaemon(true);
            return thread;
          });

  Journal(Events events) {
    this.events = events;
  }

  /** Commands that do the same, and are written down when they are done, if only in part. */
  Map<String, Command> of(Map<String, Command> commands) {
    Map<String, Command> written = new HashMap<>();
    commands.forEach(
        (name, command) ->
            written.put(
                name,
                body -> {
                  try {
                    command.run(body);
                  } catch (PartlyDone e) {
                    say(who(body), what(name, body), body.path("reason").asText(""));
                    throw e;
                  }
                  say(who(body), what(name, body), body.path("reason").asText(""));
                }));
    return written;
  }

  private static String who(JsonNode body) {
    String who = body.path("who").asText("");
    return who.isBlank() ? "unknown, over HTTP" : who;
  }

  /** The command with its parameters: {@code rows skip table=public.b key=7}. */
  static String what(String name, JsonNode body) {
    StringBuilder what = new StringBuilder(name.replace('/', ' '));
    body.properties().stream()
        .filter(e -> !APART.contains(e.getKey()) && says(e.getValue()))
        .forEach(e -> what.append(' ').append(e.getKey()).append('=').append(text(e.getValue())));
    return what.toString();
  }

  /** Options that were not given come as nothing, an empty list or false. */
  private static boolean says(JsonNode value) {
    return !List.of("", "null", "[]", "{}", "false").contains(text(value));
  }

  private static String text(JsonNode value) {
    return value.isContainerNode() ? value.toString() : value.asText();
  }

  /** What this instance does by itself; does not wait. */
  void sayByItself(String what) {
    later.execute(() -> say(Operator.here(), what, ""));
  }

  /** What was done stays done when it cannot be written down. */
  private void say(String who, String what, String why) {
    try {
      events.say(new Event(Instant.now().truncatedTo(ChronoUnit.MILLIS), who, what, why));
    } catch (KafkaException e) {
      LOG.warn(
          "{} by {} is done, but not written down for `crossfade events`: {}",
          what,
          who,
          e.getMessage());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** All that were written down; may wait for Kafka. */
  List<JobEvent> all() {
    return events.all().stream()
        .map(event -> new JobEvent(event.at().toString(), event.who(), event.what(), event.why()))
        .toList();
  }

  @Override
  public void close() {
    later.shutdownNow();
    events.close();
  }
}
