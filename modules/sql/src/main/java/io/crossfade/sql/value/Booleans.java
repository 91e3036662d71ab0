package io.crossfade.sql.value;

/** {@code boolean} from text that a user wrote. */
final class Booleans {

  private Booleans() {}

  /** Any beginning of true, false, yes, no; on, off (at least "of"); 1, 0. */
  static boolean fromText(String text) {
    String word = Texts.asciiLower(Texts.trimSpaces(text));
    if (!word.isEmpty()) {
      if ("true".startsWith(word) || "yes".startsWith(word) || word.equals("on")) {
        return true;
      }
      if ("false".startsWith(word) || "no".startsWith(word)) {
        return false;
      }
      if (word.equals("of") || word.equals("off") || word.equals("0")) {
        return false;
      }
      if (word.equals("1")) {
        return true;
      }
    }
    throw PgError.invalidText("boolean", text);
  }
}
