package io.crossfade.sql.eval;

import java.util.List;

/**
 * {@code CONCAT} and {@code CONCAT_WS} over arguments that are text already; NULLs are left out.
 */
public final class Concatenation {

  /** Never NULL. */
  public static final Routine CONCAT = arguments -> join(new Eval.Known(""), arguments);

  /** NULL where the separator is. */
  public static final Routine CONCAT_WS =
      arguments -> join(arguments.get(0), arguments.subList(1, arguments.size()));

  private Concatenation() {}

  private static Eval join(Eval separator, List<Eval> parts) {
    Eval[] all = parts.toArray(new Eval[0]);
    return row -> {
      Object between = separator.of(row);
      StringBuilder out = new StringBuilder();
      boolean first = true;
      for (Eval part : all) {
        Object value = part.of(row);
        if (value != null) {
          if (!first && between != null) {
            out.append((String) between);
          }
          out.append((String) value);
          first = false;
        }
      }
      return between == null ? null : out.toString();
    };
  }
}
