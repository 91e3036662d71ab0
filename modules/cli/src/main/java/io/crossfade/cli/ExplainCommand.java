package io.crossfade.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.crossfade.cli.job.CommandException;
import io.crossfade.cli.job.ExitCode;
import io.crossfade.server.CommandRefused;
import io.crossfade.server.JobClient;
import io.crossfade.server.NoJob;
import io.crossfade.spec.SpecException;
import io.crossfade.verify.explain.Biographies;
import io.crossfade.verify.explain.Biography;
import io.crossfade.verify.explain.BiographyText;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code crossfade explain}. */
@Command(
    name = "explain",
    description = {
      "Tells all that is known of one row: the source's row, its records, the target's row, and in",
      "a sentence what is the matter with it. Exit 0: nothing, or it passes by itself; 3: something."
    },
    mixinStandardHelpOptions = true)
final class ExplainCommand implements Callable<Integer> {

  private static final Duration LINE = Duration.ofSeconds(10);

  @picocli.CommandLine.Spec private CommandSpec command;
  @Mixin private SpecFile file;

  @Parameters(index = "0", paramLabel = "TABLE", description = "a new table, schema.name or name")
  private String table;

  @Parameters(
      index = "1..*",
      arity = "1..*",
      paramLabel = "KEY",
      description = {
        "its key: the value; several in the order of the primary key, or as column=value; or as",
        "`rows list` shows it"
      })
  private List<String> key;

  @Option(
      names = "--records",
      paramLabel = "N",
      defaultValue = "20",
      description = "how many of its records are shown, the newest; default: ${DEFAULT-VALUE}")
  private int records;

  @Option(
      names = {"-o", "--output"},
      paramLabel = "FORMAT",
      defaultValue = "text",
      description = "${COMPLETION-CANDIDATES}; default: ${DEFAULT-VALUE}")
  private OutputFormat format;

  @Override
  public Integer call() throws SpecException, IOException, InterruptedException {
    JobClient job = JobCommand.client(file.read().server());
    ArrayNode words = JsonNodeFactory.instance.arrayNode();
    key.forEach(words::add);
    Biography row;
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(
                job.document(
                    "explain",
                    Map.of("table", table, "key", words.toString(), "records", "" + records)),
                StandardCharsets.UTF_8))) {
      row = last(lines);
    } catch (CommandRefused e) {
      throw new CommandException(
          e.isWrongRequest() ? ExitCode.USAGE : ExitCode.ERROR, e.getMessage(), e);
    } catch (NoJob e) {
      throw new CommandException(ExitCode.ERROR, e.getMessage(), e);
    }
    PrintWriter out = command.commandLine().getOut();
    out.print(format == OutputFormat.json ? Biographies.json(row) + "\n" : BiographyText.of(row));
    out.flush();
    return row.verdict().kind().isWrong() ? ExitCode.NOT_MET : ExitCode.DONE;
  }

  private Biography last(BufferedReader lines) throws IOException {
    PrintWriter err = command.commandLine().getErr();
    long shown = 0;
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      JsonNode tree = Biographies.read(line);
      if (tree.has("biography")) {
        return Biographies.biography(tree);
      }
      if (tree.has("error")) {
        throw new CommandException(ExitCode.ERROR, tree.get("error").asText());
      }
      if (shown == 0 || System.nanoTime() - shown > LINE.toNanos()) {
        shown = System.nanoTime();
        err.println(
            "explain: reading the raw topic, %d of %d offsets"
                .formatted(tree.path("read").asLong(), tree.path("of").asLong()));
        err.flush();
      }
    }
    throw new CommandException(ExitCode.ERROR, "the job ended before it had told all");
  }
}
