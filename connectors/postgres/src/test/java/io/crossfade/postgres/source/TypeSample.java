package io.crossfade.postgres.source;

import java.util.List;
import java.util.Random;
import java.util.function.Function;

/**
 * A type with values of it.
 *
 * @param column what a column of it is called
 * @param type as {@code CREATE TABLE} takes it
 * @param since the major version that has all of these values
 * @param extremes literals, without quotes around them
 * @param random makes one more literal
 */
record TypeSample(
    String column, String type, int since, List<String> extremes, Function<Random, String> random) {

  /** One of the extremes, or a random value. */
  String any(Random source) {
    return source.nextInt(3) == 0
        ? extremes.get(source.nextInt(extremes.size()))
        : random.apply(source);
  }

  /** The literal as SQL. */
  String sql(String literal) {
    return "'" + literal.replace("'", "''") + "'::" + type;
  }

  @Override
  public String toString() {
    return type;
  }
}
