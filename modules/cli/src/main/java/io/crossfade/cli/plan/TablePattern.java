package io.crossfade.cli.plan;

import io.crossfade.core.table.TableId;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * What {@code --tables} names: {@code name} (in {@code public}), {@code schema.name}, and {@code *}
 * for any characters. Folded to lower case outside of double quotes, as in SQL.
 *
 * @param text as the user wrote it
 */
record TablePattern(String text, Pattern schema, Pattern name) {

  /**
   * @throws IllegalArgumentException with what is wrong
   */
  static TablePattern parse(String text) {
    List<StringBuilder> parts = new ArrayList<>(List.of(new StringBuilder()));
    boolean quoted = false;
    String stripped = text.strip();
    for (int i = 0; i < stripped.length(); i++) {
      char c = stripped.charAt(i);
      StringBuilder part = parts.get(parts.size() - 1);
      if (c == '"' && quoted && i + 1 < stripped.length() && stripped.charAt(i + 1) == '"') {
        part.append("\"");
        i++;
      } else if (c == '"') {
        quoted = !quoted;
      } else if (c == '.' && !quoted) {
        parts.add(new StringBuilder());
      } else if (c == '*' && !quoted) {
        part.append(".*");
      } else {
        String folded = quoted ? "" + c : ("" + c).toLowerCase(Locale.ROOT);
        part.append(Pattern.quote(folded));
      }
    }
    boolean empty = parts.stream().anyMatch(part -> part.isEmpty());
    if (quoted || empty || parts.size() > 2) {
      throw new IllegalArgumentException(
          "'"
              + text
              + "' is no table: write name, schema.name or schema.*, several separated by commas");
    }
    String schema = parts.size() == 2 ? parts.get(0).toString() : "public";
    String name = parts.get(parts.size() - 1).toString();
    return new TablePattern(
        stripped, Pattern.compile(schema, Pattern.DOTALL), Pattern.compile(name, Pattern.DOTALL));
  }

  boolean matches(TableId table) {
    return schema.matcher(table.schema()).matches() && name.matcher(table.name()).matches();
  }

  /** The schema and the name without quotes and patterns, to be compared with what there is. */
  TableId literal() {
    String plain = text.replace("\"", "").toLowerCase(Locale.ROOT);
    int dot = plain.indexOf('.');
    return dot < 0
        ? new TableId("public", plain)
        : new TableId(plain.substring(0, dot), plain.substring(dot + 1));
  }
}
