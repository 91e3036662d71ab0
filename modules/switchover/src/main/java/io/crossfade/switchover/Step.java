package io.crossfade.switchover;

import java.time.Duration;
import java.util.List;

/**
 * A part of a switch that can be undone. A process may die at any place of it: whoever comes next
 * calls {@link #rollBack}, whether the step had begun or not.
 */
interface Step {

  /** One word, for people and logs. */
  String name();

  /** What it will do, as a sentence, for {@code --dry-run}. */
  String what();

  /** What has to be so before anything is changed. Changes nothing. */
  default List<Gate> validate() {
    return List.of();
  }

  /**
   * Begins it.
   *
   * @param left how much of the time for it is left
   */
  default void start(Duration left) throws InterruptedException {}

  /**
   * Waits until it is done.
   *
   * @param left how much of the time for it is left
   */
  default void complete(Duration left) throws InterruptedException {}

  /** As if it had never begun. Repeatable, also where it has not begun. */
  default void rollBack() throws InterruptedException {}
}
