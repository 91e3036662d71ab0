package io.crossfade.cli;

import picocli.CommandLine.Command;

/** {@code crossfade complete}. */
@Command(
    name = "complete",
    description = {
      "Ends a migration that has been cut over: ends the flow back to the old tables, removes what was",
      "made for it, and renames the old tables to _name_old. Nothing is dropped; there is no way back.",
      "One that fills columns ends without a cutover: 'contract' is executed, and no table is renamed.",
      "Exit 0: done, 3: a gate is not met, 5: given up, nothing changed, 6: the job goes on with it."
    },
    mixinStandardHelpOptions = true)
final class CompleteCommand extends EndCommand {

  @Override
  String question() {
    return "End the migration? The old tables are not followed any more, and there is no rollback.";
  }
}
