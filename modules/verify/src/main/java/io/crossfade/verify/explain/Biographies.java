package io.crossfade.verify.explain;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;

/**
 * Biographies on the wire: lines of JSON, first some with {@code progress}, then one with {@code
 * biography} or {@code error}. A stream that ends without either was cut.
 */
public final class Biographies {

  // A newer job may say more than this program knows.
  private static final JsonMapper MAPPER =
      JsonMapper.builder()
          .addModule(new Jdk8Module())
          .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .build();

  private Biographies() {}

  /** How far the reading of the raw topic is, as a line. */
  public static String progress(long read, long of) {
    return MAPPER.createObjectNode().put("read", read).put("of", of).toString() + "\n";
  }

  /** The end, as a line. */
  public static String line(Biography biography) {
    return MAPPER
            .createObjectNode()
            .<com.fasterxml.jackson.databind.node.ObjectNode>set(
                "biography", MAPPER.valueToTree(biography))
        + "\n";
  }

  /** That it could not be told, as a line. */
  public static String error(String why) {
    return MAPPER.createObjectNode().put("error", why) + "\n";
  }

  /** A line as a tree: with {@code read} and {@code of}, {@code error} or {@code biography}. */
  public static JsonNode read(String line) throws JsonProcessingException {
    return MAPPER.readTree(line);
  }

  /** The biography in such a tree. */
  public static Biography biography(JsonNode tree) throws JsonProcessingException {
    return MAPPER.treeToValue(tree.get("biography"), Biography.class);
  }

  /** Indented, for whoever reads it by a program. */
  public static String json(Biography biography) {
    try {
      return MAPPER.writerWithDefaultPrettyPrinter().writeValueAsString(biography);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a biography can always be written", e);
    }
  }
}
