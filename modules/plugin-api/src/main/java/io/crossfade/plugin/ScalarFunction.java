package io.crossfade.plugin;

import java.util.List;

/**
 * A function that a SELECT may call by its name. Found in the jars of {@code --plugins DIR} by
 * {@link java.util.ServiceLoader}: the jar names its classes in {@code
 * META-INF/services/io.crossfade.plugin.ScalarFunction}, and each has a public constructor without
 * parameters.
 *
 * <p>It must be pure: the same arguments give the same result, today and at a replay next week. No
 * clock, no random numbers, no files, no network, no state. It is called by several threads at
 * once, and for some rows more than once.
 */
public interface ScalarFunction {

  /** As it is called in SQL: small letters, digits and {@code _}, and no name of PostgreSQL's. */
  String name();

  /** The types of its arguments, in order. */
  List<SqlType> parameters();

  /** The type of what it gives. */
  SqlType result();

  /**
   * Computes.
   *
   * @param arguments one for each parameter, of the parameter's {@link SqlType#valueClass()}; none
   *     is {@code null} unless the function {@link #takesNulls()}
   * @return a value of the result's class; {@code null} is NULL
   * @throws RuntimeException where there is no result: the row is refused with the message, as for
   *     an error in SQL
   */
  Object call(List<Object> arguments);

  /**
   * Whether it wants to be called where an argument is NULL. If not, which is the default, the
   * result is NULL then.
   */
  default boolean takesNulls() {
    return false;
  }
}
