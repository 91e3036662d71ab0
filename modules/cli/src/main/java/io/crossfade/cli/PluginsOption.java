package io.crossfade.cli;

import io.crossfade.cli.job.CommandException;
import io.crossfade.cli.job.ExitCode;
import io.crossfade.plugin.ScalarFunction;
import io.crossfade.sql.Plugins;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Option;

/** The option that names a directory with functions of the user's own. */
final class PluginsOption {

  @Option(
      names = "--plugins",
      paramLabel = "DIR",
      description = "a directory with jars of functions for the SELECTs; see docs/plugins.md")
  private Optional<Path> directory = Optional.empty();

  /** What was loaded; closed when no SELECT is evaluated any more. */
  record Loaded(List<ScalarFunction> functions, Optional<Plugins> plugins)
      implements AutoCloseable {

    @Override
    public void close() throws IOException {
      if (plugins.isPresent()) {
        plugins.get().close();
      }
    }
  }

  /** Loads them; none without the option. */
  Loaded load() {
    if (directory.isEmpty()) {
      return new Loaded(List.of(), Optional.empty());
    }
    try {
      Plugins plugins = Plugins.load(directory.get());
      return new Loaded(plugins.functions(), Optional.of(plugins));
    } catch (IOException e) {
      throw new CommandException(ExitCode.USAGE, "--plugins: " + e.getMessage(), e);
    }
  }
}
