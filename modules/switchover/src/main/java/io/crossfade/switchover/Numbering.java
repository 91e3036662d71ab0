package io.crossfade.switchover;

import io.crossfade.core.switching.SequenceMove;
import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;

/**
 * The sequences of the side that writes move to are beyond all numbers that are taken. To go
 * further than was needed does no harm, so it is not undone.
 */
final class Numbering implements Step {

  private final Place from;
  private final Place to;

  Numbering(Place from, Place to) {
    this.from = from;
    this.to = to;
  }

  @Override
  public String name() {
    return "sequences";
  }

  @Override
  public String what() {
    return "move the sequences of " + to.name() + " beyond all numbers that are taken";
  }

  @Override
  public List<Gate> validate() {
    List<SequenceMove> moves = to.sequences().plan(to.tables(), to.formerly(from), 0);
    List<Gate> misfits =
        moves.stream()
            .filter(SequenceMove.DoesNotFit.class::isInstance)
            .map(
                move ->
                    new Gate(
                        name(), false, move.toString(), "room for the numbers that come next", ""))
            .toList();
    return misfits.isEmpty()
        ? List.of(
            Gate.met(
                name(),
                moves.isEmpty()
                    ? "there are none"
                    : moves.stream().map(Object::toString).collect(Collectors.joining(", "))))
        : misfits;
  }

  @Override
  public void start(Duration left) {
    for (SequenceMove move : to.sequences().advance(to.tables(), to.formerly(from), 0)) {
      if (move instanceof SequenceMove.DoesNotFit) {
        throw new SwitchFailed(move.toString());
      }
    }
  }
}
