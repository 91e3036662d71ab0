package io.crossfade.verify.explain;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * How people write a key: the values in the order of the primary key ({@code 42 eu}), with names in
 * any order ({@code region=eu id=42}), as {@code rows list} shows it ({@code 'id = 42, region =
 * eu'}), or as JSON ({@code {"id":"42"}}), which is what to take where a value itself looks like
 * one of these.
 */
public final class KeyNotation {

  private static final JsonMapper JSON = new JsonMapper();

  private KeyNotation() {}

  /**
   * The values of a key, in the order of its columns.
   *
   * @param columns the primary key
   * @param words as they were written
   * @throws IllegalArgumentException where they are no such key; the message says what would be
   */
  public static List<String> parse(List<String> columns, List<String> words) {
    if (words.size() == 1) {
      String word = words.get(0).strip();
      if (word.startsWith("{")) {
        return json(columns, word);
      }
      Matcher shown = shown(columns).matcher(word);
      if (shown.matches()) {
        return groups(shown);
      }
    }
    if (words.size() != columns.size()) {
      throw no(columns, words.size() + " values");
    }
    return words.stream().allMatch(word -> columns.contains(name(word)))
        ? byName(columns, words)
        : List.copyOf(words);
  }

  private static Pattern shown(List<String> columns) {
    return Pattern.compile(
        columns.stream()
            .map(column -> Pattern.quote(column) + "\\s*=\\s*(.*)")
            .collect(Collectors.joining(",\\s*")),
        Pattern.DOTALL);
  }

  private static List<String> groups(Matcher matcher) {
    List<String> values = new ArrayList<>();
    for (int i = 1; i <= matcher.groupCount(); i++) {
      values.add(matcher.group(i));
    }
    return values;
  }

  private static String name(String word) {
    int equals = word.indexOf('=');
    return equals < 0 ? "" : word.substring(0, equals).strip();
  }

  private static List<String> byName(List<String> columns, List<String> words) {
    List<String> values = new ArrayList<>();
    for (String column : columns) {
      List<String> its = words.stream().filter(word -> name(word).equals(column)).toList();
      if (its.size() != 1) {
        throw no(columns, its.size() + " values for " + column);
      }
      values.add(its.get(0).substring(its.get(0).indexOf('=') + 1).strip());
    }
    return values;
  }

  private static List<String> json(List<String> columns, String word) {
    JsonNode object;
    try {
      object = JSON.readTree(word);
    } catch (JsonProcessingException e) {
      throw no(columns, "no JSON: " + e.getOriginalMessage());
    }
    List<String> values = new ArrayList<>();
    for (String column : columns) {
      JsonNode value = object.path(column);
      if (!value.isValueNode() || value.isNull()) {
        throw no(columns, "no value for " + column);
      }
      values.add(value.asText());
    }
    if (object.size() != columns.size()) {
      throw no(columns, object.size() + " values");
    }
    return values;
  }

  private static IllegalArgumentException no(List<String> columns, String found) {
    return new IllegalArgumentException(
        "the key is "
            + String.join(", ", columns)
            + ", and there are "
            + found
            + "; write the values in this order, or as "
            + columns.stream().map(column -> column + "=…").collect(Collectors.joining(" ")));
  }
}
