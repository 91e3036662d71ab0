package io.crossfade.spec;

import java.util.Arrays;

/** The file's text; turns offsets into lines and columns as editors count them. */
final class SourceText {
  private final String file;
  private final String text;
  private final int[] lineStarts;

  SourceText(String file, String text) {
    this.file = file;
    this.text = text;
    this.lineStarts = lineStarts(text);
  }

  private static int[] lineStarts(String text) {
    int[] starts = new int[text.length() + 1];
    int lines = 1;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      boolean half = c == '\r' && i + 1 < text.length() && text.charAt(i + 1) == '\n';
      if (c == '\n' || (c == '\r' && !half)) {
        starts[lines++] = i + 1;
      }
    }
    return Arrays.copyOf(starts, lines);
  }

  String text() {
    return text;
  }

  /** The offset of the code point of that number; the YAML parser counts so. */
  int offsetOfCodePoint(int number) {
    int points = text.codePointCount(0, text.length());
    return text.offsetByCodePoints(0, Math.min(number, points));
  }

  Place place(int offset) {
    int found = Arrays.binarySearch(lineStarts, offset);
    int line = found >= 0 ? found : -found - 2;
    int column = text.codePointCount(lineStarts[line], Math.min(offset, text.length()));
    return new Place(file, line + 1, column + 1);
  }
}
