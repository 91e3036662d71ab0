package io.crossfade.transform;

import io.crossfade.core.table.Row;
import io.crossfade.core.table.Table;
import io.crossfade.sql.EvaluationException;
import io.crossfade.sql.OutputColumn;
import io.crossfade.sql.SelectPlan;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Mappings from SELECTs. */
public final class Mappings {

  private Mappings() {}

  /**
   * A SELECT and the table that it fills.
   *
   * @param target the new table as the database has it
   * @param targetWasEmpty whether it had no row when this migration first started
   * @throws IllegalArgumentException where the table's key is not the old one's, column for column,
   *     passed on or cast without loss: such a SELECT needs another topology
   */
  public static Mapping of(SelectPlan plan, Table target, boolean targetWasEmpty) {
    return new Mapping(mapper(plan, target), target, targetWasEmpty);
  }

  /**
   * What makes its rows.
   *
   * @throws IllegalArgumentException as {@link #of}
   */
  public static RowMapper mapper(SelectPlan plan, Table target) {
    Set<String> oldKey = new HashSet<>();
    for (String column : target.primaryKey()) {
      OutputColumn output =
          plan.columns().stream()
              .filter(c -> c.name().equals(column))
              .findFirst()
              .orElseThrow(
                  () ->
                      new IllegalArgumentException(
                          "the SELECT for " + target.id() + " does not fill its key " + column));
      oldKey.add(
          output
              .injectiveOf()
              .filter(c -> plan.source().primaryKey().contains(c))
              .orElseThrow(() -> otherKey(plan, target)));
    }
    if (!oldKey.containsAll(plan.source().primaryKey())) {
      throw otherKey(plan, target);
    }
    return new SelectMapper(plan, target);
  }

  private static IllegalArgumentException otherKey(SelectPlan plan, Table target) {
    return new IllegalArgumentException(
        "the key "
            + target.primaryKey()
            + " of "
            + target.id()
            + " is not the key "
            + plan.source().primaryKey()
            + " of "
            + plan.source().id()
            + ": not supported yet");
  }

  /** The SELECT, and the types of both keys: all that decides which keys there can be. */
  private static String fingerprint(SelectPlan plan, Table target) {
    StringBuilder text = new StringBuilder(plan.oracleSql(id -> id));
    for (String name : target.primaryKey()) {
      text.append('\n').append(name).append(' ').append(target.column(name).type());
    }
    for (String name : plan.source().primaryKey()) {
      text.append('\n').append(name).append(' ').append(plan.source().column(name).type());
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

  private static final class SelectMapper implements RowMapper {

    private final SelectPlan plan;
    private final List<String> columns;
    private final List<String> key;
    private final String fingerprint;

    SelectMapper(SelectPlan plan, Table target) {
      this.plan = plan;
      this.fingerprint = Mappings.fingerprint(plan, target);
      this.columns = plan.columns().stream().map(OutputColumn::name).toList();
      this.key = target.primaryKey();
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
    public Set<String> uses() {
      return Set.copyOf(plan.inputColumns());
    }

    @Override
    public List<String> columns() {
      return columns;
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
