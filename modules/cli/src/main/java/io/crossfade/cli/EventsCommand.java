package io.crossfade.cli;

import io.crossfade.cli.job.CommandException;
import io.crossfade.cli.job.ExitCode;
import io.crossfade.server.CommandRefused;
import io.crossfade.server.JobClient;
import io.crossfade.server.JobEvent;
import io.crossfade.server.NoJob;
import io.crossfade.server.StatusJson;
import io.crossfade.spec.SpecException;
import java.io.PrintWriter;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;

/** {@code crossfade events}. */
@Command(
    name = "events",
    description = "Shows who did what to the migration, when and why, the oldest first.",
    mixinStandardHelpOptions = true)
final class EventsCommand implements Callable<Integer> {

  @picocli.CommandLine.Spec private CommandSpec command;
  @Mixin private SpecFile file;

  @Option(names = "--watch", description = "go on with each that comes, until Ctrl-C")
  private boolean watch;

  @Option(
      names = {"-o", "--output"},
      paramLabel = "FORMAT",
      defaultValue = "text",
      description = "${COMPLETION-CANDIDATES}; json: an array, with --watch an object in a line")
  private OutputFormat format;

  @Override
  public Integer call() throws SpecException, InterruptedException {
    JobClient job = JobCommand.client(file.read().server());
    PrintWriter out = command.commandLine().getOut();
    try {
      if (watch) {
        job.followEvents(
            event -> {
              out.println(format == OutputFormat.json ? StatusJson.event(event) : text(event));
              out.flush();
            });
      }
      List<JobEvent> events = job.events();
      if (format == OutputFormat.json) {
        out.println(StatusJson.events(events));
      } else {
        events.forEach(event -> out.println(text(event)));
      }
      out.flush();
      return ExitCode.DONE;
    } catch (NoJob | CommandRefused e) {
      throw new CommandException(ExitCode.ERROR, e.getMessage(), e);
    }
  }

  private static String text(JobEvent event) {
    String why = event.why().isEmpty() ? "" : "  (" + event.why() + ")";
    return event.at() + "  " + event.who() + "  " + event.what() + why;
  }
}
