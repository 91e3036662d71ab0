package io.crossfade.bench;

import java.util.EnumMap;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Supplier;

/**
 * Which process plays which part, so that each is charged with its own time. What observers use,
 * this process and their sessions in the servers, is nobody's part.
 *
 * @param mover who carries the rows; empty where the target fetches them itself
 * @param broker looked for at each call, since it starts after the job; empty while there is none
 * @param source the postmaster of the source
 * @param target the postmaster of the target
 */
record Roles(OptionalLong mover, Supplier<OptionalLong> broker, long source, long target) {

  /** The servers alone. */
  static Roles ofServers(Pair pair) {
    return new Roles(
        OptionalLong.empty(),
        OptionalLong::empty,
        pair.source().server().pid(),
        pair.target().server().pid());
  }

  Roles withMover(long pid) {
    return new Roles(OptionalLong.of(pid), broker, source, target);
  }

  Roles withBroker(Supplier<OptionalLong> newBroker) {
    return new Roles(mover, newBroker, source, target);
  }

  /**
   * Ticks that each has used so far.
   *
   * @param atSource sessions of observers in the source
   * @param atTarget sessions of observers in the target
   */
  Map<Metric, Long> ticks(Set<Long> atSource, Set<Long> atTarget) {
    long self = ProcessHandle.current().pid();
    long observingSource = atSource.stream().mapToLong(Proc::ownTicks).sum();
    long observingTarget = atTarget.stream().mapToLong(Proc::ownTicks).sum();
    boolean observes = mover.isEmpty() || mover.getAsLong() != self;
    Map<Metric, Long> ticks = new EnumMap<>(Metric.class);
    mover.ifPresent(pid -> ticks.put(Metric.CPU_MOVER, Proc.ownTicks(pid)));
    broker.get().ifPresent(pid -> ticks.put(Metric.CPU_BROKER, Proc.ownTicks(pid)));
    ticks.put(Metric.CPU_SOURCE, Proc.treeTicks(source) - observingSource);
    ticks.put(Metric.CPU_TARGET, Proc.treeTicks(target) - observingTarget);
    ticks.put(
        Metric.CPU_OBSERVER,
        observingSource + observingTarget + (observes ? Proc.ownTicks(self) : 0));
    return ticks;
  }
}
