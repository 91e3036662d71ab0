package io.crossfade.cli.job;

import io.crossfade.spec.Problem;
import io.crossfade.spec.Spec;
import io.crossfade.spec.SpecException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/**
 * The end of a migration that fills columns: {@code contract:}, while they are still filled. A row
 * that was inserted a moment before, by code that does not know the column, is filled and no
 * obstacle; and where one is, the migration goes on, and nothing has been taken away.
 */
final class FilledTables implements SwitchDesk.Finish {

  private static final Duration DRAINING = Duration.ofSeconds(60);

  /** The first shuts rows out that are not filled; by the second those that had come in are. */
  private static final int ATTEMPTS = 2;

  private final Spec spec;
  private final ExpandContract statements;
  private final Barriers barriers;

  FilledTables(Spec spec, ExpandContract statements, Barriers barriers) {
    this.spec = spec;
    this.statements = statements;
    this.barriers = barriers;
  }

  @Override
  public List<String> plan() {
    List<String> plan = new ArrayList<>();
    plan.add("drain: a barrier: the columns hold what the old columns held when it was asked for");
    if (!spec.contract().isEmpty()) {
      plan.add(
          "contract: execute the "
              + spec.contract().size()
              + " statements of it at the target, while the columns are still filled");
    }
    return plan;
  }

  @Override
  public void run(Consumer<String> told) throws InterruptedException {
    for (int attempt = 1; ; attempt++) {
      told.accept("drain: wait until all that was committed is filled");
      barriers.await(DRAINING);
      try {
        statements.contract(told);
        return;
      } catch (SpecException e) {
        throw new CommandException(
            ExitCode.USAGE,
            e.problems().stream().map(Problem::toString).collect(Collectors.joining("\n")),
            e);
      } catch (CommandException e) {
        if (attempt == ATTEMPTS) {
          throw e;
        }
      }
    }
  }
}
