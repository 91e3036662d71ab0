package io.crossfade.sql.group;

import io.crossfade.core.table.Row;

/** {@code COUNT}: of rows, or of those whose argument is not NULL. */
final class Counter implements Accumulator {

  private final boolean ofRows;
  private long count;

  Counter(boolean ofRows, String text) {
    this.ofRows = ofRows;
    this.count = text.isEmpty() ? 0 : Long.parseLong(text);
  }

  @Override
  public void take(Row arguments, int times) {
    if (ofRows || arguments.get(0) != null) {
      count += times;
    }
  }

  @Override
  public String text() {
    return Long.toString(count);
  }

  @Override
  public String result(Members members) {
    return text();
  }
}
