package io.crossfade.postgres.source;

import java.nio.charset.StandardCharsets;

/**
 * Takes a line of {@code COPY … TO STDOUT} in text format apart. PostgreSQL writes only these
 * escapes: {@code \N} for NULL, and {@code \b \f \n \r \t \v \\}; see {@code CopyAttributeOutText}
 * in its source.
 */
public final class CopyText {

  private CopyText() {}

  /**
   * The fields of a line.
   *
   * @param line in UTF-8, with or without its newline
   * @param count how many fields it has
   * @return the text of each; null for NULL
   * @throws IllegalArgumentException where it has another number of them
   */
  public static String[] fields(byte[] line, int count) {
    int end = line.length > 0 && line[line.length - 1] == '\n' ? line.length - 1 : line.length;
    String[] fields = new String[count];
    int start = 0;
    for (int i = 0; i < count; i++) {
      if (start > end) {
        throw new IllegalArgumentException("a COPY line has " + i + " of " + count + " fields");
      }
      int stop = start;
      boolean escaped = false;
      while (stop < end && line[stop] != '\t') {
        escaped |= line[stop] == '\\';
        stop++;
      }
      fields[i] =
          escaped
              ? unescape(line, start, stop)
              : new String(line, start, stop - start, StandardCharsets.UTF_8);
      start = stop + 1;
    }
    if (start <= end) {
      throw new IllegalArgumentException("a COPY line has more than " + count + " fields");
    }
    return fields;
  }

  private static String unescape(byte[] line, int start, int stop) {
    if (stop - start == 2 && line[start + 1] == 'N') {
      return null;
    }
    byte[] plain = new byte[stop - start];
    int length = 0;
    for (int i = start; i < stop; i++) {
      byte b = line[i];
      plain[length++] = b == '\\' ? meaning(line[++i]) : b;
    }
    return new String(plain, 0, length, StandardCharsets.UTF_8);
  }

  private static byte meaning(byte escape) {
    switch (escape) {
      case 'b':
        return '\b';
      case 'f':
        return '\f';
      case 'n':
        return '\n';
      case 'r':
        return '\r';
      case 't':
        return '\t';
      case 'v':
        return 0x0b;
      default:
        return escape;
    }
  }
}
