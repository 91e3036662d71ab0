package io.crossfade.core.model;

import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * A state of a model. It changes by steps only, and a step does the same in the same state, so a
 * state is also the list of the steps that lead to it.
 *
 * @param <W> the model itself
 */
interface World<W> {

  /**
   * Something that can happen next.
   *
   * @param says what, for people; no two steps of one state say the same
   * @param fault whether it is something that goes wrong, which nobody can wait for
   * @param take makes it happen
   */
  record Step<W>(String says, boolean fault, Consumer<W> take) {

    static <W> Step<W> of(String says, Consumer<W> take) {
      return new Step<>(says, false, take);
    }

    static <W> Step<W> fault(String says, Consumer<W> take) {
      return new Step<>(says, true, take);
    }
  }

  /** All that can happen next. */
  List<Step<W>> steps();

  /** What is wrong, which must not be in any state. */
  Optional<String> problem();

  /** What is wrong, which must not be when nothing more can happen. */
  Optional<String> problemAtTheEnd();
}
