package io.crossfade.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import picocli.CommandLine.Command;

/** {@code crossfade rollback}. */
@Command(
    name = "rollback",
    description = {
      "Moves writes back to the old tables, which have every write that was made on the new ones.",
      "The forward flow goes on afterwards, and another cutover may follow.",
      "Exit 0: done, 3: a gate is not met, 5: given up, nothing changed."
    },
    mixinStandardHelpOptions = true)
final class RollbackCommand extends SwitchCommand {

  @Override
  void describe(ObjectNode body) {
    // It has no options of its own.
  }

  @Override
  boolean changesNothing() {
    return false;
  }

  @Override
  String question() {
    return "Move writes back to the old tables?";
  }
}
