package io.crossfade.cli;

import io.crossfade.cli.job.CommandException;
import io.crossfade.cli.job.ExitCode;
import io.crossfade.server.NoJob;
import io.crossfade.server.Status;
import io.crossfade.server.StatusClient;
import io.crossfade.server.StatusJson;
import io.crossfade.server.StatusText;
import io.crossfade.spec.Spec;
import io.crossfade.spec.SpecException;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;

@Command(
    name = "status",
    description = "Shows where a running job stands.",
    mixinStandardHelpOptions = true)
final class StatusCommand implements Callable<Integer> {

  @picocli.CommandLine.Spec private CommandSpec command;
  @Mixin private SpecFile file;

  @Option(
      names = {"-o", "--output"},
      paramLabel = "FORMAT",
      defaultValue = "text",
      description = "${COMPLETION-CANDIDATES}; default: ${DEFAULT-VALUE}")
  private OutputFormat format;

  @Override
  public Integer call() throws SpecException, InterruptedException {
    Spec spec = file.read();
    PrintWriter out = command.commandLine().getOut();
    try {
      Status status = StatusClient.get(spec.server().bind(), spec.server().port());
      out.print(
          format == OutputFormat.json
              ? StatusJson.write(status) + "\n"
              : StatusText.render(status, false));
      out.flush();
      return ExitCode.DONE;
    } catch (NoJob e) {
      throw new CommandException(ExitCode.ERROR, e.getMessage(), e);
    }
  }
}
