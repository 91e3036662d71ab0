package io.crossfade.cli.job;

import io.crossfade.core.table.Table;
import io.crossfade.core.table.TableId;
import io.crossfade.spec.Place;
import io.crossfade.spec.Problem;
import io.crossfade.spec.SpecException;
import io.crossfade.spec.TableSpec;
import io.crossfade.spec.TableSpec.MapperName;
import io.crossfade.sql.MapperPlan;
import io.crossfade.sql.Plugins;
import io.crossfade.sql.RowsPlan;
import io.crossfade.sql.SelectPlan;
import io.crossfade.sql.SqlCompiler;
import io.crossfade.sql.UserMapper;
import io.crossfade.sql.problem.SqlException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;

/** An entry of the spec as what makes its rows: its SELECT, or its mapper over the old table. */
public final class Compiled {

  private Compiled() {}

  /**
   * Compiles an entry.
   *
   * @param tables gives an old table's shape
   * @throws SpecException with all that is wrong with it
   */
  public static RowsPlan of(
      TableSpec table, Function<TableId, Optional<Table>> tables, Plugins plugins)
      throws SpecException {
    List<Problem> problems = new ArrayList<>();
    Optional<UserMapper> mapper = mapper(table, plugins, problems);
    Optional<SelectPlan> select = select(table, tables, plugins, problems);
    if (mapper.isPresent() && select.isPresent()) {
      try {
        return MapperPlan.of(mapper.get(), select.get().source());
      } catch (SqlException e) {
        e.problems().forEach(one -> problems.add(place(table).problem(one.message())));
      }
    }
    if (!problems.isEmpty()) {
      throw new SpecException(problems);
    }
    return select.orElseThrow();
  }

  /** What is wrong with an entry whatever its tables look like. */
  public static List<Problem> problems(TableSpec table, Plugins plugins) {
    List<Problem> problems = new ArrayList<>();
    mapper(table, plugins, problems);
    AtomicBoolean understood = new AtomicBoolean();
    List<Problem> ofSelect = new ArrayList<>();
    select(
        table,
        id -> {
          understood.set(true);
          return Optional.empty();
        },
        plugins,
        ofSelect);
    if (!understood.get()) {
      problems.addAll(ofSelect);
    }
    return problems;
  }

  /** Where the spec says what makes the rows. */
  static Place place(TableSpec table) {
    return table.mapper().map(MapperName::place).orElseGet(() -> table.select().start());
  }

  private static Optional<UserMapper> mapper(
      TableSpec table, Plugins plugins, List<Problem> problems) {
    if (table.mapper().isEmpty()) {
      return Optional.empty();
    }
    MapperName name = table.mapper().get();
    try {
      return Optional.of(plugins.mapper(name.className()));
    } catch (IllegalArgumentException e) {
      problems.add(name.place().problem(e.getMessage()));
      return Optional.empty();
    }
  }

  private static Optional<SelectPlan> select(
      TableSpec table,
      Function<TableId, Optional<Table>> tables,
      Plugins plugins,
      List<Problem> problems) {
    try {
      return Optional.of(
          new SqlCompiler(tables, plugins.functions()).compile(table.select().text()));
    } catch (SqlException e) {
      e.problems()
          .forEach(
              one ->
                  problems.add(table.select().problemAt(one.line(), one.column(), one.message())));
      return Optional.empty();
    }
  }
}
