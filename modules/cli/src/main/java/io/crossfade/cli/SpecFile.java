package io.crossfade.cli;

import io.crossfade.spec.Spec;
import io.crossfade.spec.SpecException;
import io.crossfade.spec.SpecReader;
import java.nio.file.Path;
import picocli.CommandLine.Option;

/** The option that names the migration. */
final class SpecFile {

  @Option(
      names = {"-f", "--file"},
      required = true,
      paramLabel = "FILE",
      description = "the migration's spec, a YAML file")
  private Path file;

  /** Reads the spec, with references to the environment replaced. */
  Spec read() throws SpecException {
    return SpecReader.read(file, System.getenv()).orThrow();
  }
}
