package io.crossfade.plugin;

import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.regex.Pattern;

/**
 * A function whose declaration was looked at, ready to be called. The evaluator and {@link
 * FunctionKit} both call functions by way of this class, so that a test sees what a migration does.
 */
public final class FunctionCall {

  private static final Pattern NAME = Pattern.compile("[a-z_][a-z0-9_]{0,62}");

  private final ScalarFunction function;
  private final String name;
  private final List<SqlType> parameters;
  private final SqlType result;
  private final boolean takesNulls;

  private FunctionCall(ScalarFunction function) {
    this.function = Objects.requireNonNull(function, "function");
    String where = function.getClass().getName();
    this.name = Objects.requireNonNull(function.name(), () -> where + " has no name");
    this.parameters = List.copyOf(function.parameters());
    this.result = Objects.requireNonNull(function.result(), () -> where + " has no result");
    this.takesNulls = function.takesNulls();
    if (!NAME.matcher(name).matches()) {
      throw new IllegalArgumentException(
          where + ": the name '" + name + "' must be small letters, digits and _, 63 at most");
    }
  }

  /**
   * Reads the declaration of a function.
   *
   * @throws IllegalArgumentException where it is wrong
   */
  public static FunctionCall of(ScalarFunction function) {
    return new FunctionCall(function);
  }

  public String name() {
    return name;
  }

  public List<SqlType> parameters() {
    return parameters;
  }

  public SqlType result() {
    return result;
  }

  /** Whether it is called with NULLs. */
  public boolean takesNulls() {
    return takesNulls;
  }

  /** {@code name(type, type)}, for messages. */
  public String signature() {
    return name + parameters.toString().replace('[', '(').replace(']', ')');
  }

  /**
   * Calls it.
   *
   * @param arguments values of the parameters' classes; {@code null} is NULL
   * @return a value of the result's class, or {@code null}
   * @throws FunctionFailure where it throws, or gives something else than it declares
   */
  public Object call(List<Object> arguments) {
    if (!takesNulls && arguments.stream().anyMatch(Objects::isNull)) {
      return null;
    }
    Object value;
    try {
      value = function.call(Collections.unmodifiableList(arguments));
    } catch (RuntimeException e) {
      String message = e.getMessage() == null ? e.getClass().getName() : e.getMessage();
      throw new FunctionFailure(name + ": " + message, e);
    }
    if (value != null && !result.valueClass().isInstance(value)) {
      throw new FunctionFailure(
          name + " gave a " + value.getClass().getName() + ", it declares " + result, null);
    }
    if (value instanceof String text && text.indexOf('\0') >= 0) {
      throw new FunctionFailure(name + " gave a text with U+0000, which no database takes", null);
    }
    return value;
  }
}
