package io.crossfade.cli.job;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.crossfade.core.phase.Phase;
import io.crossfade.switchover.Gate;
import io.crossfade.switchover.Switchover;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** One switch, or end, or what would be one: what was asked for, and how it goes. */
final class SwitchRun {

  private static final ObjectMapper JSON = new ObjectMapper();

  private static final String COMPLETED = "completed";
  private static final String ABANDONED = "abandoned";

  private final SwitchDesk.Request request;
  private final Instant begun = Instant.now();
  private final List<Gate> gates = new ArrayList<>();
  private final List<String> lines = new ArrayList<>();
  private final List<String> left = new ArrayList<>();
  private String outcome = "running";
  private String why = "";
  private long pauseMillis;

  SwitchRun(SwitchDesk.Request request) {
    this.request = request;
  }

  /** By what people call it. */
  static String command(Phase next) {
    return switch (next) {
      case CUTTING_OVER -> "cutover";
      case ROLLING_BACK -> "rollback";
      case COMPLETING -> "complete";
      case ABANDONING -> "abandon";
      default -> throw new IllegalArgumentException("nobody can ask for " + next);
    };
  }

  SwitchDesk.Request request() {
    return request;
  }

  Switchover.Request asked() {
    return request.request();
  }

  Instant begun() {
    return begun;
  }

  synchronized void judge(List<Gate> judged) {
    gates.addAll(judged);
  }

  synchronized List<Gate> gates() {
    return List.copyOf(gates);
  }

  synchronized void say(String line) {
    lines.add(line);
  }

  synchronized void end(String how, String because, Duration pause) {
    outcome = how;
    why = because;
    pauseMillis = pause.toMillis();
  }

  /** The migration has ended, and of what was made this is left. */
  synchronized void leave(List<String> what) {
    end(asked().next() == Phase.COMPLETING ? COMPLETED : ABANDONED, "", Duration.ZERO);
    left.addAll(what);
  }

  synchronized boolean running() {
    return outcome.equals("running");
  }

  /** Whether it is an end that has come. */
  synchronized boolean over() {
    return outcome.equals(COMPLETED) || outcome.equals(ABANDONED);
  }

  synchronized ObjectNode json() {
    ObjectNode json = JSON.createObjectNode();
    json.put("command", command(asked().next()));
    json.put("begun", begun.toString()).put("who", asked().who()).put("reason", asked().why());
    json.put("outcome", outcome).put("why", why).put("pauseMillis", pauseMillis);
    ArrayNode all = json.putArray("gates");
    gates.forEach(
        gate ->
            all.addObject()
                .put("name", gate.name())
                .put("met", gate.met())
                .put("found", gate.found())
                .put("needed", gate.needed())
                .put("fix", gate.fix()));
    ArrayNode steps = json.putArray("lines");
    lines.forEach(steps::add);
    ArrayNode rest = json.putArray("left");
    left.forEach(rest::add);
    return json;
  }
}
