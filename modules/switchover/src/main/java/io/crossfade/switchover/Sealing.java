package io.crossfade.switchover;

import io.crossfade.core.phase.Standing;
import java.time.Duration;

/** The flow whose turn is over writes nothing any more, whichever process runs it. */
final class Sealing implements Step {

  private final Flow flow;
  private final Standing standing;
  private final Place to;

  Sealing(Flow flow, Standing standing, Place to) {
    this.flow = flow;
    this.standing = standing;
    this.to = to;
  }

  @Override
  public String name() {
    return "seal";
  }

  @Override
  public String what() {
    return "end the flow into " + to.name() + ", on all instances";
  }

  @Override
  public void start(Duration left) {
    flow.seal(standing);
  }

  @Override
  public void rollBack() {
    flow.unseal(standing);
  }
}
