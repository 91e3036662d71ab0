package io.crossfade.cli;

import io.crossfade.cli.job.CommandException;
import io.crossfade.cli.job.ExitCode;
import io.crossfade.sql.Plugins;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Option;

/** The option that names a directory with functions and mappers of the user's own. */
final class PluginsOption {

  @Option(
      names = "--plugins",
      paramLabel = "DIR",
      description =
          "a directory with jars of functions for the SELECTs, and of mappers; see docs/plugins.md")
  private Optional<Path> directory = Optional.empty();

  /** Loads them; none without the option. To be closed when no row is made any more. */
  Plugins load() {
    if (directory.isEmpty()) {
      return Plugins.NONE;
    }
    try {
      return Plugins.load(directory.get());
    } catch (IOException e) {
      throw new CommandException(ExitCode.USAGE, "--plugins: " + e.getMessage(), e);
    }
  }
}
