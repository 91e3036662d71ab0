package io.crossfade.sql.front;

import io.crossfade.sql.problem.SqlProblem;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Syntax of PostgreSQL that the parser does not read, or reads as something else ({@code a ISNULL}
 * as a column with an alias). Found in the tokens, because the parser's own message would not say
 * what to write instead.
 */
final class UnreadableSyntax {

  private static final Set<String> KNOWN_OPERATORS =
      Set.of(
          "=", "<>", "!=", "<", "<=", ">", ">=", "+", "-", "*", "/", "%", "||", "::", "~", "~*",
          "!~", "!~*");

  private static final Map<String, String> OPERATOR_ADVICE =
      Map.of(
          "->",
          "the parser does not read ->; write jsonb_extract_path(x, 'key')",
          "->>",
          "the parser does not read ->>; write jsonb_extract_path_text(x, 'key'), it gives the same"
              + " text",
          "#>",
          "the parser does not read #>; write jsonb_extract_path(x, 'a', 'b')",
          "#>>",
          "the parser does not read #>>; write jsonb_extract_path_text(x, 'a', 'b')",
          "^",
          "write POWER(a, b) instead of a ^ b",
          "?",
          "a mapping takes no parameters; write the value");

  /** Words behind which a string is a string and no typed literal. */
  private static final Set<String> BEFORE_A_STRING =
      Set.of(
          "select",
          "distinct",
          "all",
          "where",
          "and",
          "or",
          "not",
          "on",
          "in",
          "like",
          "ilike",
          "to",
          "escape",
          "between",
          "symmetric",
          "asymmetric",
          "case",
          "when",
          "then",
          "else",
          "from",
          "both",
          "leading",
          "trailing",
          "having",
          "by",
          "for",
          "is",
          "any",
          "values",
          "limit",
          "offset",
          "returning");

  private final List<Token> tokens;
  private final List<SqlProblem> problems = new ArrayList<>();

  private UnreadableSyntax(SourceText source) {
    this.tokens = source.tokens();
  }

  static List<SqlProblem> find(SourceText source) {
    UnreadableSyntax search = new UnreadableSyntax(source);
    for (int i = 0; i < search.tokens.size(); i++) {
      Token token = search.tokens.get(i);
      search
          .adviceAt(i)
          .ifPresent(advice -> search.problems.add(source.position(token.start()).problem(advice)));
    }
    return search.problems;
  }

  private Optional<String> adviceAt(int i) {
    return switch (tokens.get(i).kind()) {
      case SYMBOL -> symbol(tokens.get(i).text());
      case OTHER_STRING -> Optional.of("write the text between plain quotes: 'it''s'");
      case STRING -> string(i);
      case WORD -> word(i);
      case QUOTED_NAME, NUMBER -> Optional.empty();
    };
  }

  private boolean isAt(int i, String text) {
    return i >= 0 && i < tokens.size() && tokens.get(i).is(text);
  }

  private boolean isStringAt(int i) {
    return i >= 0 && i < tokens.size() && tokens.get(i).kind() == Token.Kind.STRING;
  }

  private static Optional<String> symbol(String symbol) {
    if (symbol.startsWith("$")) {
      return Optional.of("a mapping takes no parameters; write the value");
    }
    boolean operator = "+-*/<>=~!@#%^&|`?:".indexOf(symbol.charAt(0)) >= 0;
    if (!operator || KNOWN_OPERATORS.contains(symbol)) {
      return Optional.empty();
    }
    String advice = OPERATOR_ADVICE.get(symbol);
    return Optional.of(advice != null ? advice : "operator " + symbol + " is not supported");
  }

  private Optional<String> string(int i) {
    return isStringAt(i - 1)
        ? Optional.of("write one literal instead of two, or || between them")
        : Optional.empty();
  }

  private Optional<String> word(int i) {
    String word = tokens.get(i).folded();
    if (word.equals("timestamptz") && isAt(i + 1, "(")) {
      return Optional.of("write timestamp(n) with time zone instead of timestamptz(n)");
    }
    if (isAt(i - 1, ".") || isAt(i - 1, "as")) {
      return Optional.empty();
    }
    switch (word) {
      case "isnull":
        return Optional.of("write IS NULL");
      case "notnull":
        return Optional.of("write IS NOT NULL");
      case "collate":
        return Optional.of("COLLATE is not supported; = and <> need none");
      case "at":
        if (isAt(i + 1, "time") && isAt(i + 2, "zone")) {
          return Optional.of(
              "the parser does not read AT TIME ZONE; write timezone('UTC', x) instead of x AT TIME"
                  + " ZONE 'UTC', it is the same");
        }
        return Optional.empty();
      default:
        return typedLiteral(i, word);
    }
  }

  private Optional<String> typedLiteral(int i, String word) {
    boolean zoned = word.equals("zone") && isAt(i - 1, "time") && !isAt(i - 2, "at");
    boolean typed =
        isStringAt(i + 1)
            && (zoned || !word.equals("zone"))
            && !BEFORE_A_STRING.contains(word)
            && !Keywords.LITERAL_PREFIXES.contains(word);
    if (!typed) {
      return Optional.empty();
    }
    return Optional.of("write CAST('…' AS " + (zoned ? "timestamptz" : word) + ")");
  }
}
