package io.crossfade.transform;

import io.crossfade.core.table.TableId;
import io.crossfade.postgres.target.PostgresTarget;
import io.crossfade.wire.Names;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** An instance of apply in a process of its own, to be killed; ends with its parent. */
final class ApplyChild {

  private ApplyChild() {}

  /**
   * @param options of the JVM
   */
  static Process start(ApplyBench bench, Path stateDirectory, String... options)
      throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-Xmx256m", "-cp", System.getProperty("java.class.path")));
    command.addAll(List.of(options));
    command.add(ApplyChild.class.getName());
    command.addAll(
        List.of(
            ApplyBench.bootstrapServers(),
            bench.migration,
            bench.database().jdbcUrl(),
            bench.database().user(),
            bench.database().password(),
            stateDirectory.toString()));
    Path log = stateDirectory.resolveSibling(stateDirectory.getFileName() + ".log");
    return new ProcessBuilder(command)
        .redirectErrorStream(true)
        .redirectOutput(log.toFile())
        .start();
  }

  public static void main(String[] arguments) throws IOException {
    PostgresTarget target = PostgresTarget.of(arguments[2], arguments[3], arguments[4]);
    List<Mapping> mappings = new ArrayList<>();
    mappings.add(
        ApplyBench.mapping(target.describe(new TableId("public", "new")).orElseThrow(), true));
    target
        .describe(new TableId("public", "names"))
        .ifPresent(names -> mappings.add(ApplyBench.byName(names)));
    target
        .describe(new TableId("public", "totals"))
        .ifPresent(totals -> mappings.add(ApplyBench.totals(totals)));
    Apply.Settings settings =
        new Apply.Settings(
            Map.of("bootstrap.servers", arguments[0]),
            new Names(arguments[1]),
            mappings,
            target,
            Path.of(arguments[5]),
            2);
    Thread parent =
        new Thread(
            () -> {
              try {
                while (System.in.read() >= 0) {}
              } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
              }
              Runtime.getRuntime().halt(0);
            });
    parent.start();
    Apply.start(settings);
  }
}
