package io.crossfade.sql.eval;

import io.crossfade.sql.value.Like;
import io.crossfade.sql.value.Texts;
import java.util.List;

/** {@code LIKE} and {@code ILIKE}; a pattern that is known beforehand is read once. */
public final class Patterns {

  private Patterns() {}

  /**
   * The routine.
   *
   * @param ignoreCase ILIKE: both sides in lower case
   * @param wanted false for NOT LIKE
   */
  public static Routine like(boolean ignoreCase, boolean wanted) {
    return arguments -> {
      Eval text = arguments.get(0);
      Eval pattern = compiledPattern(arguments, ignoreCase);
      return row -> {
        Object value = text.of(row);
        Object like = pattern.of(row);
        if (value == null || like == null) {
          return null;
        }
        String compared = ignoreCase ? Texts.lower((String) value) : (String) value;
        return ((Like) like).matches(compared) == wanted;
      };
    };
  }

  private static Eval compiledPattern(List<Eval> arguments, boolean ignoreCase) {
    Eval pattern = arguments.get(1);
    Eval escape = arguments.size() > 2 ? arguments.get(2) : new Eval.Known("\\");
    Eval compiled =
        row -> {
          Object text = pattern.of(row);
          Object character = escape.of(row);
          if (text == null || character == null) {
            return null;
          }
          Like like = Like.of((String) text, (String) character);
          return ignoreCase ? like.lower() : like;
        };
    boolean known = pattern instanceof Eval.Known && escape instanceof Eval.Known;
    return known ? new Eval.Known(compiled.of(null)) : compiled;
  }
}
