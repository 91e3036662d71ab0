package io.crossfade.cli;

import picocli.CommandLine.Command;

/** {@code crossfade abandon}. */
@Command(
    name = "abandon",
    description = {
      "Ends a migration before it is completed: removes what was made for it. The old tables stay as",
      "they are. Where writes are on the new tables they are moved back first.",
      "Exit 0: done, 3: a gate is not met, 5: given up, nothing changed, 6: the job goes on with it."
    },
    mixinStandardHelpOptions = true)
final class AbandonCommand extends EndCommand {

  @Override
  String question() {
    return "Give the migration up? The new tables are not followed any more, and nothing is copied"
        + " again but by a new migration.";
  }
}
