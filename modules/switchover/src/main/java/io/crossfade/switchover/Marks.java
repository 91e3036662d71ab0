package io.crossfade.switchover;

import io.crossfade.core.phase.Standing;

/** Where it stands for applications who takes writes. */
@FunctionalInterface
public interface Marks {

  /** Marks it as the standing says. Repeatable. */
  void writes(Standing standing) throws InterruptedException;
}
