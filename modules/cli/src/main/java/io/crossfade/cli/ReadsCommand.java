package io.crossfade.cli;

import io.crossfade.core.serving.Side;
import io.crossfade.server.CommandRefused;
import io.crossfade.server.JobClient;
import io.crossfade.server.NoJob;
import io.crossfade.server.Status;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.TypeConversionException;

@Command(
    name = "reads",
    description = {
      "Marks who serves reads: the old tables or the new ones. Writes stay where they are.",
      "Applications see it at /api/serving and in table crossfade.serving of both databases."
    },
    mixinStandardHelpOptions = true)
final class ReadsCommand extends JobCommand {

  @Parameters(
      paramLabel = "old|new",
      converter = SideConverter.class,
      description = "the side that is to serve reads from now on")
  private Side side;

  @Override
  Status send(JobClient job, String reason) throws NoJob, CommandRefused, InterruptedException {
    return job.reads(side, reason);
  }

  @Override
  String done(Status after) {
    return after.serving();
  }

  @Override
  boolean endsWithTheCopy() {
    return false;
  }

  /** As they are written. */
  private static final class SideConverter implements ITypeConverter<Side> {
    @Override
    public Side convert(String value) {
      return switch (value) {
        case "old" -> Side.OLD;
        case "new" -> Side.NEW;
        default -> throw new TypeConversionException("expected old or new but was '" + value + "'");
      };
    }
  }
}
