package io.crossfade.sql.reverse;

import static io.crossfade.core.table.ColumnType.UNSPECIFIED;

import io.crossfade.core.table.ColumnType;
import io.crossfade.core.table.Table;
import io.crossfade.core.table.TypeFamily;
import io.crossfade.sql.front.ParsedSelect;
import io.crossfade.sql.front.SqlName;
import io.crossfade.sql.front.Term;
import io.crossfade.sql.front.Term.CallTerm;
import io.crossfade.sql.front.Term.CastTerm;
import io.crossfade.sql.front.Term.ColumnTerm;
import io.crossfade.sql.front.Term.LiteralTerm;
import io.crossfade.sql.value.PgTypes;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/** What the WHERE of a forward SELECT says about the rows that pass it. */
final class Filter {

  /**
   * The only value that a column has in rows that pass.
   *
   * @param sql the value
   * @param condition what says so
   */
  record Fixed(String sql, String condition) {}

  /**
   * One of the conditions that all have to be true.
   *
   * @param text for a reader
   * @param columns that it reads, by their places in the old table
   */
  record Condition(String text, Set<Integer> columns) {}

  private final Table table;
  private final Map<Integer, Fixed> fixed = new HashMap<>();
  private final List<Condition> conditions = new ArrayList<>();

  Filter(ParsedSelect forward) {
    table = forward.source();
    TermText text = new TermText(table);
    forward.where().stream()
        .flatMap(Filter::conjuncts)
        .forEach(
            conjunct -> {
              String condition = text.of(conjunct);
              conditions.add(new Condition(condition, columnsOf(conjunct)));
              fix(conjunct, condition);
            });
  }

  Optional<Fixed> fixed(int column) {
    return Optional.ofNullable(fixed.get(column));
  }

  List<Condition> conditions() {
    return conditions;
  }

  /** The first condition that reads a column. */
  Optional<Condition> reading(int column) {
    return conditions.stream().filter(c -> c.columns().contains(column)).findFirst();
  }

  private static Stream<Term> conjuncts(Term term) {
    return term instanceof CallTerm call && call.name().equals("and")
        ? call.arguments().stream().flatMap(Filter::conjuncts)
        : Stream.of(term);
  }

  /** The places of all columns that an expression reads. */
  static Set<Integer> columnsOf(Term term) {
    Set<Integer> columns = new TreeSet<>();
    collect(term, columns);
    return columns;
  }

  private static void collect(Term term, Set<Integer> columns) {
    if (term instanceof ColumnTerm column) {
      columns.add(column.index());
    } else if (term instanceof CastTerm cast) {
      collect(cast.argument(), columns);
    } else if (term instanceof CallTerm call) {
      call.arguments().forEach(argument -> collect(argument, columns));
    }
  }

  private void fix(Term term, String condition) {
    if (term instanceof ColumnTerm column) {
      fix(column, Optional.of("TRUE"), condition);
    }
    if (!(term instanceof CallTerm call)) {
      return;
    }
    Term first = call.arguments().get(0);
    if (call.arguments().size() == 1 && first instanceof ColumnTerm column) {
      Optional<String> value =
          switch (call.name()) {
            case "is null", "is unknown" -> Optional.of("NULL");
            case "is true" -> Optional.of("TRUE");
            case "is false", "not" -> Optional.of("FALSE");
            default -> Optional.empty();
          };
      fix(column, value, condition);
    }
    boolean equality = Set.of("=", "is not distinct from", "in").contains(call.name());
    if (equality && call.arguments().size() == 2) {
      Term second = call.arguments().get(1);
      if (first instanceof ColumnTerm column) {
        fix(column, constant(second, typeOf(column)), condition);
      } else if (second instanceof ColumnTerm column && !call.name().equals("in")) {
        fix(column, constant(first, typeOf(column)), condition);
      }
    }
  }

  private void fix(ColumnTerm column, Optional<String> value, String condition) {
    value.ifPresent(sql -> fixed.putIfAbsent(column.index(), new Fixed(sql, condition)));
  }

  private ColumnType typeOf(ColumnTerm column) {
    return table.columns().get(column.index()).type();
  }

  /** The SQL of a literal as {@link Fixed} writes it; empty where it is none that fixes a value. */
  static String literal(Term term, ColumnType column) {
    boolean isNull = term instanceof LiteralTerm literal && literal.kind() == LiteralTerm.Kind.NULL;
    return isNull ? "NULL" : constant(term, column).orElse("");
  }

  /** The SQL of a literal, where being equal to it leaves the column one text only. */
  private static Optional<String> constant(Term term, ColumnType column) {
    if (!hasOneTextForEachValue(column)) {
      return Optional.empty();
    }
    if (term instanceof CastTerm cast
        && cast.argument() instanceof LiteralTerm literal
        && literal.kind() == LiteralTerm.Kind.STRING
        && cast.target().family() == column.family()
        && !PgTypes.hasModifier(cast.target())) {
      return Optional.of(written(SqlName.literal(literal.text()), column));
    }
    if (term instanceof CallTerm call
        && call.name().equals("-")
        && call.arguments().size() == 1
        && call.arguments().get(0) instanceof LiteralTerm literal
        && literal.kind() == LiteralTerm.Kind.NUMBER) {
      return number("-" + literal.text(), column);
    }
    if (!(term instanceof LiteralTerm literal)) {
      return Optional.empty();
    }
    return switch (literal.kind()) {
      case STRING -> Optional.of(written(SqlName.literal(literal.text()), column));
      case NUMBER -> number(literal.text(), column);
      case BOOLEAN -> Optional.of(literal.text().toUpperCase(Locale.ROOT));
      case NULL -> Optional.empty();
    };
  }

  /** 1.5 = 1.50 and 0 = -0: of such types equality says too little. */
  private static boolean hasOneTextForEachValue(ColumnType type) {
    return switch (type.family()) {
      case BOOLEAN, INT2, INT4, INT8, TEXT, VARCHAR, DATE, TIMESTAMP, TIMESTAMPTZ, UUID -> true;
      case CHAR -> type.precision() != UNSPECIFIED;
      case NUMERIC -> type.precision() != UNSPECIFIED && type.scale() >= 0;
      default -> false;
    };
  }

  private static String written(String literal, ColumnType column) {
    return column.family().isText() ? literal : "CAST(" + literal + " AS " + column.name() + ")";
  }

  private static Optional<String> number(String text, ColumnType column) {
    boolean whole = text.matches("-?\\d+");
    if (column.family().isInteger()) {
      boolean small = column.family() == TypeFamily.INT4 || column.family() == TypeFamily.INT8;
      boolean bare = small && text.length() < 10;
      return whole ? Optional.of(bare ? text : written(text, column)) : Optional.empty();
    }
    boolean decimal = whole || text.matches("-?\\d+\\.\\d+");
    return decimal && column.family() == TypeFamily.NUMERIC
        ? Optional.of(written(text, column))
        : Optional.empty();
  }
}
