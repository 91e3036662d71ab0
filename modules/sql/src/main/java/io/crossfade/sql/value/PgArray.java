package io.crossfade.sql.value;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * An array of PostgreSQL: elements as canonical text ({@code null} is NULL), row by row where it
 * has several dimensions.
 *
 * @param lower the first index of each dimension; empty for an empty array
 * @param sizes how many elements each dimension has
 */
public record PgArray(List<Integer> lower, List<Integer> sizes, List<String> elements) {

  public PgArray {
    lower = List.copyOf(lower);
    sizes = List.copyOf(sizes);
    elements = Collections.unmodifiableList(new ArrayList<>(elements));
  }

  /** An array of one dimension, counted from 1. */
  public static PgArray of(List<String> elements) {
    return elements.isEmpty()
        ? new PgArray(List.of(), List.of(), elements)
        : new PgArray(List.of(1), List.of(elements.size()), elements);
  }

  /** Canonical text. */
  public static PgArray parse(String text) {
    return new Reader(text).array();
  }

  /** The element at a place; {@code null} where there is none. */
  public String get(List<Long> indexes) {
    if (indexes.size() != sizes.size()) {
      return null;
    }
    int at = 0;
    for (int i = 0; i < sizes.size(); i++) {
      long offset = indexes.get(i) - lower.get(i);
      if (offset < 0 || offset >= sizes.get(i)) {
        return null;
      }
      at = at * sizes.get(i) + (int) offset;
    }
    return elements.get(at);
  }

  /** {@code array_length}: of a dimension counted from 1; {@code null} where it has none such. */
  public Long length(long dimension) {
    return dimension < 1 || dimension > sizes.size()
        ? null
        : Long.valueOf(sizes.get((int) dimension - 1));
  }

  /**
   * {@code array_to_string}: NULLs are left out, or written as {@code nulls} where that is given.
   */
  public String join(String separator, String nulls) {
    StringBuilder out = new StringBuilder();
    String before = "";
    for (String element : elements) {
      String written = element == null ? nulls : element;
      if (written != null) {
        out.append(before).append(written);
        before = separator;
      }
    }
    return out.toString();
  }

  /** {@code string_to_array}: without a separator into characters. */
  public static PgArray split(String text, String separator, String nulls) {
    List<String> parts = new ArrayList<>();
    if (separator == null) {
      text.codePoints().forEach(c -> parts.add(Character.toString(c)));
    } else if (!text.isEmpty()) {
      int start = 0;
      int end = separator.isEmpty() ? -1 : text.indexOf(separator);
      while (end >= 0) {
        parts.add(text.substring(start, end));
        start = end + separator.length();
        end = text.indexOf(separator, start);
      }
      parts.add(text.substring(start));
    }
    parts.replaceAll(part -> part.equals(nulls) ? null : part);
    return of(parts);
  }

  /** The same shape with other elements; NULLs stay. */
  public PgArray map(UnaryOperator<String> function) {
    List<String> mapped = new ArrayList<>(elements.size());
    elements.forEach(e -> mapped.add(e == null ? null : function.apply(e)));
    return new PgArray(lower, sizes, mapped);
  }

  /** Canonical text, as {@code array_out()} prints it. */
  @Override
  public String toString() {
    if (sizes.isEmpty()) {
      return "{}";
    }
    StringBuilder out = new StringBuilder();
    if (lower.stream().anyMatch(l -> l != 1)) {
      for (int i = 0; i < sizes.size(); i++) {
        int last = lower.get(i) + sizes.get(i) - 1;
        out.append('[').append(lower.get(i)).append(':').append(last).append(']');
      }
      out.append('=');
    }
    write(out, 0, 0);
    return out.toString();
  }

  private int write(StringBuilder out, int dimension, int from) {
    int next = from;
    out.append('{');
    for (int i = 0; i < sizes.get(dimension); i++) {
      if (i > 0) {
        out.append(',');
      }
      if (dimension + 1 < sizes.size()) {
        next = write(out, dimension + 1, next);
      } else {
        element(out, elements.get(next++));
      }
    }
    out.append('}');
    return next;
  }

  private static void element(StringBuilder out, String element) {
    if (element == null) {
      out.append("NULL");
      return;
    }
    boolean quoted = element.isEmpty() || element.equalsIgnoreCase("null");
    for (int i = 0; i < element.length() && !quoted; i++) {
      char c = element.charAt(i);
      quoted = "\"\\{},".indexOf(c) >= 0 || Texts.isSpace(c);
    }
    if (!quoted) {
      out.append(element);
      return;
    }
    out.append('"');
    for (int i = 0; i < element.length(); i++) {
      char c = element.charAt(i);
      if (c == '"' || c == '\\') {
        out.append('\\');
      }
      out.append(c);
    }
    out.append('"');
  }

  /**
   * What a user wrote, of one dimension and without bounds.
   *
   * @throws PgError NOT_SUPPORTED for everything else
   */
  public static PgArray fromText(String text) {
    String trimmed = Texts.trimSpaces(text);
    try {
      if (trimmed.startsWith("{")) {
        PgArray array = new Reader(trimmed).array();
        if (array.sizes.size() <= 1) {
          return array;
        }
      }
    } catch (StringIndexOutOfBoundsException | IllegalArgumentException unreadable) {
      throw refused(text);
    }
    throw refused(text);
  }

  private static PgError refused(String text) {
    return new PgError(
        PgError.NOT_SUPPORTED,
        PgError.quote(text) + " is no array like {1,2,NULL}; other forms are not read here");
  }

  private static final class Reader {
    private final String text;
    private final List<Integer> lower = new ArrayList<>();
    private final List<Integer> sizes = new ArrayList<>();
    private final List<String> elements = new ArrayList<>();
    private int at;

    Reader(String text) {
      this.text = text;
    }

    PgArray array() {
      bounds();
      boolean bounded = !lower.isEmpty();
      blanks();
      if (text.startsWith("{}", at) && at + 2 == text.length()) {
        return of(List.of());
      }
      nested(0);
      if (at != text.length()) {
        throw new IllegalArgumentException("not the end of the array");
      }
      if (!bounded) {
        sizes.forEach(size -> lower.add(1));
      }
      return new PgArray(lower, sizes, elements);
    }

    private void bounds() {
      while (text.charAt(at) == '[') {
        int colon = text.indexOf(':', at);
        int close = text.indexOf(']', colon);
        lower.add(Integer.parseInt(text, at + 1, colon, 10));
        at = close + 1;
      }
      if (text.charAt(at) == '=') {
        at++;
      }
    }

    private void blanks() {
      while (at < text.length() && Texts.isSpace(text.charAt(at))) {
        at++;
      }
    }

    private void nested(int dimension) {
      at++;
      if (sizes.size() == dimension) {
        sizes.add(0);
      }
      int count = 0;
      boolean more = true;
      while (more) {
        blanks();
        if (text.charAt(at) == '{') {
          nested(dimension + 1);
        } else {
          element();
        }
        count++;
        blanks();
        char c = text.charAt(at++);
        if (c != ',' && c != '}') {
          throw new IllegalArgumentException("neither , nor }");
        }
        more = c == ',';
      }
      sizes.set(dimension, count);
    }

    private void element() {
      if (text.charAt(at) == '"') {
        quoted();
        return;
      }
      int start = at;
      while (",}".indexOf(text.charAt(at)) < 0) {
        if ("\"\\{".indexOf(text.charAt(at)) >= 0) {
          throw new IllegalArgumentException("a quote within an element");
        }
        at++;
      }
      String element = Texts.trimSpaces(text.substring(start, at));
      if (element.isEmpty()) {
        throw new IllegalArgumentException("an element without text");
      }
      elements.add(element.equalsIgnoreCase("null") ? null : element);
    }

    private void quoted() {
      StringBuilder out = new StringBuilder();
      at++;
      while (text.charAt(at) != '"') {
        if (text.charAt(at) == '\\') {
          at++;
        }
        out.append(text.charAt(at++));
      }
      at++;
      elements.add(out.toString());
    }
  }
}
