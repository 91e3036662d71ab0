package io.crossfade.switchover;

import io.crossfade.core.phase.Standing;

/** Where decisions are written down. */
public interface Ledger {

  /**
   * Writes one down; durable when this returns.
   *
   * @throws RuntimeException where another one leads by now, or nobody answers: what counts then
   *     has to be asked for
   */
  void decide(Standing standing) throws InterruptedException;
}
