package io.crossfade.sql.value;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/**
 * Text functions. They count code points, as PostgreSQL does in a UTF-8 database, not the UTF-16
 * units of a Java string.
 */
public final class Texts {

  /** MaxAllocSize: a text cannot be longer, in bytes. */
  private static final int MAX_BYTES = 0x3fffffff;

  private static final char[] HEX = "0123456789abcdef".toCharArray();

  private Texts() {}

  /** Without what C's isspace() takes at both ends. */
  static String trimSpaces(String text) {
    int start = 0;
    int end = text.length();
    while (start < end && isSpace(text.charAt(start))) {
      start++;
    }
    while (end > start && isSpace(text.charAt(end - 1))) {
      end--;
    }
    return text.substring(start, end);
  }

  static boolean isSpace(char c) {
    return c == ' ' || (c >= '\t' && c <= '\r');
  }

  static String asciiLower(String text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c >= 'A' && c <= 'Z') {
        StringBuilder lower = new StringBuilder(text);
        for (int j = i; j < text.length(); j++) {
          char d = text.charAt(j);
          if (d >= 'A' && d <= 'Z') {
            lower.setCharAt(j, (char) (d + 32));
          }
        }
        return lower.toString();
      }
    }
    return text;
  }

  /** How many characters it has. */
  public static int length(String text) {
    return text.codePointCount(0, text.length());
  }

  /** What {@code char(n)} loses on the way to text and does not count in comparisons. */
  public static String trimBlanks(String text) {
    int end = text.length();
    while (end > 0 && text.charAt(end - 1) == ' ') {
      end--;
    }
    return text.substring(0, end);
  }

  /** An explicit cast to {@code varchar(n)}: what is too long is cut off. */
  public static String truncate(String text, int length) {
    if (text.length() <= length || length(text) <= length) {
      return text;
    }
    return text.substring(0, text.offsetByCodePoints(0, length));
  }

  /** An explicit cast to {@code char(n)}: cut off or filled with blanks. */
  public static String pad(String text, int length) {
    int actual = length(text);
    return actual >= length ? truncate(text, length) : text + " ".repeat(length - actual);
  }

  /** Stored in a column of that length: only blanks may be cut off. */
  public static String fit(String text, int length, String type) {
    String fitting = truncate(text, length);
    for (int i = fitting.length(); i < text.length(); i++) {
      if (text.charAt(i) != ' ') {
        throw new PgError("22001", "value too long for type " + type);
      }
    }
    return fitting;
  }

  /** Simple case mapping, code point by code point: ß stays ß. */
  public static String upper(String text) {
    return map(text, Character::toUpperCase);
  }

  /** Simple case mapping, code point by code point. */
  public static String lower(String text) {
    return map(text, Character::toLowerCase);
  }

  private interface CodePointMap {
    int of(int codePoint);
  }

  private static String map(String text, CodePointMap map) {
    StringBuilder out = new StringBuilder(text.length());
    for (int i = 0; i < text.length(); ) {
      int codePoint = text.codePointAt(i);
      out.appendCodePoint(map.of(codePoint));
      i += Character.charCount(codePoint);
    }
    return out.toString();
  }

  /** The first letter of each run of letters and digits in upper case, the others in lower. */
  public static String initcap(String text) {
    StringBuilder out = new StringBuilder(text.length());
    boolean inWord = false;
    for (int i = 0; i < text.length(); ) {
      int codePoint = text.codePointAt(i);
      out.appendCodePoint(
          inWord ? Character.toLowerCase(codePoint) : Character.toUpperCase(codePoint));
      inWord = Character.isAlphabetic(codePoint) || Character.isDigit(codePoint);
      i += Character.charCount(codePoint);
    }
    return out.toString();
  }

  /** Which ends {@link #trim} works on. */
  public enum Ends {
    BOTH,
    LEFT,
    RIGHT
  }

  /** Without the characters of a set at the chosen ends. */
  public static String trim(String text, String set, Ends ends) {
    int start = 0;
    int end = text.length();
    if (ends != Ends.RIGHT) {
      while (start < end && contains(set, text.codePointAt(start))) {
        start += Character.charCount(text.codePointAt(start));
      }
    }
    if (ends != Ends.LEFT) {
      while (end > start && contains(set, text.codePointBefore(end))) {
        end -= Character.charCount(text.codePointBefore(end));
      }
    }
    return text.substring(start, end);
  }

  private static boolean contains(String set, int codePoint) {
    return set.indexOf(codePoint) >= 0;
  }

  /** From a place counted from 1 to the end. */
  public static String substring(String text, long from) {
    return between(text, from, Long.MAX_VALUE);
  }

  /** So many characters from a place counted from 1; places before the first count as well. */
  public static String substring(String text, long from, long count) {
    if (count < 0) {
      throw new PgError("22011", "negative substring length not allowed");
    }
    return between(text, from, from + count);
  }

  private static String between(String text, long from, long end) {
    long start = Math.max(from, 1);
    if (end <= start) {
      return "";
    }
    int length = length(text);
    if (start > length) {
      return "";
    }
    int startIndex = text.offsetByCodePoints(0, (int) (start - 1));
    if (end > length) {
      return text.substring(startIndex);
    }
    return text.substring(startIndex, text.offsetByCodePoints(startIndex, (int) (end - start)));
  }

  /** The first characters; negative: all but the last so many. */
  public static String left(String text, long count) {
    long keep = count >= 0 ? count : length(text) + count;
    return between(text, 1, 1 + Math.max(keep, 0));
  }

  /** The last characters; negative: all but the first so many. */
  public static String right(String text, long count) {
    long drop = count >= 0 ? Math.max(length(text) - count, 0) : -count;
    return between(text, drop + 1, Long.MAX_VALUE);
  }

  /** Every occurrence replaced, from the left; an empty pattern occurs nowhere. */
  public static String replace(String text, String from, String to) {
    return from.isEmpty() ? text : checkedLength(text.replace(from, to));
  }

  /** A field, counted from 1, negative from the end; empty where there is none. */
  public static String splitPart(String text, String separator, long field) {
    if (field == 0) {
      throw new PgError(PgError.INVALID_PARAMETER, "field position must not be zero");
    }
    if (text.isEmpty()) {
      return "";
    }
    if (separator.isEmpty()) {
      return field == 1 || field == -1 ? text : "";
    }
    long wanted = field;
    if (field < 0) {
      wanted = fields(text, separator) + field + 1;
      if (wanted < 1) {
        return "";
      }
    }
    int start = 0;
    for (long i = 1; ; i++) {
      int end = text.indexOf(separator, start);
      if (i == wanted) {
        return end < 0 ? text.substring(start) : text.substring(start, end);
      }
      if (end < 0) {
        return "";
      }
      start = end + separator.length();
    }
  }

  private static long fields(String text, String separator) {
    long count = 1;
    for (int at = text.indexOf(separator); at >= 0; ) {
      count++;
      at = text.indexOf(separator, at + separator.length());
    }
    return count;
  }

  /** Filled on the left to a length, or cut off on the right. */
  public static String leftPad(String text, long length, String fill) {
    return padding(text, length, fill) + truncate(text, (int) Math.max(length, 0));
  }

  /** Filled on the right to a length, or cut off there. */
  public static String rightPad(String text, long length, String fill) {
    return truncate(text, (int) Math.max(length, 0)) + padding(text, length, fill);
  }

  private static String padding(String text, long length, String fill) {
    // PostgreSQL looks at the worst case of four bytes for each character.
    if (length > 0 && length * 4 + 4 > MAX_BYTES) {
      throw new PgError("54000", "requested length too large");
    }
    long missing = length - length(text);
    if (missing <= 0 || fill.isEmpty()) {
      return "";
    }
    int fillLength = length(fill);
    String whole = fill.repeat((int) (missing / fillLength));
    return whole + truncate(fill, (int) (missing % fillLength));
  }

  /** Where a text occurs first, counted from 1; 0 where it does not. */
  public static long position(String text, String searched) {
    int at = text.indexOf(searched);
    return at < 0 ? 0 : text.codePointCount(0, at) + 1L;
  }

  /** The characters in the opposite order. */
  public static String reverse(String text) {
    StringBuilder out = new StringBuilder(text.length());
    for (int end = text.length(); end > 0; ) {
      int codePoint = text.codePointBefore(end);
      out.appendCodePoint(codePoint);
      end -= Character.charCount(codePoint);
    }
    return out.toString();
  }

  /** Each character of {@code from} replaced by the one at its place in {@code to}, or removed. */
  public static String translate(String text, String from, String to) {
    int[] sources = from.codePoints().toArray();
    int[] targets = to.codePoints().toArray();
    StringBuilder out = new StringBuilder(text.length());
    text.codePoints()
        .forEach(
            codePoint -> {
              int at = indexOf(sources, codePoint);
              if (at < 0) {
                out.appendCodePoint(codePoint);
              } else if (at < targets.length) {
                out.appendCodePoint(targets[at]);
              }
            });
    return out.toString();
  }

  private static int indexOf(int[] codePoints, int codePoint) {
    for (int i = 0; i < codePoints.length; i++) {
      if (codePoints[i] == codePoint) {
        return i;
      }
    }
    return -1;
  }

  /** The MD5 of the text's UTF-8 bytes in hex. */
  public static String md5(String text) {
    try {
      byte[] digest =
          MessageDigest.getInstance("MD5").digest(text.getBytes(StandardCharsets.UTF_8));
      char[] hex = new char[digest.length * 2];
      for (int i = 0; i < digest.length; i++) {
        hex[2 * i] = HEX[(digest[i] >> 4) & 15];
        hex[2 * i + 1] = HEX[digest[i] & 15];
      }
      return new String(hex);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has MD5", e);
    }
  }

  /** Both texts, one behind the other. */
  public static String concat(String a, String b) {
    return a.concat(b);
  }

  private static String checkedLength(String text) {
    if (text.length() > MAX_BYTES) {
      throw new PgError("54000", "text of " + text.length() + " characters");
    }
    return text;
  }
}
