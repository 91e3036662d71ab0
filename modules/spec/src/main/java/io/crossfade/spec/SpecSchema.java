package io.crossfade.spec;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The JSON Schema that validates here and completes in editors: {@code config/} has its source. */
final class SpecSchema {
  static final String FILE_NAME = "crossfade.schema.json";
  private static final SpecSchema INSTANCE = new SpecSchema(read());

  private final String text;
  private final JsonNode json;

  private SpecSchema(String text) {
    this.text = text;
    try {
      this.json = new JsonMapper().readTree(text);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(FILE_NAME + " is no JSON", e);
    }
  }

  static SpecSchema get() {
    return INSTANCE;
  }

  private static String read() {
    try (InputStream in = SpecSchema.class.getResourceAsStream(FILE_NAME)) {
      if (in == null) {
        throw new IllegalStateException(FILE_NAME + " is not packaged");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  String text() {
    return text;
  }

  JsonNode json() {
    return json;
  }

  /**
   * The schema of the value at a pointer of a spec; missing where the schema knows no such value.
   */
  JsonNode of(String pointer) {
    JsonNode at = json;
    for (String step : pointer.isEmpty() ? new String[0] : pointer.substring(1).split("/", -1)) {
      at = at.has("items") ? at.get("items") : at.path("properties").path(step);
    }
    return at;
  }

  /** The dotted name of the section in which a key is known, where there is exactly one. */
  Optional<String> sectionOf(String key) {
    List<String> found = new ArrayList<>();
    collectSections(json, "", key, found);
    return found.size() == 1 ? Optional.of(found.get(0)) : Optional.empty();
  }

  private static void collectSections(
      JsonNode schema, String name, String key, List<String> found) {
    JsonNode properties = schema.path("properties");
    if (properties.has(key) && !name.isEmpty()) {
      found.add(name);
    }
    for (var property : properties.properties()) {
      String below = name.isEmpty() ? property.getKey() : name + "." + property.getKey();
      collectSections(property.getValue(), below, key, found);
      collectSections(property.getValue().path("items"), below, key, found);
    }
  }
}
