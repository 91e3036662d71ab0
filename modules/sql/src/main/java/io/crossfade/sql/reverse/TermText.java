package io.crossfade.sql.reverse;

import io.crossfade.core.table.Table;
import io.crossfade.sql.front.SqlName;
import io.crossfade.sql.front.Term;
import io.crossfade.sql.front.Term.CallTerm;
import io.crossfade.sql.front.Term.CastTerm;
import io.crossfade.sql.front.Term.ColumnTerm;
import io.crossfade.sql.front.Term.LiteralTerm;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/** An expression as somebody would write it: for sentences, not for a parser. */
final class TermText {

  private static final Set<String> INFIX_WORDS =
      Set.of("and", "or", "like", "not like", "ilike", "not ilike");

  private final Table table;

  TermText(Table table) {
    this.table = table;
  }

  String of(Term term) {
    if (term instanceof ColumnTerm column) {
      return SqlName.of(table.columns().get(column.index()).name());
    }
    if (term instanceof LiteralTerm literal) {
      return switch (literal.kind()) {
        case STRING -> SqlName.literal(literal.text());
        case NUMBER -> literal.text();
        case BOOLEAN -> literal.text().toUpperCase(Locale.ROOT);
        case NULL -> "NULL";
      };
    }
    if (term instanceof CastTerm cast) {
      return "CAST(" + of(cast.argument()) + " AS " + cast.target() + ")";
    }
    return call((CallTerm) term);
  }

  private String call(CallTerm call) {
    String name = call.name().toUpperCase(Locale.ROOT);
    List<Term> arguments = call.arguments();
    if (isInfix(call)) {
      return arguments.stream().map(this::operand).collect(Collectors.joining(" " + name + " "));
    }
    boolean one = arguments.size() == 1;
    if (one && name.startsWith("IS ")) {
      return operand(arguments.get(0)) + " " + name;
    }
    if (one && (name.equals("NOT") || !Character.isLetter(name.charAt(0)))) {
      return (name.equals("NOT") ? "NOT " : name) + operand(arguments.get(0));
    }
    return switch (call.name()) {
      case "in", "not in" -> operand(arguments.get(0)) + " " + name + " " + listed(call, 1);
      case "between", "not between" ->
          operand(arguments.get(0))
              + " "
              + name
              + " "
              + operand(arguments.get(1))
              + " AND "
              + operand(arguments.get(2));
      case "case" -> "CASE … END";
      default -> name + listed(call, 0);
    };
  }

  private static boolean isInfix(CallTerm call) {
    boolean sign = !Character.isLetter(call.name().charAt(0));
    boolean compared = call.name().startsWith("is ");
    return call.arguments().size() > 1 && (sign || compared || INFIX_WORDS.contains(call.name()));
  }

  private String operand(Term term) {
    boolean simple =
        !(term instanceof CallTerm call)
            || (!isInfix(call) && Character.isLetter(call.name().charAt(0)));
    return simple ? of(term) : "(" + of(term) + ")";
  }

  private String listed(CallTerm call, int from) {
    return call.arguments().stream()
        .skip(from)
        .map(this::of)
        .collect(Collectors.joining(", ", "(", ")"));
  }
}
