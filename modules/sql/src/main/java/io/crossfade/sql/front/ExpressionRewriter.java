package io.crossfade.sql.front;

import io.crossfade.core.table.ColumnType;
import io.crossfade.core.table.TypeFamily;
import io.crossfade.sql.front.Term.CallTerm;
import io.crossfade.sql.front.Term.CastTerm;
import io.crossfade.sql.front.Term.LiteralTerm;
import io.crossfade.sql.problem.SourcePosition;
import io.crossfade.sql.problem.SqlProblem;
import io.crossfade.sql.value.PgTypes;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.apache.calcite.sql.SqlCall;
import org.apache.calcite.sql.SqlCharStringLiteral;
import org.apache.calcite.sql.SqlDataTypeSpec;
import org.apache.calcite.sql.SqlFunction;
import org.apache.calcite.sql.SqlIdentifier;
import org.apache.calcite.sql.SqlIntervalLiteral;
import org.apache.calcite.sql.SqlKind;
import org.apache.calcite.sql.SqlLiteral;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.SqlNodeList;
import org.apache.calcite.sql.SqlNumericLiteral;
import org.apache.calcite.sql.SqlUnknownLiteral;
import org.apache.calcite.sql.fun.SqlBetweenOperator;
import org.apache.calcite.sql.fun.SqlCase;
import org.apache.calcite.sql.fun.SqlLibraryOperators;
import org.apache.calcite.sql.fun.SqlTrimFunction;
import org.apache.calcite.sql.parser.SqlParserPos;
import org.apache.calcite.sql.type.SqlTypeName;
import org.apache.calcite.util.NlsString;

/**
 * Turns every operator, literal and cast of a parsed expression into a {@link PgOperator}. What has
 * no such form is a problem at its place; all of them are collected.
 */
final class ExpressionRewriter {

  /** Operators by the parser's name where PostgreSQL's sign or words are not the same. */
  private static final Map<SqlKind, String> SIGNS =
      Map.ofEntries(
          Map.entry(SqlKind.PLUS, "+"),
          Map.entry(SqlKind.MINUS, "-"),
          Map.entry(SqlKind.TIMES, "*"),
          Map.entry(SqlKind.DIVIDE, "/"),
          Map.entry(SqlKind.MOD, "%"),
          Map.entry(SqlKind.MINUS_PREFIX, "-"),
          Map.entry(SqlKind.PLUS_PREFIX, "+"),
          Map.entry(SqlKind.EQUALS, "="),
          Map.entry(SqlKind.NOT_EQUALS, "<>"),
          Map.entry(SqlKind.LESS_THAN, "<"),
          Map.entry(SqlKind.LESS_THAN_OR_EQUAL, "<="),
          Map.entry(SqlKind.GREATER_THAN, ">"),
          Map.entry(SqlKind.GREATER_THAN_OR_EQUAL, ">="),
          Map.entry(SqlKind.AND, "and"),
          Map.entry(SqlKind.OR, "or"),
          Map.entry(SqlKind.NOT, "not"),
          Map.entry(SqlKind.IS_TRUE, "is true"),
          Map.entry(SqlKind.IS_NOT_TRUE, "is not true"),
          Map.entry(SqlKind.IS_FALSE, "is false"),
          Map.entry(SqlKind.IS_NOT_FALSE, "is not false"),
          Map.entry(SqlKind.IS_DISTINCT_FROM, "is distinct from"),
          Map.entry(SqlKind.IS_NOT_DISTINCT_FROM, "is not distinct from"));

  private static final Map<String, String> RENAMED_FUNCTIONS =
      Map.of("translate3", "translate", "ceil", "ceil", "ceiling", "ceil");

  private final SourceText source;
  private final Columns columns;
  private final List<SqlProblem> problems;
  private final Precedence precedence;

  /** Why no aggregate may stand here; empty where it may. */
  private Optional<String> noAggregate;

  ExpressionRewriter(SourceText source, Scope scope, List<SqlProblem> problems) {
    this(source, scope, problems, Optional.of("an aggregate stands in a SELECT or HAVING only"));
  }

  /**
   * @param noAggregate why no aggregate may stand in it; empty where it may
   */
  ExpressionRewriter(
      SourceText source, Scope scope, List<SqlProblem> problems, Optional<String> noAggregate) {
    this.noAggregate = noAggregate;
    this.source = source;
    this.columns = new Columns(source, scope, problems);
    this.problems = problems;
    this.precedence = new Precedence(source, problems);
  }

  /** The expression with nothing of Calcite's own in it but column names. */
  SqlNode rewrite(SqlNode node) {
    if (node instanceof SqlIdentifier column) {
      return columns.check(column);
    }
    if (node instanceof SqlLiteral literal) {
      return literal(literal);
    }
    if (node instanceof SqlCall call) {
      precedence.check(call);
      return call(call);
    }
    return refuse(node, "this is not supported in a SELECT of a mapping");
  }

  /** Where an expression starts for a reader; the parser places {@code a::t} too early. */
  SourcePosition start(SqlNode node) {
    SqlNode first = node;
    while (first instanceof SqlCall call
        && startsWithOperand(call)
        && !source.isParenthesised(call.getParserPosition())) {
      first = call.operand(0);
    }
    SqlParserPos pos = first.getParserPosition();
    return source.position(pos.getLineNum(), pos.getColumnNum());
  }

  private static boolean startsWithOperand(SqlCall call) {
    return switch (call.getOperator().getSyntax()) {
      case BINARY, POSTFIX -> true;
      default ->
          call.getOperator().getName().equals("::")
              || call.getKind() == SqlKind.LIKE
              || call.getKind() == SqlKind.BETWEEN;
    };
  }

  private SqlNode refuse(SqlNode node, String message) {
    problems.add(start(node).problem(message));
    return SqlLiteral.createNull(node.getParserPosition());
  }

  private SqlNode literal(SqlLiteral literal) {
    if (literal instanceof SqlUnknownLiteral typed) {
      return typedLiteral(typed);
    }
    if (literal instanceof SqlIntervalLiteral interval) {
      return interval(interval);
    }
    if (literal instanceof SqlCharStringLiteral text) {
      return literal(literal, LiteralTerm.Kind.STRING, text.getValueAs(NlsString.class).getValue());
    }
    if (literal instanceof SqlNumericLiteral) {
      // From the source: the parser has lost that "5." is numeric.
      String digits = source.textAt(literal.getParserPosition()).replaceAll("[\\s()]", "");
      return literal(literal, LiteralTerm.Kind.NUMBER, digits);
    }
    if (literal.getTypeName() == SqlTypeName.BOOLEAN) {
      String text = literal.booleanValue() ? "true" : "false";
      return literal(literal, LiteralTerm.Kind.BOOLEAN, text);
    }
    if (literal.getTypeName() == SqlTypeName.NULL) {
      return literal(literal, LiteralTerm.Kind.NULL, "");
    }
    return refuse(literal, "a literal of this kind is not supported yet");
  }

  private SqlNode literal(SqlNode node, LiteralTerm.Kind kind, String text) {
    LiteralTerm term = new LiteralTerm(kind, text, start(node));
    return PgOperator.call(
        kind + " " + text, node.getParserPosition(), List.of(), List.of(), operands -> term);
  }

  private SqlNode typedLiteral(SqlUnknownLiteral literal) {
    ColumnType type =
        switch (literal.tag) {
          case "DATE" -> PgTypes.DATE;
          case "TIME" -> PgTypes.TIME;
          default -> PgTypes.TIMESTAMP;
        };
    SourcePosition position = start(literal);
    LiteralTerm text =
        new LiteralTerm(LiteralTerm.Kind.STRING, literal.getValueAs(String.class), position);
    return PgOperator.call(
        literal.tag + " " + text.text(),
        literal.getParserPosition(),
        List.of(),
        List.of(),
        operands -> new CastTerm(text, type, position));
  }

  /** {@code INTERVAL '1' DAY}: one field; what PostgreSQL calls its type says so. */
  private SqlNode interval(SqlIntervalLiteral literal) {
    SqlIntervalLiteral.IntervalValue value =
        literal.getValueAs(SqlIntervalLiteral.IntervalValue.class);
    String field = value.getIntervalQualifier().toString().toLowerCase(Locale.ROOT);
    String count = value.getIntervalLiteral().strip();
    boolean simple = count.matches(field.equals("second") ? "[+-]?\\d+(\\.\\d+)?" : "[+-]?\\d+");
    boolean signOutside = value.getSign() < 0;
    if (signOutside || !simple || !Keywords.INTERVAL_FIELDS.contains(field)) {
      return refuse(
          literal, "write intervals as INTERVAL '1' DAY or as INTERVAL '1 day 02:03:04.5'");
    }
    ColumnType type = ColumnType.of(TypeFamily.INTERVAL, "interval " + field);
    SourcePosition position = start(literal);
    LiteralTerm text = new LiteralTerm(LiteralTerm.Kind.STRING, count + " " + field, position);
    return PgOperator.call(
        type + " " + text.text(),
        literal.getParserPosition(),
        List.of(),
        List.of(),
        operands -> new CastTerm(text, type, position));
  }

  private SqlNode call(SqlCall call) {
    String sign = SIGNS.get(call.getKind());
    if (sign != null && !(call.getOperator() instanceof SqlFunction)) {
      return make(sign, call, call.getOperandList());
    }
    return switch (call.getKind()) {
      case IS_NULL -> make(truthTest(call, "is null"), call, call.getOperandList());
      case IS_NOT_NULL -> make(truthTest(call, "is not null"), call, call.getOperandList());
      case CAST -> cast(call);
      case CASE -> choice((SqlCase) call);
      case BETWEEN -> between(call);
      case IN, NOT_IN -> in(call);
      case LIKE -> make(lowerName(call), call, call.getOperandList());
      case TRIM -> trim(call);
      case EXTRACT -> extract(call);
      case ITEM -> subscript(call);
      case ARRAY_VALUE_CONSTRUCTOR -> make("array", call, call.getOperandList());
      case SOME -> any(call);
      case POSIX_REGEX_CASE_SENSITIVE, POSIX_REGEX_CASE_INSENSITIVE ->
          make(regexSign(call), call, call.getOperandList());
      case ROW -> refuse(call, "rows of values are not supported; compare column by column");
      case OVER ->
          refuse(
              call,
              "window functions are not supported: a change of one row would change those of"
                  + " all others of its window");
      case FILTER -> filtered(call);
      case SELECT, EXISTS, SCALAR_QUERY, UNION, ORDER_BY, WITH ->
          refuse(call, "subqueries are not supported; a mapping reads its tables in FROM");
      default -> operatorOrFunction(call);
    };
  }

  private SqlNode operatorOrFunction(SqlCall call) {
    String name = call.getOperator().getName();
    if (name.equals("::")) {
      return cast(call);
    }
    if (name.equals("||")) {
      return make(name, call, call.getOperandList());
    }
    if (call.getOperator() instanceof SqlFunction function) {
      return function(call, function);
    }
    return refuse(call, "operator " + name + " is not supported");
  }

  private static String lowerName(SqlCall call) {
    return call.getOperator().getName().toLowerCase(Locale.ROOT);
  }

  /** IS UNKNOWN has the kind of IS NULL, but takes a boolean only. */
  private static String truthTest(SqlCall call, String name) {
    return lowerName(call).endsWith("unknown") ? lowerName(call) : name;
  }

  private SqlNode make(String name, SqlCall call, List<SqlNode> operands) {
    List<SqlNode> rewritten = new ArrayList<>(operands.size());
    List<SourcePosition> positions = new ArrayList<>(operands.size());
    for (SqlNode operand : operands) {
      rewritten.add(rewrite(operand));
      positions.add(start(operand));
    }
    SourcePosition position = start(call);
    return PgOperator.call(
        name,
        call.getParserPosition(),
        rewritten,
        positions,
        terms -> new CallTerm(name, terms, position));
  }

  private SqlNode cast(SqlCall call) {
    if (!(call.operand(1) instanceof SqlDataTypeSpec spec)) {
      return refuse(call.operand(1), "write CAST(… AS interval), without a field behind it");
    }
    Optional<ColumnType> type = TypeNames.of(spec);
    if (type.isEmpty() || call.operandCount() > 2) {
      String written = source.textAt(spec.getParserPosition());
      return refuse(spec, "a cast to " + written + " is not supported");
    }
    SqlNode operand = call.operand(0);
    SourcePosition position = start(call);
    return PgOperator.call(
        "cast as " + type.get(),
        call.getParserPosition(),
        List.of(rewrite(operand)),
        List.of(start(operand)),
        terms -> new CastTerm(terms.get(0), type.get(), position));
  }

  private SqlNode choice(SqlCase call) {
    List<SqlNode> operands = new ArrayList<>();
    for (int i = 0; i < call.getWhenOperands().size(); i++) {
      operands.add(call.getWhenOperands().get(i));
      operands.add(call.getThenOperands().get(i));
    }
    operands.add(call.getElseOperand());
    return make("case", call, operands);
  }

  private SqlNode between(SqlCall call) {
    SqlBetweenOperator operator = (SqlBetweenOperator) call.getOperator();
    if (operator.flag == SqlBetweenOperator.Flag.SYMMETRIC) {
      return refuse(call, "BETWEEN SYMMETRIC is not supported; write both comparisons");
    }
    return make(operator.isNegated() ? "not between" : "between", call, call.getOperandList());
  }

  private SqlNode in(SqlCall call) {
    if (!(call.operand(1) instanceof SqlNodeList list)) {
      return refuse(
          call.operand(1), "subqueries are not supported; a mapping reads its tables in FROM");
    }
    List<SqlNode> operands = new ArrayList<>();
    operands.add(call.operand(0));
    operands.addAll(list);
    return make(call.getKind() == SqlKind.IN ? "in" : "not in", call, operands);
  }

  private SqlNode trim(SqlCall call) {
    SqlLiteral ends = call.operand(0);
    String name =
        switch (ends.getValueAs(SqlTrimFunction.Flag.class)) {
          case LEADING -> "ltrim";
          case TRAILING -> "rtrim";
          case BOTH -> "btrim";
        };
    SqlNode text = call.operand(2);
    SqlNode set = call.operand(1);
    // The parser makes up the blank, and gives it the place of the whole call.
    boolean written = !set.getParserPosition().equals(call.getParserPosition());
    return make(name, call, written ? List.of(text, set) : List.of(text));
  }

  private static String regexSign(SqlCall call) {
    String sign = call.getKind() == SqlKind.POSIX_REGEX_CASE_SENSITIVE ? "~" : "~*";
    return call.getOperator().getName().startsWith("NEGATED") ? "!" + sign : sign;
  }

  /** {@code a[1][2]} is one subscript with two indexes. */
  private SqlNode subscript(SqlCall call) {
    List<SqlNode> operands = new ArrayList<>();
    SqlNode array = call;
    while (array.getKind() == SqlKind.ITEM) {
      operands.add(0, ((SqlCall) array).operand(1));
      array = ((SqlCall) array).operand(0);
    }
    operands.add(0, array);
    return make("subscript", call, operands);
  }

  /** {@code x = ANY (array)}. */
  private SqlNode any(SqlCall call) {
    boolean array =
        call.operand(1) instanceof SqlNodeList list
            && list.size() == 1
            && call.getOperator().getName().equals("= SOME");
    if (!array) {
      return refuse(call, "of ANY and ALL only x = ANY (array) is supported");
    }
    return make("= any", call, List.of(call.operand(0), ((SqlNodeList) call.operand(1)).get(0)));
  }

  /** What RETURNING names goes with the call as a NULL of that type. */
  private SqlNode jsonValue(SqlCall call) {
    int count = call.operandCount();
    boolean returning = count == 4 && call.operand(3) instanceof SqlDataTypeSpec;
    if (count != 2 && !returning) {
      return refuse(call, "ON ERROR and ON EMPTY of JSON_VALUE are not supported: both give NULL");
    }
    List<SqlNode> operands = new ArrayList<>();
    operands.add(call.operand(0));
    operands.add(call.operand(1));
    if (returning) {
      SqlNode type = call.operand(3);
      operands.add(
          SqlLibraryOperators.INFIX_CAST.createCall(
              type.getParserPosition(), SqlLiteral.createNull(type.getParserPosition()), type));
    }
    return make("json_value", call, operands);
  }

  private SqlNode extract(SqlCall call) {
    SqlNode field = call.operand(0);
    SqlNode source = call.operand(1);
    SqlNode name =
        literal(field, LiteralTerm.Kind.STRING, this.source.textAt(field.getParserPosition()));
    List<SourcePosition> positions = List.of(start(field), start(source));
    SourcePosition position = start(call);
    return PgOperator.call(
        "extract",
        call.getParserPosition(),
        List.of(name, rewrite(source)),
        positions,
        terms -> new CallTerm("extract", terms, position));
  }

  /** {@code aggregate(…) FILTER (WHERE …)}. */
  private SqlNode filtered(SqlCall call) {
    return make(Term.FILTER, call, call.getOperandList());
  }

  /** Its arguments, and behind them those of ORDER BY. */
  private SqlNode aggregate(SqlCall call, String parsedName) {
    String name =
        call.getKind() == SqlKind.ARRAY_AGG ? source.wordAt(call.getParserPosition()) : parsedName;
    if (noAggregate.isPresent()) {
      return refuse(call, noAggregate.get());
    }
    boolean distinct =
        call.getFunctionQuantifier() != null
            && call.getFunctionQuantifier().toValue().equals("DISTINCT");
    if (distinct) {
      return refuse(call, "DISTINCT in an aggregate is not supported");
    }
    List<SqlNode> arguments = new ArrayList<>();
    List<SqlNode> order = new ArrayList<>();
    for (SqlNode operand : call.getOperandList()) {
      boolean star = operand instanceof SqlIdentifier identifier && identifier.isStar();
      if (star && !name.equals("count")) {
        return refuse(operand, name + " of * is not known");
      }
      if (operand instanceof SqlNodeList list) {
        list.forEach(order::add);
      } else if (!star) {
        arguments.add(operand);
      }
    }
    noAggregate = Optional.of("an aggregate within another one is not known");
    SqlNode made = aggregate(name, call, arguments, order);
    noAggregate = Optional.empty();
    return made;
  }

  private SqlNode aggregate(
      String name, SqlCall call, List<SqlNode> arguments, List<SqlNode> order) {
    List<SqlNode> rewritten = new ArrayList<>();
    List<SourcePosition> positions = new ArrayList<>();
    for (SqlNode argument : arguments) {
      rewritten.add(rewrite(argument));
      positions.add(start(argument));
    }
    for (SqlNode value : order) {
      rewritten.add(ordered(value));
      positions.add(start(value));
    }
    SourcePosition position = start(call);
    return PgOperator.call(
        name,
        call.getParserPosition(),
        rewritten,
        positions,
        terms -> new CallTerm(name, terms, position));
  }

  /** A value of ORDER BY: {@code order asc nulls last} and its kin. */
  private SqlNode ordered(SqlNode written) {
    SqlNode value = written;
    boolean descending = false;
    Optional<Boolean> nullsFirst = Optional.empty();
    while (value instanceof SqlCall call
        && (call.getKind() == SqlKind.DESCENDING
            || call.getKind() == SqlKind.NULLS_FIRST
            || call.getKind() == SqlKind.NULLS_LAST)) {
      if (call.getKind() == SqlKind.DESCENDING) {
        descending = true;
      } else {
        nullsFirst = Optional.of(call.getKind() == SqlKind.NULLS_FIRST);
      }
      value = call.operand(0);
    }
    String name = Term.order(descending, nullsFirst.orElse(descending));
    SourcePosition position = start(value);
    return PgOperator.call(
        name,
        written.getParserPosition(),
        List.of(rewrite(value)),
        List.of(position),
        terms -> new CallTerm(name, terms, position));
  }

  private SqlNode function(SqlCall call, SqlFunction function) {
    SqlIdentifier qualified = function.getSqlIdentifier();
    boolean foreign =
        qualified != null
            && qualified.names.size() > 1
            && !qualified.names.get(0).equals("pg_catalog");
    String name = Token.foldAscii(function.getName());
    if (foreign) {
      return refuse(call, "functions of your own are not supported: " + qualified);
    }
    if (name.equals("json_value")) {
      return jsonValue(call);
    }
    if (KnownFunctions.isAggregate(name)) {
      return aggregate(call, name);
    }
    if (call.getFunctionQuantifier() != null) {
      return refuse(call, "DISTINCT in a call is not supported");
    }
    Optional<String> refusal = KnownFunctions.refusal(name);
    if (refusal.isPresent()) {
      return refuse(call, refusal.get());
    }
    return make(RENAMED_FUNCTIONS.getOrDefault(name, name), call, call.getOperandList());
  }
}
