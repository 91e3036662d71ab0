package io.crossfade.sql.group;

import io.crossfade.core.table.Row;
import io.crossfade.sql.value.PgNumeric;
import java.math.BigDecimal;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * {@code SUM} and {@code AVG} of exact numbers. The sum is shown with as many digits behind the
 * point as the value with the most of them has, so it is remembered how many have how many; values
 * that are no finite numbers are counted apart, as in numeric.c, since what is added to them cannot
 * be taken away again.
 */
final class Sum implements Accumulator {

  /** What is made of the sum. */
  enum Kind {
    /** Of integers that cannot leave bigint but by their number. */
    BIGINT_SUM,
    NUMERIC_SUM,
    AVERAGE
  }

  private static final String NAN = "NaN";
  private static final String INFINITY = "Infinity";
  private static final String MINUS_INFINITY = "-Infinity";

  private final Kind kind;
  private BigDecimal sum = BigDecimal.ZERO;

  /** How many values there are, by their digits behind the point, or by what they are instead. */
  private final Map<String, Long> counts = new TreeMap<>();

  Sum(Kind kind, String text) {
    this.kind = kind;
    if (text.isEmpty()) {
      return;
    }
    String[] parts = text.split(" ");
    sum = new BigDecimal(parts[0]);
    for (int i = 1; i < parts.length; i++) {
      int between = parts[i].indexOf('=');
      counts.put(parts[i].substring(0, between), Long.parseLong(parts[i].substring(between + 1)));
    }
  }

  @Override
  public void take(Row arguments, int times) {
    if (arguments.get(0) == null) {
      return;
    }
    PgNumeric value = PgNumeric.parse(arguments.get(0));
    if (value.isFinite()) {
      sum = times > 0 ? sum.add(value.value()) : sum.subtract(value.value());
      count(Integer.toString(value.value().scale()), times);
    } else {
      count(value.toString(), times);
    }
  }

  private void count(String what, int times) {
    if (counts.merge(what, (long) times, Long::sum) == 0) {
      counts.remove(what);
    }
  }

  @Override
  public String text() {
    return sum.toPlainString()
        + counts.entrySet().stream()
            .map(one -> " " + one.getKey() + "=" + one.getValue())
            .collect(Collectors.joining());
  }

  @Override
  public String result(Members members) {
    long count = counts.values().stream().mapToLong(Long::longValue).sum();
    if (count == 0) {
      return null;
    }
    PgNumeric total = total();
    return switch (kind) {
      case AVERAGE -> total.dividedBy(PgNumeric.of(count)).toString();
      case NUMERIC_SUM -> total.toString();
      case BIGINT_SUM -> Long.toString(total.toLong(Long.MIN_VALUE, Long.MAX_VALUE, "bigint"));
    };
  }

  private PgNumeric total() {
    if (counts.containsKey(NAN)
        || (counts.containsKey(INFINITY) && counts.containsKey(MINUS_INFINITY))) {
      return PgNumeric.NAN;
    }
    if (counts.containsKey(INFINITY)) {
      return PgNumeric.INFINITY;
    }
    if (counts.containsKey(MINUS_INFINITY)) {
      return PgNumeric.MINUS_INFINITY;
    }
    int scale = counts.keySet().stream().mapToInt(Integer::parseInt).max().orElse(0);
    return PgNumeric.of(sum.setScale(scale));
  }
}
