package io.crossfade.spec;

import io.crossfade.core.table.TableId;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads {@code schema.table} as PostgreSQL does: unquoted names fold to lower case. */
final class TableName {
  private static final Pattern PART =
      Pattern.compile(
          "\\s*(?:\"(?<quoted>(?:[^\"]|\"\")+)\"|(?<plain>[A-Za-z_\\x{80}-\\x{10FFFF}]"
              + "[A-Za-z0-9_$\\x{80}-\\x{10FFFF}]*))\\s*");

  /** PostgreSQL cuts longer names short; two names could become one. */
  private static final int LONGEST = 63;

  private TableName() {}

  /**
   * @throws IllegalArgumentException with what is wrong, to be put behind the key's name
   */
  static TableId parse(String text) {
    List<String> parts = parts(text);
    if (parts.size() == 1) {
      throw new IllegalArgumentException(
          "needs the schema too: write schema.table, for instance public." + text.strip());
    }
    if (parts.size() > 2) {
      throw new IllegalArgumentException(
          "has %d parts: write schema.table, without the database; ".formatted(parts.size())
              + "a dot within a name stands between double quotes");
    }
    return new TableId(parts.get(0), parts.get(1));
  }

  /** Whether it stands for all tables of a schema: {@code schema.*}. */
  static boolean isSchema(String text) {
    return text.strip().endsWith(".*");
  }

  /**
   * The schema of {@code schema.*}.
   *
   * @throws IllegalArgumentException with what is wrong, to be put behind the key's name
   */
  static String parseSchema(String text) {
    String stripped = text.strip();
    List<String> parts = parts(stripped.substring(0, stripped.length() - ".*".length()));
    if (parts.size() > 1) {
      throw new IllegalArgumentException(
          "has too many parts: write schema.*, without the database");
    }
    return parts.get(0);
  }

  /**
   * A table's name without its schema.
   *
   * @throws IllegalArgumentException with what is wrong, to be put behind the key's name
   */
  static String parseName(String text) {
    TableId inSomeSchema;
    try {
      inSomeSchema = parse("s." + text);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("must be a table's name, without the schema", e);
    }
    return inSomeSchema.name();
  }

  /** The name as it is written in a spec: what {@link #parse} reads back. */
  static String sql(TableId table) {
    return part(table.schema()) + "." + part(table.name());
  }

  private static String part(String name) {
    return name.matches("[a-z_][a-z0-9_]*") ? name : '"' + name.replace("\"", "\"\"") + '"';
  }

  private static List<String> parts(String text) {
    List<String> parts = new ArrayList<>();
    Matcher matcher = PART.matcher(text);
    int at = 0;
    while (true) {
      if (!matcher.region(at, text.length()).lookingAt()) {
        throw new IllegalArgumentException(
            "is no table name: write schema.table; "
                + "names with other characters than a-z, 0-9 and _ stand between double quotes");
      }
      parts.add(name(matcher));
      at = matcher.end();
      if (at == text.length()) {
        return parts;
      }
      if (text.charAt(at) != '.') {
        throw new IllegalArgumentException("is no table name: write schema.table");
      }
      at++;
    }
  }

  private static String name(Matcher part) {
    String name =
        part.group("quoted") != null
            ? part.group("quoted").replace("\"\"", "\"")
            : foldAscii(part.group("plain"));
    if (name.getBytes(StandardCharsets.UTF_8).length > LONGEST) {
      throw new IllegalArgumentException(
          "has a name of more than %d bytes; PostgreSQL allows no more".formatted(LONGEST));
    }
    return name;
  }

  /** In a UTF-8 database PostgreSQL folds ASCII letters only. */
  private static String foldAscii(String name) {
    StringBuilder folded = new StringBuilder(name.length());
    name.chars()
        .map(c -> c < 0x80 ? Character.toLowerCase(c) : c)
        .forEach(c -> folded.append((char) c));
    return folded.toString();
  }
}
