package io.crossfade.cli;

import io.crossfade.server.Status;
import picocli.CommandLine.Command;

@Command(
    name = "resume",
    description = "Has the backfill go on after `pause`.",
    mixinStandardHelpOptions = true)
final class ResumeCommand extends JobCommand {

  @Override
  String done(Status after) {
    return "resumed: the backfill goes on";
  }
}
