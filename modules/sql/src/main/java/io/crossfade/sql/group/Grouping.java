package io.crossfade.sql.group;

import io.crossfade.core.table.Column;
import io.crossfade.core.table.Row;
import io.crossfade.core.table.Table;
import io.crossfade.core.table.TableId;
import io.crossfade.sql.EvaluationException;
import io.crossfade.sql.bind.Compiler;
import io.crossfade.sql.bind.Expr;
import io.crossfade.sql.eval.Eval;
import io.crossfade.sql.value.PgError;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * How rows are put together: by their keys, whose equal values have equal texts. Immutable and safe
 * for several threads.
 */
public final class Grouping {

  private final List<Expr> keyPlans;
  private final int written;
  private final Eval[] keys;
  private final Aggregates aggregates;
  private final Set<Integer> inputs;
  private final String fingerprint;
  private final Table key;
  private final Table rows;

  /**
   * @param keys the expressions of GROUP BY, and behind them columns that follow from them
   * @param written how many were written
   * @param inputs the places of the columns that are read
   * @param fingerprint tells apart what is remembered of rows by other aggregates
   */
  public Grouping(
      List<Expr> keys,
      int written,
      Aggregates aggregates,
      Set<Integer> inputs,
      String fingerprint) {
    this.keyPlans = List.copyOf(keys);
    this.written = written;
    this.keys = keys.stream().map(Compiler::compileToText).toArray(Eval[]::new);
    this.aggregates = aggregates;
    this.inputs = Set.copyOf(inputs);
    this.fingerprint = fingerprint;
    List<Column> columns = new ArrayList<>();
    for (Expr expr : keys) {
      String name = "g" + (columns.size() + 1);
      columns.add(
          expr.nullable()
              ? Column.nullable(name, expr.type())
              : Column.required(name, expr.type()));
    }
    List<String> names = columns.stream().map(Column::name).toList();
    this.key = new Table(new TableId("crossfade", "group"), columns, names);
    columns.addAll(aggregates.columns(columns.size() + 1));
    this.rows = new Table(new TableId("crossfade", "groups"), columns, names);
  }

  /**
   * Why rows cannot be put together by an expression; empty where they can.
   *
   * @param expr of GROUP BY
   */
  public static Optional<String> refusal(Expr expr) {
    return Aggregates.hasForms(expr.type())
        ? Optional.of("rows are not put together by " + expr.type() + Aggregates.fixed(expr.type()))
        : Optional.empty();
  }

  /** The columns that a group's rows share; values may be NULL. */
  public Table key() {
    return key;
  }

  /** The groups: the key's columns, and behind them the aggregates'. */
  public Table rows() {
    return rows;
  }

  /** Tells apart what is remembered of a group under other expressions. */
  public String fingerprint() {
    return fingerprint;
  }

  /** Whether the key alone says it: a column of the groups is one of those that were written. */
  public boolean isKey(int column) {
    return column < written;
  }

  /** How many expressions GROUP BY has. */
  public int keys() {
    return written;
  }

  /** The expression over the rows behind a key's column; empty for an aggregate. */
  public Optional<Expr> expression(int column) {
    return column < keyPlans.size() ? Optional.of(keyPlans.get(column)) : Optional.empty();
  }

  /** Adds the places of the columns of the rows that a column of the groups is made of. */
  public void collectInputs(int column, Set<Integer> into) {
    if (column < keyPlans.size()) {
      keyPlans.get(column).collectInputs(into);
    } else {
      aggregates.collectInputs(column - keyPlans.size(), into);
    }
  }

  /** The places of the columns that are read. */
  public Set<Integer> inputs() {
    return inputs;
  }

  /**
   * What a row contributes.
   *
   * @param key of its group
   * @param arguments of all aggregates
   */
  public record Part(Row key, Row arguments) {}

  /**
   * What a row contributes to which group.
   *
   * @throws EvaluationException where PostgreSQL would raise an error
   */
  public Part of(Row row) throws EvaluationException {
    try {
      String[] values = new String[keys.length];
      for (int i = 0; i < keys.length; i++) {
        values[i] = (String) keys[i].of(row);
      }
      return new Part(Row.of(values), aggregates.argumentsOf(row));
    } catch (PgError e) {
      throw new EvaluationException(e.sqlState(), null, "GROUP BY: " + e.getMessage(), e);
    }
  }

  /** A group without rows. */
  public Group none() {
    return new Group(0, List.of());
  }

  /**
   * A group as it was remembered.
   *
   * @param texts of {@link Group#texts}
   */
  public Group of(List<String> texts) {
    return new Group(Long.parseLong(texts.get(0)), texts.subList(1, texts.size()));
  }

  /** What a group's rows have come to. For one thread. */
  public final class Group {

    private final List<Accumulator> accumulators;
    private long count;

    private Group(long count, List<String> texts) {
      this.count = count;
      this.accumulators = aggregates.accumulators(texts);
    }

    /** Takes a row in. */
    public void add(Row arguments) {
      count++;
      aggregates.take(accumulators, arguments, 1);
    }

    /** Takes a row out that was taken in with the same arguments. */
    public void remove(Row arguments) {
      count--;
      aggregates.take(accumulators, arguments, -1);
    }

    /** Whether no row is left. */
    public boolean isEmpty() {
      return count == 0;
    }

    /** All that has to be remembered beside the rows. */
    public List<String> texts() {
      List<String> texts = new ArrayList<>();
      texts.add(Long.toString(count));
      accumulators.forEach(one -> texts.add(one.text()));
      return texts;
    }

    /**
     * The group as a row.
     *
     * @param of its key
     * @param members its rows, for aggregates that have to look at them
     * @throws EvaluationException where PostgreSQL would raise an error
     */
    public Row row(Row of, Members members) throws EvaluationException {
      String[] values = new String[of.size() + aggregates.size()];
      for (int i = 0; i < of.size(); i++) {
        values[i] = of.get(i);
      }
      try {
        for (int i = 0; i < aggregates.size(); i++) {
          values[of.size() + i] = aggregates.result(accumulators, i, members);
        }
      } catch (PgError e) {
        throw new EvaluationException(e.sqlState(), null, "aggregate: " + e.getMessage(), e);
      }
      return Row.of(values);
    }
  }
}
