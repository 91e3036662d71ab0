package io.crossfade.sql.value;

import io.crossfade.core.table.TypeFamily;
import io.crossfade.sql.value.JsonText.Kind;
import io.crossfade.sql.value.JsonText.Node;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * {@code jsonb}: its value is its canonical text, with keys in PostgreSQL's order, each once, and
 * numbers as numeric. Also what {@code json} and {@code jsonb} are asked for.
 */
public final class Jsonb {

  private static final String INVALID_PARAMETER = PgError.INVALID_PARAMETER;

  private Jsonb() {}

  /** The canonical text of JSON that was written by hand. */
  public static String fromText(String text) {
    Node node = JsonText.readNumeric(text);
    StringBuilder out = new StringBuilder(text.length() + 16);
    write(node, text, out);
    return out.toString();
  }

  private static void write(Node node, String text, StringBuilder out) {
    switch (node.kind()) {
      case OBJECT -> object(node, text, out);
      case ARRAY -> {
        String before = "[";
        for (Node element : node.children()) {
          out.append(before);
          write(element, text, out);
          before = ", ";
        }
        out.append(node.children().isEmpty() ? "[]" : "]");
      }
      case STRING -> string(node.string(), out);
      case NUMBER -> out.append(node.string());
      default -> out.append(node.in(text));
    }
  }

  private static void object(Node node, String text, StringBuilder out) {
    Map<byte[], Integer> order = new TreeMap<>(Jsonb::compareKeys);
    for (int i = 0; i < node.keys().size(); i++) {
      order.put(node.keys().get(i).getBytes(StandardCharsets.UTF_8), i);
    }
    out.append('{');
    String before = "";
    for (int i : order.values()) {
      string(node.keys().get(i), out.append(before));
      write(node.children().get(i), text, out.append(": "));
      before = ", ";
    }
    out.append('}');
  }

  /** {@code lengthCompareJsonbString()}: short ones first, then by bytes. */
  private static int compareKeys(byte[] a, byte[] b) {
    return a.length != b.length ? a.length - b.length : Arrays.compareUnsigned(a, b);
  }

  /** Text as a string of JSON, as PostgreSQL writes it. */
  public static String quoted(String text) {
    StringBuilder out = new StringBuilder(text.length() + 2);
    string(text, out);
    return out.toString();
  }

  private static void string(String value, StringBuilder out) {
    out.append('"');
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      int escaped = "\"\\\b\f\n\r\t".indexOf(c);
      if (escaped >= 0) {
        out.append('\\').append("\"\\bfnrt".charAt(escaped));
      } else if (c < ' ') {
        out.append("\\u00").append(c < 16 ? "0" : "1").append(Character.forDigit(c & 15, 16));
      } else {
        out.append(c);
      }
    }
    out.append('"');
  }

  /** {@code jsonb_extract_path}: a part as canonical text; {@code null} where there is none. */
  public static String extract(String json, List<String> path) {
    Node found = find(JsonText.read(json), path);
    return found == null ? null : found.in(json);
  }

  /** {@code jsonb_extract_path_text}: strings without quotes, JSON's null as NULL. */
  public static String extractText(String json, List<String> path) {
    return asText(find(JsonText.read(json), path), json);
  }

  /** {@code json_extract_path}: a part as it was written. */
  public static String extractWritten(String json, List<String> path) {
    Node found = new Search(path).in(JsonText.read(json));
    return found == null ? null : found.in(json);
  }

  /** {@code json_extract_path_text}. */
  public static String extractWrittenText(String json, List<String> path) {
    return asText(new Search(path).in(JsonText.read(json)), json);
  }

  private static String asText(Node node, String json) {
    if (node == null || node.kind() == Kind.NULL) {
      return null;
    }
    return node.kind() == Kind.STRING ? node.string() : node.in(json);
  }

  private static Node find(Node root, List<String> path) {
    Node node = root;
    for (String step : path) {
      if (node != null && node.kind() == Kind.OBJECT) {
        int at = node.keys().lastIndexOf(step);
        node = at < 0 ? null : node.children().get(at);
      } else if (node != null && node.kind() == Kind.ARRAY) {
        int at = index(step, node.children().size());
        node = at < 0 ? null : node.children().get(at);
      } else {
        return null;
      }
    }
    return node;
  }

  /**
   * In {@code json} a key may stand more than once. As in PostgreSQL's one pass over the text, the
   * last one wins that leads to a value.
   */
  private static final class Search {
    private final List<String> path;
    private Node found;

    Search(List<String> path) {
      this.path = path;
    }

    Node in(Node root) {
      look(root, 0);
      return found;
    }

    private void look(Node node, int level) {
      if (level == path.size()) {
        found = node;
      } else if (node.kind() == Kind.OBJECT) {
        for (int i = 0; i < node.keys().size(); i++) {
          if (node.keys().get(i).equals(path.get(level))) {
            look(node.children().get(i), level + 1);
          }
        }
      } else if (node.kind() == Kind.ARRAY) {
        int at = index(path.get(level), node.children().size());
        if (at >= 0) {
          look(node.children().get(at), level + 1);
        }
      }
    }
  }

  /** What C's strtol makes of a step, negative from the end; -1 where there is no such element. */
  private static int index(String step, int size) {
    int start = 0;
    while (start < step.length() && Texts.isSpace(step.charAt(start))) {
      start++;
    }
    try {
      String digits = step.substring(start);
      if (!digits.matches("[+-]?[0-9]+")) {
        return -1;
      }
      int index = Integer.parseInt(digits);
      int fromStart = index < 0 ? size + index : index;
      return fromStart < size ? Math.max(fromStart, -1) : -1;
    } catch (NumberFormatException tooLarge) {
      return -1;
    }
  }

  /** {@code jsonb_array_length}, {@code json_array_length}. */
  public static long arrayLength(String json) {
    Node node = JsonText.outline(json);
    if (node.kind() != Kind.ARRAY) {
      throw new PgError(INVALID_PARAMETER, "cannot get array length of a " + typeOf(node));
    }
    return node.children().size();
  }

  /** {@code jsonb_array_elements}, {@code json_array_elements}: as they stand there. */
  public static List<String> elements(String json) {
    return array(json).children().stream().map(node -> node.in(json)).toList();
  }

  /** The same as texts: strings without quotes, JSON's null as NULL. */
  public static List<String> elementsText(String json) {
    List<String> texts = new ArrayList<>();
    array(json).children().forEach(node -> texts.add(asText(node, json)));
    return texts;
  }

  private static Node array(String json) {
    Node node = JsonText.read(json);
    if (node.kind() != Kind.ARRAY) {
      throw new PgError(
          INVALID_PARAMETER,
          "cannot extract elements from "
              + (node.kind() == Kind.OBJECT ? "an object" : "a scalar"));
    }
    return node;
  }

  /** {@code jsonb_typeof}, {@code json_typeof}. */
  public static String typeOf(String json) {
    return typeOf(JsonText.outline(json));
  }

  private static String typeOf(Node node) {
    return Texts.asciiLower(node.kind().name());
  }

  /** A cast to a number or boolean. */
  public static Object toScalar(String json, TypeFamily family) {
    char first = json.charAt(0);
    boolean number = first == '-' || (first >= '0' && first <= '9');
    if (json.equals("null")) {
      throw new PgError(
          PgError.NOT_SUPPORTED,
          "a cast of JSON's null is NULL since PostgreSQL 18, and an error before");
    }
    if (family == TypeFamily.BOOLEAN && (json.equals("true") || json.equals("false"))) {
      return json.equals("true");
    }
    if (!number || family == TypeFamily.BOOLEAN) {
      throw new PgError(
          INVALID_PARAMETER, "cannot cast jsonb " + typeOf(json) + " to " + PgTypes.plain(family));
    }
    PgNumeric value = PgNumeric.parse(json);
    return switch (family) {
      case INT2 -> Numbers.Int.INT2.of(value);
      case INT4 -> Numbers.Int.INT4.of(value);
      case INT8 -> Numbers.Int.INT8.of(value);
      case FLOAT4 -> Numbers.toFloat(value);
      case FLOAT8 -> Numbers.toDouble(value);
      default -> value;
    };
  }

  /**
   * The text of the one scalar that a path leads to, as {@code JSON_VALUE} sees it; {@code null}
   * where there is none, or more than one, or no scalar.
   */
  public static String value(String json, JsonPath path) {
    List<Node> items = List.of(JsonText.read(json));
    for (JsonPath.Step step : path.steps()) {
      List<Node> next = new ArrayList<>();
      for (Node item : items) {
        step(item, step, next);
      }
      items = next;
    }
    if (items.size() != 1) {
      return null;
    }
    Node item = items.get(0);
    return switch (item.kind()) {
      case OBJECT, ARRAY -> null;
      case BOOLEAN -> item.in(json).equals("true") ? "t" : "f";
      default -> asText(item, json);
    };
  }

  /**
   * Lax mode: a member of an array is that of its elements, and a single value is an array of one.
   */
  private static void step(Node item, JsonPath.Step step, List<Node> out) {
    if (step.key().isPresent()) {
      List<Node> objects = item.kind() == Kind.ARRAY ? item.children() : List.of(item);
      for (Node object : objects) {
        int at = object.kind() == Kind.OBJECT ? object.keys().lastIndexOf(step.key().get()) : -1;
        if (at >= 0) {
          out.add(object.children().get(at));
        }
      }
    } else {
      List<Node> elements = item.kind() == Kind.ARRAY ? item.children() : List.of(item);
      if (step.index() < elements.size()) {
        out.add(elements.get(step.index()));
      }
    }
  }
}
