package io.crossfade.server;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;
import io.crossfade.core.serving.Serving;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/** {@link Status} as JSON and back. */
public final class StatusJson {
  // A newer job may say more than this program knows.
  private static final JsonMapper MAPPER =
      JsonMapper.builder()
          .addModule(new Jdk8Module())
          .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .enable(SerializationFeature.INDENT_OUTPUT)
          .build();

  private StatusJson() {}

  /** The fields of the contract, indented, unknown values as null. */
  public static String write(Status status) {
    try {
      return MAPPER.writeValueAsString(status);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a status can always be written", e);
    }
  }

  /** As {@link #write}, in one line. */
  public static String line(Status status) {
    try {
      return MAPPER.writer().without(SerializationFeature.INDENT_OUTPUT).writeValueAsString(status);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a status can always be written", e);
    }
  }

  /**
   * Reads what {@link #write} wrote.
   *
   * @throws JsonProcessingException where it is something else
   */
  public static Status read(String json) throws JsonProcessingException {
    return MAPPER.readValue(json, Status.class);
  }

  /** Rows that the target refused, as an array. */
  public static String rows(List<RefusedRow> rows) {
    try {
      return MAPPER.writeValueAsString(rows);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("rows can always be written", e);
    }
  }

  /** Reads what {@link #rows} wrote. */
  static List<RefusedRow> readRows(String json) throws JsonProcessingException {
    return List.of(MAPPER.readValue(json, RefusedRow[].class));
  }

  /** Events, as an array. */
  public static String events(List<JobEvent> events) {
    try {
      return MAPPER.writeValueAsString(events);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("events can always be written", e);
    }
  }

  /** What {@code GET /api/serving} answers. */
  static String serving(String migration, Serving serving) {
    return MAPPER
        .createObjectNode()
        .put("migration", migration)
        .put("reads", serving.reads().name().toLowerCase(Locale.ROOT))
        .put("writes", serving.writes().name().toLowerCase(Locale.ROOT))
        .put("since", serving.since().toString())
        .put("who", serving.who())
        .put("why", serving.why())
        .toString();
  }

  /** One event, in a line. */
  public static String event(JobEvent event) {
    try {
      return MAPPER.writer().without(SerializationFeature.INDENT_OUTPUT).writeValueAsString(event);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("an event can always be written", e);
    }
  }

  /** Reads what {@link #events} wrote. */
  static List<JobEvent> readEvents(String json) throws JsonProcessingException {
    return List.of(MAPPER.readValue(json, JobEvent[].class));
  }

  /** Reads what {@link #event} wrote. */
  static JobEvent readEvent(String json) throws JsonProcessingException {
    return MAPPER.readValue(json, JobEvent.class);
  }

  /**
   * The body of a command, with the name of who gives it.
   *
   * @throws IllegalArgumentException where the body is no JSON object
   */
  static String signed(String body, String who) {
    try {
      return object(body.getBytes(StandardCharsets.UTF_8)).put("who", who).toString();
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("no JSON object: " + body, e);
    }
  }

  /** The body of a command whose parameters are texts. */
  static String body(Map<String, String> parameters) {
    ObjectNode body = MAPPER.createObjectNode();
    parameters.forEach(body::put);
    return body.toString();
  }

  /** The body of a command. */
  static String order(String reason, OptionalLong maxRowsPerSecond) {
    ObjectNode body = MAPPER.createObjectNode().put("reason", reason);
    maxRowsPerSecond.ifPresent(rate -> body.put("maxRowsPerSecond", rate));
    return body.toString();
  }

  /** The body of a command about a table, or about all. */
  static String order(String reason, Optional<String> table) {
    ObjectNode body = MAPPER.createObjectNode().put("reason", reason);
    table.ifPresent(name -> body.put("table", name));
    return body.toString();
  }

  /**
   * An object that somebody sent.
   *
   * @throws JsonProcessingException where it is no JSON object
   */
  static ObjectNode object(byte[] json) throws JsonProcessingException {
    return MAPPER.readValue(new String(json, StandardCharsets.UTF_8), ObjectNode.class);
  }

  /** What {@link #error} wrote; the text itself where it is something else. */
  static String errorIn(String body) {
    try {
      return object(body.getBytes(StandardCharsets.UTF_8)).path("error").asText(body);
    } catch (JsonProcessingException e) {
      return body;
    }
  }

  /** {@code {"error": "…"}}. */
  static String error(String message) {
    return MAPPER.createObjectNode().put("error", message).toString();
  }
}
