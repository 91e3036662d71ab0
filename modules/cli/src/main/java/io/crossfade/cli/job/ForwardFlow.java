package io.crossfade.cli.job;

import io.crossfade.core.phase.Standing;
import io.crossfade.core.target.InputPartition;
import io.crossfade.core.target.TargetDatabase;
import io.crossfade.switchover.Flow;
import io.crossfade.transform.Apply;
import java.time.Duration;
import java.util.Map;

/**
 * The flow from the old tables to the new ones. Its capture goes on while the new tables serve: raw
 * topics stay exact copies of the old tables, and the slot lets the log go. What it brings then is
 * applied after a rollback.
 */
final class ForwardFlow implements Flow {

  private final Barriers barriers;
  private final Apply apply;
  private final TargetDatabase target;
  private final String group;

  ForwardFlow(Barriers barriers, Apply apply, TargetDatabase target, String group) {
    this.barriers = barriers;
    this.apply = apply;
    this.target = target;
    this.group = group;
  }

  @Override
  public void prepare(Standing standing) {
    // It runs as long as the job does.
  }

  @Override
  public void prove(Duration patience) throws InterruptedException {
    drain(patience);
  }

  @Override
  public void open(Standing standing) {
    target.unseal(group);
    apply.goOn();
  }

  @Override
  public void drain(Duration patience) throws InterruptedException {
    barriers.await(patience);
  }

  @Override
  public Map<InputPartition, Long> position(Duration patience) throws InterruptedException {
    return Barriers.offsets(barriers.write(patience));
  }

  @Override
  public void seal(Standing standing) {
    target.seal(group);
  }

  @Override
  public void unseal(Standing standing) {
    target.unseal(group);
  }

  @Override
  public void close(Standing standing) {
    target.seal(group);
    apply.hold();
  }
}
