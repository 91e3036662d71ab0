package io.crossfade.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import picocli.CommandLine.Option;

/** Ends a migration. */
abstract class EndCommand extends SwitchCommand {

  @Option(names = "--dry-run", description = "look at the gates and print the steps")
  private boolean dryRun;

  @Override
  final void describe(ObjectNode body) {
    body.put("dryRun", dryRun);
  }

  @Override
  final boolean changesNothing() {
    return dryRun;
  }
}
