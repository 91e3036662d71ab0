package io.crossfade.cli;

import io.crossfade.cli.job.CommandException;
import io.crossfade.cli.job.ExitCode;
import io.crossfade.cli.plan.SourceDraft;
import io.crossfade.spec.SpecTemplate;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
    name = "init",
    description = {
      "Writes a commented spec and its JSON schema.",
      "With --from the SELECT of each table is spelled out. The password is taken from"
          + " SOURCE_PASSWORD or PGPASSWORD in the environment, and is not written."
    },
    mixinStandardHelpOptions = true)
final class InitCommand implements Callable<Integer> {

  private final Map<String, String> environment;

  @Spec private CommandSpec command;

  @Parameters(
      arity = "0..1",
      paramLabel = "FILE",
      defaultValue = SpecTemplate.FILE_NAME,
      description = "the spec to write; default: ${DEFAULT-VALUE}")
  private Path file;

  @ArgGroup(exclusive = false)
  private Source source;

  InitCommand(Map<String, String> environment) {
    this.environment = environment;
  }

  /** A source to draft from. */
  private static final class Source {
    @Option(
        names = "--from",
        required = true,
        paramLabel = "URL",
        description = "the source: jdbc:postgresql://host:port/database, without user and password")
    private String url;

    @Option(
        names = "--tables",
        required = true,
        split = ",",
        paramLabel = "TABLE",
        description =
            "its tables, separated by commas: name (in public), schema.name, or a pattern such as"
                + " 'public.*'")
    private List<String> tables;

    @Option(
        names = "--username",
        paramLabel = "ROLE",
        description =
            "the role at the source; default: PGUSER of the environment, or your own name")
    private String username;
  }

  @Override
  public Integer call() throws IOException {
    Path schema = file.resolveSibling(SpecTemplate.SCHEMA_FILE_NAME);
    if (Files.exists(file)) {
      throw new CommandException(
          ExitCode.ERROR, file + " is there already; give another name: crossfade init FILE");
    }
    Files.writeString(file, text(), StandardOpenOption.CREATE_NEW);
    Files.writeString(schema, SpecTemplate.schema());
    PrintWriter out = command.commandLine().getOut();
    out.println("wrote " + file + " and " + schema);
    out.println("next: edit " + file + ", then `crossfade validate -f " + file + "`");
    out.flush();
    return ExitCode.DONE;
  }

  private String text() {
    if (source == null) {
      return SpecTemplate.text();
    }
    SourceDraft draft =
        SourceDraft.of(
            source.url, Optional.ofNullable(source.username), source.tables, environment);
    PrintWriter err = command.commandLine().getErr();
    draft.refusals().forEach(refusal -> err.println("WARN only as a comment: " + refusal));
    err.flush();
    return draft.text();
  }
}
