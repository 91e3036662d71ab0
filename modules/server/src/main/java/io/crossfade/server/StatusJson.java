package io.crossfade.server;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;

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

  /**
   * Reads what {@link #write} wrote.
   *
   * @throws JsonProcessingException where it is something else
   */
  public static Status read(String json) throws JsonProcessingException {
    return MAPPER.readValue(json, Status.class);
  }

  /** {@code {"error": "…"}}. */
  static String error(String message) {
    return MAPPER.createObjectNode().put("error", message).toString();
  }
}
