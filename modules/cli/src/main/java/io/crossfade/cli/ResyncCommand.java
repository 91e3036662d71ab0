package io.crossfade.cli;

import io.crossfade.server.CommandRefused;
import io.crossfade.server.JobClient;
import io.crossfade.server.NoJob;
import io.crossfade.server.Status;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
    name = "resync",
    description = {
      "Has old tables be copied again: after a lost slot, a rewrite, a changed column, a TRUNCATE.",
      "The rows stay readable; those that the source has no more go at the end."
    },
    mixinStandardHelpOptions = true)
final class ResyncCommand extends JobCommand {

  @Option(
      names = "--table",
      paramLabel = "TABLE",
      description = "schema.name of a new table, or of an old one; default: all")
  private String table;

  @Override
  Status send(JobClient job, String reason) throws NoJob, CommandRefused, InterruptedException {
    return job.commandOnTable("resync", reason, Optional.ofNullable(table));
  }

  @Override
  String done(Status after) {
    return "ordered: "
        + (table == null ? "all tables are" : table + " is")
        + " copied again; next: `crossfade status --watch`";
  }

  @Override
  boolean endsWithTheCopy() {
    return false;
  }
}
