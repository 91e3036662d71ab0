package io.crossfade.cli;

import io.crossfade.cli.job.Databases;
import io.crossfade.cli.job.ExitCode;
import io.crossfade.cli.job.Preflight;
import io.crossfade.cli.plan.DdlText;
import io.crossfade.cli.plan.Plan;
import io.crossfade.cli.plan.PlanJson;
import io.crossfade.cli.plan.PlanText;
import io.crossfade.cli.plan.Planner;
import io.crossfade.spec.Spec;
import io.crossfade.spec.SpecException;
import io.crossfade.sql.Plugins;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;

@Command(
    name = "plan",
    description = {
      "Shows what a migration would make and where, and what each new column comes from.",
      "Changes nothing, and needs no running job."
    },
    mixinStandardHelpOptions = true)
final class PlanCommand implements Callable<Integer> {

  @picocli.CommandLine.Spec private CommandSpec command;
  @Mixin private SpecFile file;
  @Mixin private PluginsOption plugins;

  @Option(
      names = "--ddl",
      arity = "0..1",
      fallbackValue = "all",
      paramLabel = "PART",
      description =
          "propose the new tables as SQL instead, and what follows them as comments; or one part"
              + " alone: tables, after (the backfill), switchover")
  private DdlText.Part ddl;

  @Option(
      names = {"-o", "--output"},
      paramLabel = "FORMAT",
      defaultValue = "text",
      description = "${COMPLETION-CANDIDATES}; default: ${DEFAULT-VALUE}")
  private OutputFormat format;

  @Override
  public Integer call() throws SpecException, IOException {
    Spec spec = file.read();
    try (Plugins loaded = plugins.load()) {
      return plan(spec, loaded);
    }
  }

  private int plan(Spec spec, Plugins loaded) throws SpecException {
    PrintWriter out = command.commandLine().getOut();
    PrintWriter err = command.commandLine().getErr();
    ValidateCommand.parse(spec, loaded);
    try (Databases databases = Databases.of(spec)) {
      Preflight preflight = new Preflight();
      preflight.reach(databases);
      preflight.orThrow();
      Plan plan = Planner.plan(spec, loaded, databases, ddl != null);
      plan.warnings().forEach(warning -> err.println("WARN " + warning));
      err.flush();
      out.print(text(plan));
      out.flush();
      return ExitCode.DONE;
    }
  }

  private String text(Plan plan) {
    if (format == OutputFormat.json) {
      return PlanJson.write(plan) + "\n";
    }
    return ddl == null ? PlanText.render(plan) : DdlText.render(plan, ddl);
  }
}
