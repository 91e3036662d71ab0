package io.crossfade.sql.reverse;

import io.crossfade.core.table.Table;
import io.crossfade.plugin.Column;
import io.crossfade.plugin.Mapper;
import io.crossfade.plugin.MapperCall;
import io.crossfade.plugin.Row;
import io.crossfade.sql.MapperPlan;
import io.crossfade.sql.UserMapper;
import io.crossfade.sql.problem.SqlException;
import java.util.List;

/**
 * Two rows of {@code (id, plan)} for each with a positive id: one a hundred further, and itself.
 */
final class Doubling implements Mapper {

  private static final Column<Long> ID = Column.bigint("id");
  private static final Column<String> PLAN = Column.text("plan");

  static Forward forward(Table old, Table target) {
    try {
      UserMapper mapper = new UserMapper(MapperCall.of(new Doubling()), "1");
      return new Forward(MapperPlan.of(mapper, old), target);
    } catch (SqlException e) {
      throw new AssertionError(e);
    }
  }

  @Override
  public List<Column<?>> reads() {
    return List.of(ID, PLAN);
  }

  @Override
  public List<Column<?>> columns() {
    return List.of(ID, PLAN);
  }

  @Override
  public List<String> key() {
    return List.of("id");
  }

  @Override
  public List<Row> map(Row old) {
    long id = old.get(ID);
    String plan = old.get(PLAN);
    if (plan.equals("bad")) {
      throw new IllegalArgumentException("bad");
    }
    return id < 0
        ? List.of()
        : List.of(Row.of(ID.of(id + 100), PLAN.of(plan)), Row.of(ID.of(id), PLAN.of(plan)));
  }
}
