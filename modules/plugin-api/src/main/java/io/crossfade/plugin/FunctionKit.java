package io.crossfade.plugin;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;

/**
 * Calls a function in a test as a migration would:
 *
 * <pre>{@code
 * FunctionKit kit = FunctionKit.of(new PlanName());
 * assertEquals("Gold", kit.call("G", 3L));
 * }</pre>
 */
public final class FunctionKit {

  private final FunctionCall call;

  private FunctionKit(FunctionCall call) {
    this.call = call;
  }

  /**
   * A kit for a function.
   *
   * @throws IllegalArgumentException where its declaration is wrong
   */
  public static FunctionKit of(ScalarFunction function) {
    return new FunctionKit(FunctionCall.of(function));
  }

  /**
   * Calls it, twice: a function that gives two results for the same arguments cannot be used.
   *
   * @param arguments one for each parameter, of its class; {@code null} is NULL
   * @throws IllegalArgumentException where the arguments are not what the function declares
   * @throws FunctionFailure where it throws, gives something else than it declares, or is not pure
   */
  public Object call(Object... arguments) {
    List<Object> values = new ArrayList<>(Arrays.asList(arguments));
    if (values.size() != call.parameters().size()) {
      throw new IllegalArgumentException(
          call.signature() + " was called with " + values.size() + " arguments");
    }
    for (int i = 0; i < values.size(); i++) {
      Class<?> wanted = call.parameters().get(i).valueClass();
      if (values.get(i) != null && !wanted.isInstance(values.get(i))) {
        throw new IllegalArgumentException(
            "argument "
                + (i + 1)
                + " of "
                + call.signature()
                + " must be a "
                + wanted.getName()
                + ", this is a "
                + values.get(i).getClass().getName());
      }
    }
    Object first = call.call(values);
    Object second = call.call(values);
    if (!Objects.equals(first, second)) {
      throw new FunctionFailure(
          call.name() + " gave " + first + " and then " + second + ": it is not pure", null);
    }
    return first;
  }
}
