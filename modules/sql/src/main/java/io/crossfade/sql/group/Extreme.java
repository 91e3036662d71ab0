package io.crossfade.sql.group;

import io.crossfade.core.table.Row;
import io.crossfade.core.table.TypeFamily;
import io.crossfade.sql.eval.Comparison;
import io.crossfade.sql.value.Values;

/**
 * {@code MIN} and {@code MAX}. The rows of the group are looked at again where the one that had it
 * has gone.
 */
final class Extreme implements Accumulator {

  private static final String NONE = "n";
  private static final String LOST = "l";
  private static final String KNOWN = "k";

  private final TypeFamily family;
  private final Comparison.Order order;
  private final int sign;
  private boolean lost;
  private String best;

  /**
   * @param sign 1 for the greatest, -1 for the least
   */
  Extreme(TypeFamily family, Comparison.Order order, int sign, String text) {
    this.family = family;
    this.order = order;
    this.sign = sign;
    this.lost = text.equals(LOST);
    this.best = text.startsWith(KNOWN) ? text.substring(KNOWN.length()) : null;
  }

  @Override
  public void take(Row arguments, int times) {
    String value = arguments.get(0);
    if (value == null || lost) {
      return;
    }
    if (times < 0) {
      lost = value.equals(best);
    } else {
      better(value);
    }
  }

  private void better(String value) {
    if (best == null
        || order.compare(Values.read(family, value), Values.read(family, best)) * sign > 0) {
      best = value;
    }
  }

  @Override
  public String text() {
    return lost ? LOST : best == null ? NONE : KNOWN + best;
  }

  @Override
  public String result(Members members) {
    if (lost) {
      lost = false;
      best = null;
      members.each(
          arguments -> {
            if (arguments.get(0) != null) {
              better(arguments.get(0));
            }
          });
    }
    return best;
  }
}
