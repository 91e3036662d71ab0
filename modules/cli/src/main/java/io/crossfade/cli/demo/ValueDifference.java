package io.crossfade.cli.demo;

/** Two values of a column in a few words, even where they are long. */
final class ValueDifference {

  private static final int WIDEST = 40;
  private static final int BEFORE = 10;

  private ValueDifference() {}

  /**
   * What differs.
   *
   * @param old what it should be; null is NULL
   * @param fresh what it is
   */
  static String describe(String column, String old, String fresh) {
    int from = old == null || fresh == null ? 0 : Math.max(0, common(old, fresh) - BEFORE);
    return column + " is " + excerpt(fresh, from) + ", should be " + excerpt(old, from);
  }

  private static int common(String a, String b) {
    int i = 0;
    while (i < a.length() && i < b.length() && a.charAt(i) == b.charAt(i)) {
      i++;
    }
    return i;
  }

  private static String excerpt(String value, int from) {
    if (value == null) {
      return "NULL";
    }
    boolean all = value.length() <= WIDEST;
    int start = all ? 0 : from;
    int end = all ? value.length() : Math.min(value.length(), start + WIDEST);
    StringBuilder text = new StringBuilder(start > 0 ? "…'" : "'");
    value.substring(start, end).codePoints().forEach(c -> append(text, c));
    return text.append(end < value.length() ? "'…" : "'").toString();
  }

  private static void append(StringBuilder text, int c) {
    if (Character.isISOControl(c)) {
      text.append("\\u%04x".formatted(c));
    } else {
      text.appendCodePoint(c);
    }
  }
}
