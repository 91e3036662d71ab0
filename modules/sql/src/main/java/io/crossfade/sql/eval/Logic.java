package io.crossfade.sql.eval;

/** Three-valued logic, and the choices that are made with it. */
public final class Logic {

  /** False as soon as one is, then NULL as soon as one is; left to right. */
  public static final Routine AND = arguments -> junction(arguments.toArray(new Eval[0]), false);

  /** True as soon as one is, then NULL as soon as one is; left to right. */
  public static final Routine OR = arguments -> junction(arguments.toArray(new Eval[0]), true);

  public static final Routine NOT = Routine.unary((Boolean a) -> !a);

  /**
   * Conditions and results by turns, then the result for no condition. Only the chosen result is
   * evaluated.
   */
  public static final Routine CASE =
      arguments -> {
        Eval[] branches = arguments.toArray(new Eval[0]);
        return row -> {
          for (int i = 0; i + 1 < branches.length; i += 2) {
            if (Boolean.TRUE.equals(branches[i].of(row))) {
              return branches[i + 1].of(row);
            }
          }
          return branches[branches.length - 1].of(row);
        };
      };

  /** The first that is not NULL; those behind it are not evaluated. */
  public static final Routine COALESCE =
      arguments -> {
        Eval[] choices = arguments.toArray(new Eval[0]);
        return row -> {
          for (Eval choice : choices) {
            Object value = choice.of(row);
            if (value != null) {
              return value;
            }
          }
          return null;
        };
      };

  private Logic() {}

  private static Eval junction(Eval[] operands, boolean decisive) {
    return row -> {
      boolean unknown = false;
      for (Eval operand : operands) {
        Object value = operand.of(row);
        if (value == null) {
          unknown = true;
        } else if ((Boolean) value == decisive) {
          return decisive;
        }
      }
      return unknown ? null : !decisive;
    };
  }

  /** {@code IS [NOT] NULL}. */
  public static Routine isNull(boolean wanted) {
    return arguments -> {
      Eval operand = arguments.get(0);
      return row -> (operand.of(row) == null) == wanted;
    };
  }

  /** {@code IS [NOT] TRUE}, {@code IS [NOT] FALSE}. */
  public static Routine is(boolean truth, boolean wanted) {
    return arguments -> {
      Eval operand = arguments.get(0);
      Boolean searched = truth;
      return row -> searched.equals(operand.of(row)) == wanted;
    };
  }
}
