package io.crossfade.cli.plan;

import io.crossfade.cli.plan.Plan.Ddl;
import io.crossfade.cli.plan.Plan.Step;
import java.util.List;

/** Proposed SQL as a script. */
public final class DdlText {

  /** A part of the script. */
  public enum Part {
    /** The tables; the other parts follow as comments, so that the script can be run as it is. */
    all,
    /** New tables. */
    tables,
    /** What to run after the backfill. */
    after,
    /** What to run at the switch. */
    switchover
  }

  private static final String TABLES =
      "Proposed tables of %s, to be looked at and run in the target before the first start.\n"
          + "The role of target.username needs SELECT, INSERT, UPDATE and DELETE on them.\n"
          + "A UNIQUE refuses a row that takes a value before the row that had it gives it up: where values move\n"
          + "from row to row, leave it out until the switch.";
  private static final String AFTER =
      "After the backfill, while the migration follows. None of it may run in a transaction.\n"
          + "Foreign keys need a target.username that may leave them to the source, see docs/privileges.md:\n"
          + "GRANT SET ON PARAMETER session_replication_role (PostgreSQL 15), or superuser.\n"
          + "Print it to be run: crossfade plan --ddl=after";
  private static final String SWITCHOVER =
      "At the switch: the writers have stopped, `run --exit-when caught-up` has ended after that, and no\n"
          + "job runs.\n"
          + "Print it to be run: crossfade plan --ddl=switchover";

  private DdlText() {}

  /** The script; every line that is not SQL is a comment. */
  public static String render(Plan plan, Part part) {
    Ddl ddl = plan.ddl().orElseThrow();
    StringBuilder text = new StringBuilder();
    boolean all = part == Part.all;
    if (all || part == Part.tables) {
      section(text, TABLES.formatted(plan.migration()), ddl.tables(), "");
    }
    if (all || part == Part.after) {
      section(text, AFTER, ddl.afterBackfill(), all ? "--   " : "");
    }
    if (all || part == Part.switchover) {
      section(text, SWITCHOVER, ddl.atSwitch(), all ? "--   " : "");
    }
    return text.toString();
  }

  private static void section(StringBuilder text, String head, List<Step> steps, String prefix) {
    if (!text.isEmpty()) {
      text.append('\n');
    }
    comment(text, head);
    for (Step step : steps) {
      text.append('\n');
      if (!step.comment().isEmpty()) {
        comment(text, step.comment());
      }
      step.sql().ifPresent(sql -> lines(text, sql + ";", prefix));
    }
  }

  private static void comment(StringBuilder text, String comment) {
    lines(text, comment, "-- ");
  }

  private static void lines(StringBuilder text, String lines, String prefix) {
    lines.lines().forEach(line -> text.append(prefix).append(line).append('\n'));
  }
}
