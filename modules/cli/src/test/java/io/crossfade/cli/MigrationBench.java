package io.crossfade.cli;

import io.crossfade.cli.job.Job;
import io.crossfade.sandbox.Database;
import io.crossfade.sandbox.SharedSandbox;
import io.crossfade.spec.Spec;
import io.crossfade.spec.SpecReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** Two databases, a broker, and a spec between them; a test has one of its own. */
final class MigrationBench implements AutoCloseable {

  final Database source = SharedSandbox.postgres18().createDatabase();
  final Database target = SharedSandbox.postgres18().createDatabase();
  private final String migration = "m" + UUID.randomUUID().toString().substring(0, 8);
  private final StringWriter said = new StringWriter();
  private final Path directory;
  private String tables = "";

  /**
   * @param directory for the spec
   */
  MigrationBench(Path directory) {
    this.directory = directory;
  }

  /** From now on the spec has these entries under {@code tables:}, each two blanks in. */
  void tables(String entries) {
    tables = entries;
  }

  /** The same, of new tables and their SELECTs by turns. */
  void selects(String... intoAndSelect) {
    StringBuilder entries = new StringBuilder();
    for (int i = 0; i < intoAndSelect.length; i += 2) {
      entries
          .append("  - into: ")
          .append(intoAndSelect[i])
          .append("\n    select: |\n      ")
          .append(intoAndSelect[i + 1].replace("\n", "\n      "))
          .append('\n');
    }
    tables(entries.toString());
  }

  Job start() throws Exception {
    return Job.start(spec(), warning -> {});
  }

  Spec spec() throws Exception {
    return SpecReader.read(file(0), Map.of()).orThrow();
  }

  /** Runs a command without a job. */
  int run(String command, String... more) throws Exception {
    return run(0, command, more);
  }

  /** Runs a command that asks a job. */
  int to(Job job, String command, String... more) throws Exception {
    return run(job.api().getPort(), command, more);
  }

  private int run(int port, String command, String... more) throws Exception {
    List<String> arguments = new ArrayList<>(List.of(command));
    arguments.addAll(List.of(more));
    arguments.addAll(List.of("-f", file(port).toString()));
    said.getBuffer().setLength(0);
    PrintWriter out = new PrintWriter(said, true);
    return Main.run(out, out, arguments.toArray(String[]::new));
  }

  /** What the last command printed, errors among it. */
  String said() {
    return said.toString();
  }

  private Path file(int port) throws IOException {
    return Files.writeString(
        directory.resolve("m.yaml"),
        """
        migration: %s
        source: { connector: postgres, url: "%s", username: "%s", password: "%s" }
        target: { connector: postgres, url: "%s", username: "%s", password: "%s" }
        kafka: { bootstrap-servers: "%s", partitions: 3 }
        server: { port: %d }
        tables:
        %s
        """
            .formatted(
                migration,
                source.jdbcUrl(),
                source.user(),
                source.password(),
                target.jdbcUrl(),
                target.user(),
                target.password(),
                SharedSandbox.kafka().bootstrapServers(),
                port,
                tables));
  }

  @Override
  public void close() {
    source.close();
    target.close();
  }
}
