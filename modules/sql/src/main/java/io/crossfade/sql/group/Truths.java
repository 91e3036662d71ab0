package io.crossfade.sql.group;

import io.crossfade.core.table.Row;

/** {@code BOOL_AND} and {@code BOOL_OR}: how many are true, and how many are false. */
final class Truths implements Accumulator {

  private final boolean and;
  private long trues;
  private long falses;

  Truths(boolean and, String text) {
    this.and = and;
    if (!text.isEmpty()) {
      int between = text.indexOf(' ');
      trues = Long.parseLong(text.substring(0, between));
      falses = Long.parseLong(text.substring(between + 1));
    }
  }

  @Override
  public void take(Row arguments, int times) {
    String value = arguments.get(0);
    if (value != null && value.equals("t")) {
      trues += times;
    } else if (value != null) {
      falses += times;
    }
  }

  @Override
  public String text() {
    return trues + " " + falses;
  }

  @Override
  public String result(Members members) {
    if (trues + falses == 0) {
      return null;
    }
    return (and ? falses == 0 : trues > 0) ? "t" : "f";
  }
}
