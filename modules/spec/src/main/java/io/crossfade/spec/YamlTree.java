package io.crossfade.spec;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.yaml.snakeyaml.nodes.ScalarNode;

/**
 * What the YAML says, as JSON for the schema, and where each value stands. Values are named by JSON
 * pointers.
 */
final class YamlTree {
  private final SourceText source;
  private final JsonNode root;
  private final Map<String, Entry> entries;

  /**
   * A value's place.
   *
   * @param key offset of the key before it; of the value itself where there is none
   * @param value offset of the value
   * @param scalar the value as the parser has it; empty for mappings and lists
   */
  record Entry(int key, int value, Optional<ScalarNode> scalar) {}

  YamlTree(SourceText source, JsonNode root, Map<String, Entry> entries) {
    this.source = source;
    this.root = root;
    this.entries = Map.copyOf(entries);
  }

  JsonNode root() {
    return root;
  }

  JsonNode at(String pointer) {
    return root.at(pointer);
  }

  /** Pointers of all values. */
  Set<String> pointers() {
    return entries.keySet();
  }

  boolean has(String pointer) {
    return entries.containsKey(pointer);
  }

  /** Text at that pointer as written; empty where there is none or something else stands there. */
  Optional<String> text(String pointer) {
    return Optional.of(at(pointer)).filter(JsonNode::isTextual).map(JsonNode::textValue);
  }

  Place keyPlace(String pointer) {
    return source.place(entries.get(pointer).key());
  }

  /** Where the value stands; where it is left empty, its key. */
  Place valuePlace(String pointer) {
    return at(pointer).isNull() ? keyPlace(pointer) : source.place(entries.get(pointer).value());
  }

  /** Where a character of a text stands. */
  Place placeIn(String pointer, int index) {
    return source.place(origins(pointer)[index]);
  }

  /** The text at that pointer as SQL with places. */
  SqlText sql(String pointer) {
    String value = text(pointer).orElseThrow();
    String text = value.stripTrailing();
    return new SqlText(text, source, Arrays.copyOf(origins(pointer), text.length() + 1));
  }

  /** SQL that the value at that pointer stands for. */
  SqlText sqlFor(String pointer, String sql) {
    return SqlText.at(source, entries.get(pointer).value(), sql);
  }

  private int[] origins(String pointer) {
    ScalarNode scalar = entries.get(pointer).scalar().orElseThrow();
    int from = entries.get(pointer).value();
    int to = source.offsetOfCodePoint(scalar.getEndMark().getIndex());
    int[] offsets =
        ScalarOrigin.offsets(
            source.text().substring(from, to),
            text(pointer).orElseThrow(),
            scalar.getScalarStyle());
    return Arrays.stream(offsets).map(offset -> from + offset).toArray();
  }

  /** The pointer of a key or an index below another. */
  static String below(String pointer, String key) {
    return pointer + "/" + key.replace("~", "~0").replace("/", "~1");
  }

  /** The last step of a pointer, as the file writes it; empty for the root. */
  static String lastKey(String pointer) {
    return pointer.substring(pointer.lastIndexOf('/') + 1).replace("~1", "/").replace("~0", "~");
  }

  /** The pointer of what encloses it. */
  static String parent(String pointer) {
    return pointer.substring(0, pointer.lastIndexOf('/'));
  }
}
