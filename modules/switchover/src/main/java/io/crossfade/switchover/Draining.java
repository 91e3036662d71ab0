package io.crossfade.switchover;

import java.time.Duration;

/** All that was written until the fence stood has come through. */
final class Draining implements Step {

  private final Flow flow;
  private final Place from;
  private final Place to;

  Draining(Flow flow, Place from, Place to) {
    this.flow = flow;
    this.from = from;
    this.to = to;
  }

  @Override
  public String name() {
    return "drain";
  }

  @Override
  public String what() {
    return "wait until "
        + to.name()
        + " have all that was committed in "
        + from.name()
        + " (a barrier, applied)";
  }

  @Override
  public void complete(Duration left) throws InterruptedException {
    flow.drain(left);
  }
}
