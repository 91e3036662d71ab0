package io.crossfade.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.crossfade.cli.job.CommandException;
import io.crossfade.cli.job.ExitCode;
import io.crossfade.cli.job.ReplayRun;
import io.crossfade.core.table.TableId;
import io.crossfade.spec.Spec;
import io.crossfade.spec.SpecException;
import io.crossfade.sql.Plugins;
import io.crossfade.transform.Replay;
import io.crossfade.transform.Replay.Step;
import java.io.IOException;
import java.io.PrintWriter;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import org.apache.kafka.common.TopicPartition;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** {@code crossfade replay}. */
@Command(
    name = "replay",
    description = {
      "Has rows transformed again from the raw topics: after a bug, or with another SELECT.",
      "The job must be down; its next start does it."
    },
    mixinStandardHelpOptions = true)
final class ReplayCommand implements Callable<Integer> {

  @picocli.CommandLine.Spec private CommandSpec command;
  @Mixin private SpecFile file;
  @Mixin private PluginsOption plugins;

  @Option(
      names = "--table",
      paramLabel = "TABLE",
      description =
          "a new table, schema.name; may be repeated; default: all."
              + " Tables that are made from one old table go together")
  private Set<String> tables = new HashSet<>();

  @Option(
      names = "--from",
      required = true,
      paramLabel = "start|TIME|OFFSETS",
      converter = FromConverter.class,
      description =
          "start: all that there is; TIME: published since then, for instance 2026-05-01T12:00:00Z;"
              + " OFFSETS: TOPIC:PARTITION:OFFSET,…")
  private Replay.From from;

  @Option(names = "--dry-run", description = "say what would be applied again, and change nothing")
  private boolean dryRun;

  @Option(
      names = "--reason",
      paramLabel = "TEXT",
      defaultValue = "",
      description = "why; stands beside the group's offsets until the job goes on")
  private String reason;

  @Option(
      names = {"-o", "--output"},
      paramLabel = "FORMAT",
      defaultValue = "text",
      description = "${COMPLETION-CANDIDATES}; default: ${DEFAULT-VALUE}")
  private OutputFormat format;

  @Override
  public Integer call() throws SpecException, IOException, InterruptedException {
    Spec spec = file.read();
    PrintWriter out = command.commandLine().getOut();
    try (Plugins loaded = plugins.load();
        ReplayRun replay = ReplayRun.open(spec, loaded)) {
      Set<TableId> chosen = new HashSet<>();
      tables.forEach(name -> chosen.add(named(name, replay.tables())));
      List<Step> steps = plan(replay, chosen);
      if (!dryRun) {
        replay.begin(steps, reason);
      }
      out.print(format == OutputFormat.json ? json(spec, steps) : text(steps, replay));
      out.flush();
      return ExitCode.DONE;
    }
  }

  private List<Step> plan(ReplayRun replay, Set<TableId> chosen) {
    try {
      return replay.plan(chosen, from);
    } catch (IllegalArgumentException e) {
      throw new CommandException(ExitCode.USAGE, "--from: " + e.getMessage(), e);
    }
  }

  private static TableId named(String name, Set<TableId> known) {
    return known.stream()
        .filter(table -> table.toString().equals(name) || table.name().equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                new CommandException(
                    ExitCode.USAGE,
                    "--table: the spec has no table "
                        + name
                        + "; it has "
                        + String.join(
                            ", ", known.stream().map(TableId::toString).sorted().toList())));
  }

  /** Records by new table: one that feeds two of them counts for each. */
  private static Map<String, Long> byTable(List<Step> steps) {
    Map<String, Long> records = new TreeMap<>();
    steps.forEach(
        step ->
            step.tables()
                .forEach(table -> records.merge(table.toString(), step.records(), Long::sum)));
    return records;
  }

  private String text(List<Step> steps, ReplayRun replay) {
    Map<String, Long> records = byTable(steps);
    if (records.isEmpty()) {
      return "nothing to replay: no record from there on has been applied\n";
    }
    int width = Math.max(5, records.keySet().stream().mapToInt(String::length).max().orElse(0));
    StringBuilder text = new StringBuilder();
    String line = "%-" + width + "s  %15s  %s%n";
    text.append(String.format(Locale.ROOT, line, "TABLE", "RECORDS", "TOPIC"));
    records.forEach(
        (table, count) ->
            text.append(
                String.format(
                    Locale.ROOT,
                    line,
                    table,
                    String.format(Locale.ROOT, "%,d", count),
                    replay.topicOf(named(table, replay.tables())))));
    text.append(
        dryRun
            ? "Nothing was changed.\n"
            : "The group is set back. Start the job: it applies them again. Until it has caught up, rows may"
                + " stand as they were before.\n");
    return text.toString();
  }

  private String json(Spec spec, List<Step> steps) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("migration", spec.migration()).put("dryRun", dryRun);
    ArrayNode all = json.putArray("tables");
    byTable(steps)
        .forEach(
            (table, records) -> {
              ObjectNode node = all.addObject().put("into", table).put("records", records);
              ArrayNode partitions = node.putArray("partitions");
              steps.stream()
                  .filter(step -> step.tables().stream().anyMatch(t -> t.toString().equals(table)))
                  .forEach(
                      step ->
                          partitions
                              .addObject()
                              .put("topic", step.partition().topic())
                              .put("partition", step.partition().partition())
                              .put("from", step.from())
                              .put("to", step.to())
                              .put("records", step.records()));
            });
    return json.toPrettyString() + "\n";
  }

  /** What the option says. */
  private static final class FromConverter implements ITypeConverter<Replay.From> {
    @Override
    public Replay.From convert(String value) {
      if (value.equals("start")) {
        return new Replay.From.Start();
      }
      if (value.matches("[^:,]+:[0-9]{1,9}:[0-9]{1,18}(,[^:,]+:[0-9]{1,9}:[0-9]{1,18})*")) {
        Map<TopicPartition, Long> offsets = new HashMap<>();
        for (String one : value.split(",", -1)) {
          String[] parts = one.split(":", -1);
          offsets.put(
              new TopicPartition(parts[0], Integer.parseInt(parts[1])), Long.parseLong(parts[2]));
        }
        return new Replay.From.Offsets(offsets);
      }
      try {
        return new Replay.From.Time(java.time.OffsetDateTime.parse(value).toInstant());
      } catch (DateTimeParseException e) {
        throw new TypeConversionException(
            "expected start, a time as "
                + Instant.EPOCH
                + ", or TOPIC:PARTITION:OFFSET,… but was '"
                + value
                + "'");
      }
    }
  }
}
