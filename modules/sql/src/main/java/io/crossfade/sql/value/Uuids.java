package io.crossfade.sql.value;

/** {@code uuid}: 32 hex digits; PostgreSQL takes them in more shapes than it prints. */
final class Uuids {

  private static final int DIGITS = 32;

  private Uuids() {}

  /** Canonical form of what a user wrote: any case, braces, a hyphen behind each fourth digit. */
  static String fromText(String text) {
    StringBuilder out = new StringBuilder(36);
    int at = 0;
    boolean braces = text.startsWith("{");
    if (braces) {
      at++;
    }
    for (int digit = 0; digit < DIGITS; digit++) {
      int value = at < text.length() ? hexDigit(text.charAt(at)) : -1;
      if (value < 0) {
        throw PgError.invalidText("uuid", text);
      }
      if (digit == 8 || digit == 12 || digit == 16 || digit == 20) {
        out.append('-');
      }
      out.append(Character.forDigit(value, 16));
      at++;
      boolean hyphenAllowed = digit % 4 == 3 && digit < DIGITS - 1;
      if (hyphenAllowed && at < text.length() && text.charAt(at) == '-') {
        at++;
      }
    }
    if (braces && !(at < text.length() && text.charAt(at++) == '}')) {
      throw PgError.invalidText("uuid", text);
    }
    if (at != text.length()) {
      throw PgError.invalidText("uuid", text);
    }
    return out.toString();
  }

  private static int hexDigit(char c) {
    return c < 128 ? Character.digit(c, 16) : -1;
  }
}
