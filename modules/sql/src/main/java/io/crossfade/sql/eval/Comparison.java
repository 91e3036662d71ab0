package io.crossfade.sql.eval;

import io.crossfade.sql.value.Dates;
import io.crossfade.sql.value.Floats;
import io.crossfade.sql.value.Texts;
import java.util.List;

/** How two values that are not NULL compare, and what is made of it. */
public final class Comparison {

  /** Order of two values; where only equality is known, 0 means equal. */
  @FunctionalInterface
  public interface Order {
    int compare(Object a, Object b);
  }

  /** Values of one Java class with their own order. */
  public static final Order NATURAL = Comparison::natural;

  /** Equal or not; the order of text belongs to a collation and is not known here. */
  public static final Order SAME_TEXT = (a, b) -> a.equals(b) ? 0 : 1;

  /** {@code char(n)}: blanks at the end do not count. */
  public static final Order SAME_PADDED_TEXT =
      (a, b) -> Texts.trimBlanks((String) a).equals(Texts.trimBlanks((String) b)) ? 0 : 1;

  /** Floats and doubles, mixed. */
  public static final Order FLOATING =
      (a, b) -> Floats.compare(((Number) a).doubleValue(), ((Number) b).doubleValue());

  /** A date before a timestamp. */
  public static final Order DATE_TIMESTAMP =
      (a, b) -> Dates.compareDateToTimestamp((Long) a, (Long) b);

  /** A timestamp before a date. */
  public static final Order TIMESTAMP_DATE =
      (a, b) -> -Dates.compareDateToTimestamp((Long) b, (Long) a);

  private Comparison() {}

  @SuppressWarnings("unchecked")
  private static int natural(Object a, Object b) {
    return ((Comparable<Object>) a).compareTo(b);
  }

  /** {@code =}, {@code <} and their kin. */
  public enum Test {
    EQUAL,
    NOT_EQUAL,
    LESS,
    LESS_OR_EQUAL,
    GREATER,
    GREATER_OR_EQUAL;

    boolean accepts(int order) {
      return switch (this) {
        case EQUAL -> order == 0;
        case NOT_EQUAL -> order != 0;
        case LESS -> order < 0;
        case LESS_OR_EQUAL -> order <= 0;
        case GREATER -> order > 0;
        case GREATER_OR_EQUAL -> order >= 0;
      };
    }
  }

  /** An operator of comparison. */
  public static Routine test(Order order, Test test) {
    return Routine.binary((Object a, Object b) -> test.accepts(order.compare(a, b)));
  }

  /** {@code IS DISTINCT FROM}, or {@code IS NOT DISTINCT FROM}; never NULL. */
  public static Routine distinct(Order order, boolean wanted) {
    return arguments -> {
      Eval first = arguments.get(0);
      Eval second = arguments.get(1);
      return row -> {
        Object a = first.of(row);
        Object b = second.of(row);
        boolean distinct = a == null || b == null ? a != b : order.compare(a, b) != 0;
        return distinct == wanted;
      };
    };
  }

  /** {@code NULLIF}: the first, but NULL where it equals the second. */
  public static Routine nullIf(Order order) {
    return arguments -> {
      Eval first = arguments.get(0);
      Eval second = arguments.get(1);
      return row -> {
        Object a = first.of(row);
        Object b = second.of(row);
        return a == null || b == null || order.compare(a, b) != 0 ? a : null;
      };
    };
  }

  /** {@code x IN (…)}: the first argument among the others. */
  public static Routine in(Order order) {
    return arguments -> {
      Eval searched = arguments.get(0);
      List<Eval> list = List.copyOf(arguments.subList(1, arguments.size()));
      return row -> {
        Object wanted = searched.of(row);
        boolean unknown = wanted == null;
        for (Eval element : list) {
          Object candidate = element.of(row);
          if (candidate == null) {
            unknown = true;
          } else if (wanted != null && order.compare(wanted, candidate) == 0) {
            return true;
          }
        }
        return unknown ? null : false;
      };
    };
  }

  /** {@code GREATEST} (sign 1) and {@code LEAST} (sign -1): NULL only where all are. */
  public static Routine extreme(Order order, int sign) {
    return arguments ->
        row -> {
          Object best = null;
          for (Eval argument : arguments) {
            Object value = argument.of(row);
            boolean better =
                value != null && (best == null || order.compare(value, best) * sign > 0);
            if (better) {
              best = value;
            }
          }
          return best;
        };
  }
}
