package io.crossfade.sql.group;

import io.crossfade.core.table.Column;
import io.crossfade.core.table.ColumnType;
import io.crossfade.core.table.Row;
import io.crossfade.core.table.TypeFamily;
import io.crossfade.sql.bind.Binder;
import io.crossfade.sql.bind.Compiler;
import io.crossfade.sql.bind.Expr;
import io.crossfade.sql.eval.Comparison;
import io.crossfade.sql.eval.Eval;
import io.crossfade.sql.front.Term;
import io.crossfade.sql.front.Term.CallTerm;
import io.crossfade.sql.problem.SqlProblem;
import io.crossfade.sql.value.Jsonb;
import io.crossfade.sql.value.PgArray;
import io.crossfade.sql.value.PgTypes;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/**
 * The aggregates of a SELECT: their arguments over its rows, and their values over its groups.
 * Immutable and safe for several threads.
 *
 * <p>What a row contributes to a group is one {@link Row} of all their arguments, as canonical
 * text, aggregate after aggregate.
 */
public final class Aggregates {

  private static final String YES = "t";

  /** As {@link Jsonb} and PostgreSQL write them: other types have forms of their own in JSON. */
  private static final Set<TypeFamily> IN_JSON =
      Set.of(
          TypeFamily.INT2,
          TypeFamily.INT4,
          TypeFamily.INT8,
          TypeFamily.NUMERIC,
          TypeFamily.BOOLEAN,
          TypeFamily.TEXT,
          TypeFamily.VARCHAR,
          TypeFamily.UUID,
          TypeFamily.DATE,
          TypeFamily.JSON,
          TypeFamily.JSONB);

  private final List<Aggregate> all;
  private final List<Expr> plans;
  private final Eval[] arguments;

  /**
   * One of them.
   *
   * @param offset of its first argument
   * @param width how many there are; the condition of FILTER is the first, if there is one
   * @param made an accumulator of what it has remembered; empty where that is nothing yet
   */
  private record Aggregate(
      int offset,
      int width,
      boolean filtered,
      ColumnType type,
      boolean nullable,
      Function<String, Accumulator> made) {

    Optional<Row> argumentsOf(Row all) {
      int from = filtered ? offset + 1 : offset;
      if (filtered && !YES.equals(all.get(offset))) {
        return Optional.empty();
      }
      String[] values = new String[offset + width - from];
      for (int i = 0; i < values.length; i++) {
        values[i] = all.get(from + i);
      }
      return Optional.of(Row.of(values));
    }
  }

  private Aggregates(List<Aggregate> all, List<Expr> arguments) {
    this.all = List.copyOf(all);
    this.plans = List.copyOf(arguments);
    this.arguments = arguments.stream().map(Compiler::compileToText).toArray(Eval[]::new);
  }

  /** What the calls become, or why not. */
  public static final class Binding {

    private final Binder binder;
    private final List<SqlProblem> problems;
    private final Set<Integer> telling;
    private final List<Aggregate> all = new ArrayList<>();
    private final List<Expr> arguments = new ArrayList<>();

    /**
     * @param binder over the rows that are put together
     * @param telling the columns that tell these rows apart, by their places
     * @param problems takes why it cannot be
     */
    public Binding(Binder binder, Set<Integer> telling, List<SqlProblem> problems) {
      this.binder = binder;
      this.telling = Set.copyOf(telling);
      this.problems = problems;
    }

    /** Binds them; where there were problems nothing may be done with what it returns. */
    public Aggregates bind(List<CallTerm> calls) {
      calls.forEach(this::add);
      return new Aggregates(all, arguments);
    }

    private void add(CallTerm term) {
      boolean filtered = term.name().equals(Term.FILTER);
      CallTerm call = filtered ? (CallTerm) term.arguments().get(0) : term;
      int offset = arguments.size();
      if (filtered) {
        binder.joinCondition(term.arguments().get(1)).ifPresent(arguments::add);
      }
      List<CallTerm> order = new ArrayList<>();
      List<Expr> values = new ArrayList<>();
      List<Expr> by = new ArrayList<>();
      for (Term argument : call.arguments()) {
        if (argument instanceof CallTerm one && one.name().startsWith("order ")) {
          order.add(one);
          binder.output(one.arguments().get(0)).ifPresent(by::add);
        } else {
          binder.output(argument).ifPresent(values::add);
        }
      }
      if (values.size() + by.size() < call.arguments().size()) {
        return;
      }
      arguments.addAll(values);
      arguments.addAll(by);
      made(call, values, order, by)
          .ifPresent(
              made ->
                  all.add(
                      new Aggregate(
                          offset,
                          arguments.size() - offset,
                          filtered,
                          made.type(),
                          !call.name().equals("count"),
                          made.made())));
    }

    private record Made(ColumnType type, Function<String, Accumulator> made) {}

    private Optional<Made> refuse(Term term, String why) {
      problems.add(term.position().problem(why));
      return Optional.empty();
    }

    private Optional<Made> made(
        CallTerm call, List<Expr> values, List<CallTerm> order, List<Expr> by) {
      boolean collects = call.name().endsWith("_agg");
      if (!collects && !order.isEmpty()) {
        return refuse(order.get(0), "the order makes no difference to " + call.name());
      }
      if (call.name().equals("count") && values.isEmpty()) {
        return Optional.of(new Made(PgTypes.INT8, text -> new Counter(true, text)));
      }
      if (values.size() != 1) {
        return refuse(call, call.name() + " takes one value");
      }
      ColumnType type = values.get(0).type();
      return switch (call.name()) {
        case "count" -> Optional.of(new Made(PgTypes.INT8, text -> new Counter(false, text)));
        case "sum" -> sum(call, type.family());
        case "avg" -> average(call, type.family());
        case "min" -> extreme(call, type, -1);
        case "max" -> extreme(call, type, 1);
        case "bool_and", "every" -> truths(call, type.family(), true);
        case "bool_or" -> truths(call, type.family(), false);
        case "array_agg", "json_agg", "jsonb_agg" -> collected(call, values.get(0), order, by);
        default -> refuse(call, call.name() + " is not supported");
      };
    }

    private Optional<Made> sum(CallTerm call, TypeFamily family) {
      return switch (family) {
        case INT2, INT4 ->
            Optional.of(new Made(PgTypes.INT8, text -> new Sum(Sum.Kind.BIGINT_SUM, text)));
        case INT8, NUMERIC ->
            Optional.of(new Made(PgTypes.NUMERIC, text -> new Sum(Sum.Kind.NUMERIC_SUM, text)));
        default -> refuse(call, inexact(call, family));
      };
    }

    private Optional<Made> average(CallTerm call, TypeFamily family) {
      return family.isInteger() || family == TypeFamily.NUMERIC
          ? Optional.of(new Made(PgTypes.NUMERIC, text -> new Sum(Sum.Kind.AVERAGE, text)))
          : refuse(call, inexact(call, family));
    }

    private static String inexact(CallTerm call, TypeFamily family) {
      boolean floating = family == TypeFamily.FLOAT4 || family == TypeFamily.FLOAT8;
      return call.name()
          + (floating
              ? " of floating point depends on the order in which rows are added; cast to numeric"
              : " of " + family.name().toLowerCase(Locale.ROOT) + " is not supported");
    }

    private Optional<Made> extreme(CallTerm call, ColumnType type, int sign) {
      Optional<Comparison.Order> order = Binder.order(type.family());
      if (type.family().isText()) {
        return refuse(
            call,
            "the order of text depends on the collation of each database, so "
                + call.name()
                + " of it may differ between them; take it of numbers or dates");
      }
      if (order.isEmpty() || hasForms(type)) {
        return refuse(call, call.name() + " of " + type + " is not supported" + fixed(type));
      }
      return Optional.of(
          new Made(
              PgTypes.plain(type.family()),
              text -> new Extreme(type.family(), order.get(), sign, text)));
    }

    private Optional<Made> truths(CallTerm call, TypeFamily family, boolean and) {
      return family == TypeFamily.BOOLEAN
          ? Optional.of(new Made(PgTypes.BOOLEAN, text -> new Truths(and, text)))
          : refuse(call, call.name() + " takes a boolean");
    }

    private Optional<Made> collected(
        CallTerm call, Expr value, List<CallTerm> order, List<Expr> by) {
      List<Collected.By> sorting = new ArrayList<>();
      Set<Integer> inputs = new HashSet<>();
      for (int i = 0; i < by.size(); i++) {
        TypeFamily family = by.get(i).type().family();
        Optional<Comparison.Order> known = Binder.order(family);
        if (known.isEmpty()) {
          return refuse(
              order.get(i).arguments().get(0),
              "the order of "
                  + by.get(i).type()
                  + " is not the same everywhere; order by numbers, dates, times or uuids");
        }
        if (by.get(i) instanceof Expr.Input input) {
          inputs.add(input.index());
        }
        sorting.add(
            new Collected.By(
                i + 1,
                family,
                known.get(),
                order.get(i).name().contains(" desc"),
                order.get(i).name().endsWith("nulls first")));
      }
      if (!inputs.containsAll(telling) && !by.contains(value)) {
        return refuse(
            call,
            "the order of the values is left to chance: write ORDER BY in it, and at its end the"
                + " primary key of the table, of each where a row of one meets several of another,"
                + " with the number of the element where rows are split");
      }
      TypeFamily family = value.type().family();
      if (call.name().equals("array_agg")) {
        return family == TypeFamily.ARRAY || family == TypeFamily.OPAQUE
            ? refuse(call, "array_agg of " + value.type() + " is not supported")
            : Optional.of(
                new Made(
                    PgTypes.array(PgTypes.plain(family)),
                    text -> new Collected(sorting, values -> PgArray.of(values).toString())));
      }
      if (!IN_JSON.contains(family)) {
        return refuse(
            call, call.name() + " of " + value.type() + " is not supported; cast to text");
      }
      boolean binary = call.name().equals("jsonb_agg");
      return Optional.of(
          new Made(
              binary ? PgTypes.JSONB : PgTypes.JSON,
              text -> new Collected(sorting, values -> json(family, binary, values))));
    }

    private static String json(TypeFamily family, boolean binary, List<String> values) {
      List<String> elements = new ArrayList<>();
      for (String value : values) {
        elements.add(value == null ? "null" : json(family, binary, value));
      }
      return "[" + String.join(", ", elements) + "]";
    }

    private static String json(TypeFamily family, boolean binary, String value) {
      return switch (family) {
        case BOOLEAN -> value.equals(YES) ? "true" : "false";
        case INT2, INT4, INT8 -> value;
        case NUMERIC -> value.matches("-?[0-9.]+") ? value : Jsonb.quoted(value);
        case JSONB -> value;
        case JSON -> binary ? Jsonb.fromText(value) : value;
        default -> Jsonb.quoted(value);
      };
    }
  }

  /** Whether equal values may be written in several ways, of which one would be found by chance. */
  static boolean hasForms(ColumnType type) {
    return switch (type.family()) {
      case NUMERIC -> type.scale() == ColumnType.UNSPECIFIED;
      case FLOAT4, FLOAT8, INTERVAL, JSON, JSONB, ARRAY, OPAQUE -> true;
      default -> false;
    };
  }

  /** What to do about it. */
  static String fixed(ColumnType type) {
    return type.family() == TypeFamily.NUMERIC
        ? ": 1.0 and 1.00 are equal; cast to numeric with a scale, numeric(12, 2)"
        : "";
  }

  /** Adds the places of the columns that they read. */
  public void collectInputs(Set<Integer> inputs) {
    plans.forEach(plan -> plan.collectInputs(inputs));
  }

  /** The same of one of them. */
  void collectInputs(int index, Set<Integer> inputs) {
    Aggregate one = all.get(index);
    plans
        .subList(one.offset(), one.offset() + one.width())
        .forEach(plan -> plan.collectInputs(inputs));
  }

  /** Their columns in the groups' rows. */
  List<Column> columns(int first) {
    List<Column> columns = new ArrayList<>();
    for (Aggregate one : all) {
      String name = "g" + (first + columns.size());
      columns.add(
          one.nullable() ? Column.nullable(name, one.type()) : Column.required(name, one.type()));
    }
    return columns;
  }

  /** What a row contributes to its group. */
  Row argumentsOf(Row row) {
    String[] values = new String[arguments.length];
    for (int i = 0; i < values.length; i++) {
      values[i] = (String) arguments[i].of(row);
    }
    return Row.of(values);
  }

  /**
   * Accumulators.
   *
   * @param texts what they have remembered; empty where that is nothing yet
   */
  List<Accumulator> accumulators(List<String> texts) {
    List<Accumulator> accumulators = new ArrayList<>();
    for (int i = 0; i < all.size(); i++) {
      accumulators.add(all.get(i).made().apply(texts.isEmpty() ? "" : texts.get(i)));
    }
    return accumulators;
  }

  void take(List<Accumulator> accumulators, Row of, int times) {
    for (int i = 0; i < all.size(); i++) {
      Accumulator accumulator = accumulators.get(i);
      all.get(i).argumentsOf(of).ifPresent(mine -> accumulator.take(mine, times));
    }
  }

  String result(List<Accumulator> accumulators, int index, Members members) {
    Aggregate aggregate = all.get(index);
    return accumulators
        .get(index)
        .result(mine -> members.each(row -> aggregate.argumentsOf(row).ifPresent(mine)));
  }

  int size() {
    return all.size();
  }
}
