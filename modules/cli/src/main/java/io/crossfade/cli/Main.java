package io.crossfade.cli;

import io.crossfade.cli.job.CommandException;
import io.crossfade.cli.job.ExitCode;
import io.crossfade.core.BlockedException;
import io.crossfade.core.source.SourceException;
import io.crossfade.core.switching.SwitchingException;
import io.crossfade.core.target.TargetRefusedException;
import io.crossfade.core.target.TargetUnavailableException;
import io.crossfade.sandbox.SandboxException;
import io.crossfade.spec.SpecException;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.KafkaException;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code crossfade}: the commands, and how they end. */
@Command(
    name = "crossfade",
    description =
        "Moves live data into a new model: one SELECT per new table, kept equal until you switch.",
    mixinStandardHelpOptions = true,
    version = "crossfade 0.1.0-SNAPSHOT",
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {
      DemoCommand.class,
      InitCommand.class,
      ValidateCommand.class,
      PlanCommand.class,
      RunCommand.class,
      StatusCommand.class,
      PauseCommand.class,
      ResumeCommand.class,
      ResyncCommand.class,
      ReadsCommand.class,
      CutoverCommand.class,
      RollbackCommand.class,
      CompleteCommand.class,
      AbandonCommand.class,
      ThrottleCommand.class,
      VerifyCommand.class,
      RepairCommand.class,
      ExplainCommand.class,
      ReplayCommand.class,
      RowsCommand.class,
      EventsCommand.class,
      CommandLine.HelpCommand.class
    })
public final class Main implements Runnable {

  /** What a server, a network or a disk does to us: the message says all that a user needs. */
  private static final List<Class<? extends Exception>> EXPECTED =
      List.of(
          IOException.class,
          SandboxException.class,
          BlockedException.class,
          SourceException.class,
          SwitchingException.class,
          TargetUnavailableException.class,
          TargetRefusedException.class,
          KafkaException.class);

  @Spec private CommandSpec command;

  private Main() {}

  public static void main(String[] arguments) {
    PrintWriter out = new PrintWriter(System.out, true);
    PrintWriter err = new PrintWriter(System.err, true);
    System.exit(run(out, err, arguments));
  }

  /** Runs a command and returns its exit code. */
  static int run(PrintWriter out, PrintWriter err, String... arguments) {
    return run(out, err, System.getenv(), arguments);
  }

  /** Runs a command in an environment of its own, where it asks for one. */
  static int run(
      PrintWriter out, PrintWriter err, Map<String, String> environment, String... arguments) {
    CommandLine line =
        new CommandLine(new Main(), new Commands(environment)).setOut(out).setErr(err);
    line.setExecutionExceptionHandler((e, commandLine, result) -> fail(e, commandLine));
    return line.execute(arguments);
  }

  @Override
  public void run() {
    throw new ParameterException(command.commandLine(), "which command?");
  }

  /** Makes the commands. */
  private record Commands(Map<String, String> environment) implements CommandLine.IFactory {
    @Override
    public <K> K create(Class<K> type) throws Exception {
      return type == InitCommand.class
          ? type.cast(new InitCommand(environment))
          : CommandLine.defaultFactory().create(type);
    }
  }

  private static int fail(Exception e, CommandLine line) throws Exception {
    if (e instanceof SpecException invalid) {
      invalid.problems().forEach(problem -> line.getErr().println(problem));
      return ExitCode.USAGE;
    }
    if (e instanceof CommandException command) {
      line.getErr().println(command.getMessage());
      return command.exitCode();
    }
    if (EXPECTED.stream().anyMatch(type -> type.isInstance(e))) {
      line.getErr().println(e.getMessage());
      return ExitCode.ERROR;
    }
    throw e;
  }
}
