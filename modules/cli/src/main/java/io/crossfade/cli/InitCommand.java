package io.crossfade.cli;

import io.crossfade.cli.job.CommandException;
import io.crossfade.cli.job.ExitCode;
import io.crossfade.spec.SpecTemplate;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
    name = "init",
    description = "Writes a commented spec and its JSON schema.",
    mixinStandardHelpOptions = true)
final class InitCommand implements Callable<Integer> {

  @Spec private CommandSpec command;

  @Parameters(
      arity = "0..1",
      paramLabel = "FILE",
      defaultValue = SpecTemplate.FILE_NAME,
      description = "the spec to write; default: ${DEFAULT-VALUE}")
  private Path file;

  @Override
  public Integer call() throws IOException {
    Path schema = file.resolveSibling(SpecTemplate.SCHEMA_FILE_NAME);
    if (Files.exists(file)) {
      throw new CommandException(
          ExitCode.ERROR, file + " is there already; give another name: crossfade init FILE");
    }
    Files.writeString(file, SpecTemplate.text(), StandardOpenOption.CREATE_NEW);
    Files.writeString(schema, SpecTemplate.schema());
    PrintWriter out = command.commandLine().getOut();
    out.println("wrote " + file + " and " + schema);
    out.println("next: edit " + file + ", then `crossfade validate -f " + file + "`");
    out.flush();
    return ExitCode.DONE;
  }
}
