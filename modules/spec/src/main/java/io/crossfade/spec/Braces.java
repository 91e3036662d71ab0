package io.crossfade.spec;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Lets a reference stand unquoted between the braces of a YAML flow mapping, as in {@code {token:
 * ${env:TOKEN}}}: YAML alone would read its braces as another mapping. While the parser runs they
 * are two characters that the file does not have; lengths, and so all places, stay the same.
 */
final class Braces {
  private static final Pattern REFERENCE = Pattern.compile("\\$\\{((?:env|file):[^{}\r\n]*)}");
  private static final int PRIVATE_USE_START = 0xE000;

  private final char left;
  private final char right;

  private Braces(char left, char right) {
    this.left = left;
    this.right = right;
  }

  static Braces unusedIn(String text) {
    char left = unused(text, (char) PRIVATE_USE_START);
    return new Braces(left, unused(text, (char) (left + 1)));
  }

  private static char unused(String text, char from) {
    char candidate = from;
    while (text.indexOf(candidate) >= 0) {
      candidate++;
    }
    return candidate;
  }

  String hide(String text) {
    return REFERENCE.matcher(text).replaceAll(Matcher.quoteReplacement("$" + left) + "$1" + right);
  }

  String show(String text) {
    return text.replace(left, '{').replace(right, '}');
  }
}
