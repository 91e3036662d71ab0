package io.crossfade.verify;

import io.crossfade.core.table.Row;
import io.crossfade.core.table.Table;
import io.crossfade.core.table.TypeFamily;
import io.crossfade.sql.EvaluationException;
import io.crossfade.sql.OutputColumn;
import io.crossfade.sql.SelectPlan;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * From the key of a new row to that of the old one which it would come from. Each column of the new
 * key is one of the old key, as it is or cast without loss. The way back of a cast is a guess at
 * the old value's text, of which the SELECT's own expression must make the new value. So an old key
 * that is found is the right one; none is found where no old row can have it (a number that the old
 * type does not hold), and for a few casts, as of dates before our era.
 */
public final class OldKeys {

  private static final Logger LOG = LoggerFactory.getLogger(OldKeys.class);

  private final SelectPlan plan;
  private final Table target;

  /**
   * @param plan the SELECT, cast to the columns of the new table
   */
  public OldKeys(SelectPlan plan, Table target) {
    this.plan = plan;
    this.target = target;
  }

  /**
   * The old key.
   *
   * @param key the new one, by its columns
   * @return a row of the old table of which the key's columns are there; empty where none is found
   */
  public Optional<Row> of(Map<String, String> key) {
    Table source = plan.source();
    String[] values = new String[source.columns().size()];
    for (String name : target.primaryKey()) {
      Optional<String> old = old(name, key.get(name));
      if (old.isEmpty()) {
        return Optional.empty();
      }
      values[index(oldColumn(name))] = old.get();
    }
    return Optional.of(Row.of(values));
  }

  private Optional<String> old(String name, String value) {
    String column = oldColumn(name);
    Optional<String> text = text(plan.source().column(column).type().family(), value);
    if (text.isEmpty()) {
      return text;
    }
    String[] values = new String[plan.source().columns().size()];
    values[index(column)] = text.get();
    try {
      TypeFamily family = target.column(name).type().family();
      String made = plan.evaluateColumns(List.of(name), Row.of(values)).get(0);
      return text.filter(
          old -> RowComparison.normal(family, made).equals(RowComparison.normal(family, value)));
    } catch (EvaluationException | RuntimeException e) {
      LOG.debug("{} is no {} of {}", text.get(), column, plan.source().id(), e);
      return Optional.empty();
    }
  }

  /** What the old value would be written as, if it is one: there is one text for each. */
  private static Optional<String> text(TypeFamily old, String value) {
    return switch (old) {
      case INT2 -> whole(value, Short.MIN_VALUE, Short.MAX_VALUE);
      case INT4 -> whole(value, Integer.MIN_VALUE, Integer.MAX_VALUE);
      case INT8 -> whole(value, Long.MIN_VALUE, Long.MAX_VALUE);
      case BOOLEAN ->
          Optional.ofNullable(
              Map.of("t", "t", "true", "t", "1", "t", "f", "f", "false", "f", "0", "f").get(value));
      case DATE -> Optional.of(value.replaceFirst(" 00:00:00(\\+00)?$", ""));
      case TIMESTAMP -> Optional.of(value.replaceFirst("\\+00$", ""));
      case TIMESTAMPTZ -> Optional.of(value.replaceFirst("(\\+00)?$", "+00"));
      default -> Optional.of(value);
    };
  }

  private static Optional<String> whole(String value, long least, long most) {
    try {
      long number = Long.parseLong(value);
      return number >= least && number <= most
          ? Optional.of(Long.toString(number))
          : Optional.empty();
    } catch (NumberFormatException e) {
      return Optional.empty();
    }
  }

  private String oldColumn(String name) {
    return plan.columns().stream()
        .filter(column -> column.name().equals(name))
        .findFirst()
        .flatMap(OutputColumn::injectiveOf)
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "the key " + name + " of " + target.id() + " is not an old key"));
  }

  private int index(String column) {
    return plan.source().indexOf(column).orElseThrow();
  }
}
