package io.crossfade.transform;

import io.crossfade.core.table.Row;
import io.crossfade.core.table.Table;
import io.crossfade.core.target.Writing;
import io.crossfade.sql.EvaluationException;
import io.crossfade.sql.Joining;
import io.crossfade.sql.OutputColumn;
import io.crossfade.sql.RowsPlan;
import io.crossfade.sql.SelectPlan;
import io.crossfade.sql.group.Grouping;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Mappings from SELECTs and mappers. */
public final class Mappings {

  private Mappings() {}

  /**
   * A SELECT or a mapper, and the table that it fills.
   *
   * @param plan its outputs as the table stores them
   * @param target the new table as the database has it
   * @param targetWasEmpty whether it had no row when this migration first started
   * @throws IllegalArgumentException where it does not fill the table's key
   */
  public static Mapping of(RowsPlan plan, Table target, boolean targetWasEmpty) {
    return new Mapping(
        plan instanceof SelectPlan select && keepsKey(select, target)
            ? new SelectMapper(select, target)
            : new PlanRows(plan, target),
        target,
        targetWasEmpty);
  }

  /**
   * A SELECT and the table whose columns it fills.
   *
   * @param plan as of {@link #of}
   * @param target the table as the database has it
   * @throws IllegalArgumentException where its key is not the old one
   */
  public static Mapping filling(SelectPlan plan, Table target, Writing writing) {
    return new Mapping(mapper(plan, target), target, false, writing);
  }

  /**
   * What makes the rows of a SELECT whose key is the old one's, column for column, passed on or
   * cast without loss.
   *
   * @throws IllegalArgumentException where it is not
   */
  public static RowMapper mapper(SelectPlan plan, Table target) {
    if (!keepsKey(plan, target)) {
      throw new IllegalArgumentException(
          "the key "
              + target.primaryKey()
              + " of "
              + target.id()
              + " is not the key "
              + plan.source().primaryKey()
              + " of "
              + plan.source().id());
    }
    return new SelectMapper(plan, target);
  }

  private static boolean keepsKey(SelectPlan plan, Table target) {
    List<String> columns = plan.columns().stream().map(OutputColumn::name).toList();
    for (String column : target.primaryKey()) {
      if (!columns.contains(column)) {
        throw new IllegalArgumentException(
            "the SELECT for " + target.id() + " does not fill its key " + column);
      }
    }
    return plan.keepsKey(target);
  }

  /**
   * What makes the rows, and the types of both keys: all that decides which keys there can be. Of a
   * mapper this is its code, each change of which may make others.
   */
  private static String fingerprint(RowsPlan plan, Table target) {
    StringBuilder text = new StringBuilder(plan.definition());
    for (String name : target.primaryKey()) {
      text.append('\n').append(name).append(' ').append(target.column(name).type());
    }
    for (Table source : plan.sources()) {
      for (String name : source.primaryKey()) {
        text.append('\n').append(name).append(' ').append(source.column(name).type());
      }
    }
    try {
      return HexFormat.of()
          .formatHex(
              MessageDigest.getInstance("SHA-256")
                  .digest(text.toString().getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }

  /** Rows with keys of their own. */
  private static class PlanRows implements RowsMapper {

    private final RowsPlan plan;
    private final List<String> columns;
    private final String fingerprint;

    PlanRows(RowsPlan plan, Table target) {
      this.plan = plan;
      this.fingerprint = Mappings.fingerprint(plan, target);
      this.columns = plan.columns().stream().map(OutputColumn::name).toList();
    }

    @Override
    public String fingerprint() {
      return fingerprint;
    }

    @Override
    public Table source() {
      return plan.source();
    }

    @Override
    public List<Table> sources() {
      return plan.sources();
    }

    @Override
    public Optional<Joining> joining() {
      return plan.joining();
    }

    @Override
    public Optional<Grouping> grouping() {
      return plan.grouping();
    }

    @Override
    public List<Grouping.Part> parts(Row row) throws EvaluationException {
      return plan.parts(row);
    }

    @Override
    public Set<String> uses(Table table) {
      return plan.inputColumns(table.id());
    }

    @Override
    public List<String> columns() {
      return columns;
    }

    @Override
    public List<Row> rows(Row row) throws EvaluationException {
      return plan.rows(row);
    }
  }

  private static final class SelectMapper extends PlanRows implements RowMapper {

    private final SelectPlan plan;
    private final List<String> key;

    SelectMapper(SelectPlan plan, Table target) {
      super(plan, target);
      this.plan = plan;
      this.key = target.primaryKey();
    }

    @Override
    public Optional<Row> map(Row row) throws EvaluationException {
      return plan.evaluate(row);
    }

    @Override
    public Row key(Row keyRow) throws EvaluationException {
      return plan.evaluateColumns(key, keyRow);
    }
  }
}
