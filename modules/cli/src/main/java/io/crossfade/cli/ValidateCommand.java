package io.crossfade.cli;

import io.crossfade.cli.job.Compiled;
import io.crossfade.cli.job.Databases;
import io.crossfade.cli.job.ExitCode;
import io.crossfade.cli.job.ExpandContract;
import io.crossfade.cli.job.Migration;
import io.crossfade.cli.job.Preflight;
import io.crossfade.cli.plan.ExpectedTables;
import io.crossfade.cli.plan.Needs;
import io.crossfade.core.Check;
import io.crossfade.core.table.Table;
import io.crossfade.core.table.TableId;
import io.crossfade.spec.Problem;
import io.crossfade.spec.Spec;
import io.crossfade.spec.SpecException;
import io.crossfade.spec.TableSpec;
import io.crossfade.sql.Plugins;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;

@Command(
    name = "validate",
    description =
        "Checks a spec; with its databases reachable, also its tables, columns and types.",
    mixinStandardHelpOptions = true)
final class ValidateCommand implements Callable<Integer> {

  @picocli.CommandLine.Spec private CommandSpec command;
  @Mixin private SpecFile file;
  @Mixin private PluginsOption plugins;

  @Override
  public Integer call() throws SpecException, IOException {
    Spec spec = file.read();
    try (Plugins loaded = plugins.load()) {
      return validate(spec, loaded);
    }
  }

  private int validate(Spec spec, Plugins loaded) throws SpecException {
    PrintWriter out = command.commandLine().getOut();
    PrintWriter err = command.commandLine().getErr();
    parse(spec, loaded);
    try (Databases databases = Databases.of(spec)) {
      Preflight preflight = new Preflight();
      if (!preflight.reach(databases)) {
        preflight.checks().forEach(err::println);
        out.println(
            spec.file() + ": the spec is well formed; tables, columns and types were not checked");
        out.flush();
        return ExitCode.DONE;
      }
      ExpectedTables targets = ExpectedTables.of(spec, databases);
      Migration migration = Migration.compile(spec, loaded, Preflight.source(databases), targets);
      targets
          .expected()
          .forEach(
              table ->
                  err.println(
                      table
                          + " is made or changed by 'expand'; its columns are checked at the start"));
      migration.warnings().forEach(problem -> err.println("WARN " + problem));
      List<TableId> sources = migration.sources().stream().map(Table::id).toList();
      preflight.source(databases, sources);
      preflight.checks().stream()
          .filter(check -> check.level() != Check.Level.OK)
          .forEach(err::println);
      int mappings = migration.tables().size();
      out.println(
          spec.file()
              + ": "
              + (mappings == 1
                  ? "1 mapping fits its table"
                  : mappings + " mappings fit their tables"));
      for (Migration.MappedTable table : migration.tables()) {
        Needs needs = Needs.of(table.from(), table.plan(), table.target());
        out.println("  " + table.target().id() + "  " + needs.path() + "; state: " + needs.state());
      }
      out.flush();
      return preflight.passed() ? ExitCode.DONE : ExitCode.PREFLIGHT;
    }
  }

  /**
   * What can be told of the SELECTs, the mappers and the statements without a database: all that is
   * found before a table is looked up.
   */
  static void parse(Spec spec, Plugins plugins) throws SpecException {
    List<Problem> problems = new ArrayList<>(ExpandContract.problems(spec));
    for (TableSpec table : spec.tables()) {
      problems.addAll(Compiled.problems(table, plugins));
    }
    if (!problems.isEmpty()) {
      throw new SpecException(problems);
    }
  }
}
