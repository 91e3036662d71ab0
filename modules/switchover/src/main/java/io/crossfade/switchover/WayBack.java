package io.crossfade.switchover;

import io.crossfade.core.phase.Standing;
import java.time.Duration;

/** The reverse flow is made and proven, before anybody is kept from writing. */
final class WayBack implements Step {

  private final Flow reverse;
  private final Standing standing;

  WayBack(Flow reverse, Standing standing) {
    this.reverse = reverse;
    this.standing = standing;
  }

  @Override
  public String name() {
    return "way-back";
  }

  @Override
  public String what() {
    return "make a slot, a publication and raw topics at the target, and send a row of a table of"
        + " ours from there to the source";
  }

  @Override
  public void start(Duration left) throws InterruptedException {
    reverse.prepare(standing);
  }

  @Override
  public void complete(Duration left) throws InterruptedException {
    reverse.prove(left);
  }

  @Override
  public void rollBack() throws InterruptedException {
    reverse.close(standing);
  }
}
