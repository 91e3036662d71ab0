package io.crossfade.cli;

import io.crossfade.server.Status;
import picocli.CommandLine.Command;

@Command(
    name = "pause",
    description = {
      "Has the backfill stand still, also after a restart, until `resume`.",
      "Changes are still captured and applied."
    },
    mixinStandardHelpOptions = true)
final class PauseCommand extends JobCommand {

  @Override
  String done(Status after) {
    return "paused: the backfill stands still, changes go on; next: `crossfade resume`";
  }
}
