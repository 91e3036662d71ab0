package io.crossfade.bench;

import io.crossfade.sandbox.PostgresOptions;
import io.crossfade.sandbox.PostgresServer;
import io.crossfade.sandbox.PostgresVersion;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code scripts/bench.sh}: the same rows and changes moved by us and by others, in turn. */
@Command(
    name = "bench",
    description = {
      "Copies rows and follows changes between two PostgreSQL servers, in turn by Crossfade and by",
      "what does the same. Prints one table of medians and their ratios. Exit code 3 when a floor is",
      "missed. docs/performance.md says what is measured and how."
    },
    sortOptions = false,
    mixinStandardHelpOptions = true)
public final class Main implements Callable<Integer> {

  private static final int FLOOR_MISSED = 3;
  private static final int TRANSACTIONS_PER_SECOND = 1000;

  /** In this order; those that take long or say little of the whole only when they are named. */
  private static final List<Measurement> ALWAYS =
      List.of(
          BackfillMeasurement.plain(),
          BackfillMeasurement.transforming(),
          new ChangesMeasurement(),
          new LatencyMeasurement(),
          new LagMeasurement(),
          new VerifyMeasurement());

  private static final List<Measurement> WHEN_NAMED =
      List.of(new ScaleMeasurement(), new MicroMeasurement());

  @Option(names = "--rows", defaultValue = "1000000", description = "default: ${DEFAULT-VALUE}")
  private long rows;

  @Option(
      names = "--rounds",
      defaultValue = "3",
      description = "how often each is measured, in turn; default: ${DEFAULT-VALUE}")
  private int rounds;

  @Option(
      names = "--seconds",
      defaultValue = "10",
      description = "how long single transactions are written; default: ${DEFAULT-VALUE}")
  private int seconds;

  @Option(
      names = "--only",
      split = ",",
      paramLabel = "NAME",
      description = {
        "some of backfill, transform, changes, latency, lag, verify, scale, jmh; default: all but",
        "scale and jmh"
      })
  private List<String> only = List.of();

  @Option(names = "--json", paramLabel = "FILE", description = "writes all of it there as well")
  private Optional<Path> json = Optional.empty();

  @Option(
      names = "--ratios",
      paramLabel = "FILE",
      description =
          "recorded ratios to compare with; scripts/bench.sh gives those of the repository")
  private Optional<Path> ratios = Optional.empty();

  @Spec private CommandSpec command;

  private Main() {}

  public static void main(String[] arguments) {
    System.exit(commandLine().execute(arguments));
  }

  static CommandLine commandLine() {
    return new CommandLine(new Main()).setOverwrittenOptionsAllowed(true);
  }

  @Override
  public Integer call() throws Exception {
    List<Measurement> measurements = chosen();
    if (rounds < 1 || seconds < 1 || rows < Workload.LEAST_ROWS) {
      throw new ParameterException(
          command.commandLine(),
          "--rounds and --seconds: at least 1; --rows: at least " + Workload.LEAST_ROWS);
    }
    RecordedRatios recorded =
        ratios.isPresent() ? RecordedRatios.read(ratios.get()) : RecordedRatios.NONE;
    PrintWriter out = command.commandLine().getOut();
    Results results =
        new Results(
            (subject, sample) -> {
              out.println(Report.line(subject, sample));
              out.flush();
            });
    Report report =
        new Report(
            results, measurements.stream().flatMap(m -> m.ratios().stream()).toList(), recorded);
    Map<String, Object> machine = measure(measurements, results, out);
    out.printf("%nmedians of %d%n%s", rounds, report.text());
    if (!recorded.measuredWith().isEmpty()) {
      out.println("recorded: " + recorded.measuredWith());
    }
    out.flush();
    if (json.isPresent()) {
      ReportJson.write(json.get(), machine, report);
    }
    return report.floorsAreHeld() ? CommandLine.ExitCode.OK : FLOOR_MISSED;
  }

  private Map<String, Object> measure(
      List<Measurement> measurements, Results results, PrintWriter out) throws Exception {
    Path directory = Files.createTempDirectory("crossfade-bench-");
    try (PostgresServer source = PostgresServer.start(options());
        PostgresServer target = PostgresServer.start(options())) {
      Map<String, Object> machine = machine(source);
      machine.forEach((name, value) -> out.printf("%s: %s%n", name, value));
      Setup setup = new Setup(rows, seconds, TRANSACTIONS_PER_SECOND, source, target, directory);
      for (int round = 1; round <= rounds; round++) {
        out.printf("round %d of %d%n", round, rounds);
        out.flush();
        for (Measurement measurement : measurements) {
          measurement.round(setup, results);
        }
      }
      return machine;
    } finally {
      Directories.delete(directory);
    }
  }

  /** All that there are. */
  static List<Measurement> measurements() {
    List<Measurement> all = new ArrayList<>(ALWAYS);
    all.addAll(WHEN_NAMED);
    return all;
  }

  private List<Measurement> chosen() {
    List<Measurement> all = measurements();
    List<String> known = all.stream().map(Measurement::name).toList();
    for (String name : only) {
      if (!known.contains(name)) {
        throw new ParameterException(
            command.commandLine(),
            "--only knows no '" + name + "', but " + String.join(", ", known));
      }
    }
    return only.isEmpty() ? ALWAYS : all.stream().filter(m -> only.contains(m.name())).toList();
  }

  /** As a server for real, durable; but nothing of its own accord gets into the measured time. */
  private static PostgresOptions options() {
    return PostgresOptions.of(PostgresVersion.V18)
        .with("autovacuum", "off")
        .with("shared_buffers", "512MB")
        .with("max_wal_size", "8GB")
        .with("checkpoint_timeout", "1h");
  }

  private Map<String, Object> machine(PostgresServer server) throws IOException {
    Map<String, Object> machine = new LinkedHashMap<>();
    machine.put("rows", rows);
    machine.put("rounds", rounds);
    machine.put("seconds", seconds);
    machine.put("transactionsPerSecond", TRANSACTIONS_PER_SECOND);
    machine.put("postgres", server.database().query("SHOW server_version").get(0));
    machine.putAll(Versions.ofLibraries());
    machine.put("java", System.getProperty("java.runtime.version"));
    machine.put("cores", Runtime.getRuntime().availableProcessors());
    machine.put("cpu", cpu());
    return machine;
  }

  private static String cpu() {
    return Proc.lines(Path.of("/proc/cpuinfo")).stream()
        .filter(line -> line.startsWith("model name"))
        .map(line -> line.substring(line.indexOf(':') + 1).strip())
        .distinct()
        .collect(Collectors.joining(", "));
  }
}
