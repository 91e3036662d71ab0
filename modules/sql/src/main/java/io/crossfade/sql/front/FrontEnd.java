package io.crossfade.sql.front;

import io.crossfade.core.table.Column;
import io.crossfade.core.table.Table;
import io.crossfade.core.table.TableId;
import io.crossfade.sql.front.ParsedSelect.Elements;
import io.crossfade.sql.front.ParsedSelect.Item;
import io.crossfade.sql.front.ShapeCheck.ElementsReference;
import io.crossfade.sql.front.ShapeCheck.FromClause;
import io.crossfade.sql.front.ShapeCheck.JoinReference;
import io.crossfade.sql.front.ShapeCheck.TableReference;
import io.crossfade.sql.problem.SourcePosition;
import io.crossfade.sql.problem.SqlException;
import io.crossfade.sql.problem.SqlProblem;
import io.crossfade.sql.value.PgTypes;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.apache.calcite.avatica.util.Casing;
import org.apache.calcite.avatica.util.Quoting;
import org.apache.calcite.rel.RelRoot;
import org.apache.calcite.runtime.CalciteContextException;
import org.apache.calcite.sql.SqlIdentifier;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.SqlNodeList;
import org.apache.calcite.sql.SqlSelect;
import org.apache.calcite.sql.fun.SqlStdOperatorTable;
import org.apache.calcite.sql.parser.SqlParseException;
import org.apache.calcite.sql.parser.SqlParser;
import org.apache.calcite.sql.parser.SqlParserPos;
import org.apache.calcite.sql.parser.babel.SqlBabelParserImpl;
import org.apache.calcite.sql.validate.SqlConformance;
import org.apache.calcite.sql.validate.SqlConformanceEnum;
import org.apache.calcite.sql.validate.SqlDelegatingConformance;

/** Reads one SELECT: text to terms, all problems at once. Not for use by several threads. */
public final class FrontEnd {

  private static final int MAX_NAME_LENGTH = 63;

  private static final SqlConformance CONFORMANCE =
      new SqlDelegatingConformance(SqlConformanceEnum.DEFAULT) {
        @Override
        public boolean isBangEqualAllowed() {
          return true;
        }

        @Override
        public boolean isPercentRemainderAllowed() {
          return true;
        }
      };

  private static final SqlParser.Config PARSER =
      SqlParser.config()
          .withParserFactory(SqlBabelParserImpl.FACTORY)
          .withQuoting(Quoting.DOUBLE_QUOTE)
          .withQuotedCasing(Casing.UNCHANGED)
          .withUnquotedCasing(Casing.TO_LOWER)
          .withCaseSensitive(true)
          .withIdentifierMaxLength(MAX_NAME_LENGTH)
          .withConformance(CONFORMANCE);

  private final SourceText source;
  private final Function<TableId, Optional<Table>> catalog;
  private final List<SqlProblem> problems = new ArrayList<>();

  private FrontEnd(String sql, Function<TableId, Optional<Table>> catalog) {
    this.source = new SourceText(sql);
    this.catalog = catalog;
  }

  /** Reads a SELECT over the tables of a catalog. */
  public static ParsedSelect read(String sql, Function<TableId, Optional<Table>> catalog)
      throws SqlException {
    return new FrontEnd(sql, catalog).read();
  }

  private ParsedSelect read() throws SqlException {
    problems.addAll(UnreadableSyntax.find(source));
    failOnProblems();
    SqlNode statement = parse();
    ShapeCheck shapes = new ShapeCheck(source, problems);
    Optional<SqlSelect> select = shapes.select(statement);
    Optional<FromClause> from = select.flatMap(shapes::from);
    List<TableReference> references = from.map(FrontEnd::references).orElse(List.of());
    List<Table> tables = references.stream().flatMap(one -> lookUp(one).stream()).toList();
    failOnProblems();
    return read(select.orElseThrow(), from.orElseThrow(), tables);
  }

  private static List<TableReference> references(FromClause from) {
    List<TableReference> references = new ArrayList<>();
    references.add(from.table());
    from.joins().forEach(join -> references.add(join.table()));
    return references;
  }

  private void failOnProblems() throws SqlException {
    if (!problems.isEmpty()) {
      throw new SqlException(
          problems.stream()
              .distinct()
              .sorted(Comparator.comparing(p -> new SourcePosition(p.line(), p.column())))
              .toList());
    }
  }

  private SqlNode parse() throws SqlException {
    try {
      return SqlParser.create(source.parsed(), PARSER).parseQuery();
    } catch (SqlParseException e) {
      throw failure(e.getPos(), message(e));
    } catch (CalciteContextException e) {
      throw failure(e);
    }
  }

  private static String message(SqlParseException e) {
    String first = e.getMessage().split("\\R", 2)[0];
    String unexpected = first.replaceFirst(" at line \\d+, column \\d+\\.?$", "");
    return "cannot read this: " + unexpected.replaceFirst("^Encountered ", "unexpected ");
  }

  private SqlException failure(SqlParserPos pos, String message) {
    SourcePosition position =
        pos == null ? SourcePosition.START : source.position(pos.getLineNum(), pos.getColumnNum());
    return new SqlException(List.of(position.problem(message)));
  }

  private SqlException failure(CalciteContextException e) {
    String message = e.getCause() == null ? e.getMessage() : e.getCause().getMessage();
    return failure(new SqlParserPos(e.getPosLine(), e.getPosColumn()), message);
  }

  private Optional<Table> lookUp(TableReference reference) {
    List<String> parts = reference.name().names;
    SourcePosition position = position(reference.name());
    for (int i = 0; i < parts.size(); i++) {
      if (Keywords.RESERVED.contains(parts.get(i)) && !reference.name().isComponentQuoted(i)) {
        problems.add(position.problem(Columns.quoteIt(parts.get(i))));
        return Optional.empty();
      }
    }
    if (parts.size() > 2) {
      problems.add(position.problem("write schema.table, without the database"));
      return Optional.empty();
    }
    TableId id =
        parts.size() == 2
            ? new TableId(parts.get(0), parts.get(1))
            : new TableId("public", parts.get(0));
    Optional<Table> table = catalog.apply(id);
    if (table.isEmpty()) {
      problems.add(position.problem("the source has no table " + id));
    }
    return table;
  }

  private SourcePosition position(SqlNode node) {
    SqlParserPos pos = node.getParserPosition();
    return source.position(pos.getLineNum(), pos.getColumnNum());
  }

  private ParsedSelect read(SqlSelect select, FromClause from, List<Table> tables)
      throws SqlException {
    Scope base = new Scope(tables.get(0), from.table().visibleName());
    List<ParsedSelect.Join> joins = new ArrayList<>();
    for (JoinReference join : from.joins()) {
      base = joined(base, join, tables.get(joins.size() + 1), joins);
    }
    Optional<Elements> elements =
        from.elements().isPresent()
            ? Optional.of(elements(from.elements().get(), base))
            : Optional.empty();
    Scope scope = elements.isPresent() ? with(base, from.elements().get()) : base;
    Optional<Grouped> grouped = grouped(select, scope);
    ExpressionRewriter expressions = new ExpressionRewriter(source, scope, problems);
    ExpressionRewriter outputExpressions = overGroups(scope, grouped.isPresent());
    SelectList list = new SelectList(source, scope, outputExpressions, problems);
    SqlNodeList items = list.rewrite(select.getSelectList());
    SqlNode where = select.getWhere();
    int end = fromEnd(select);
    if (where != null) {
      where = PgOperator.condition(expressions.rewrite(where), expressions.start(where));
    }
    Optional<Term> having =
        select.getHaving() == null
            ? Optional.empty()
            : Optional.of(term(select.getHaving(), scope, outputExpressions));
    failOnProblems();
    select.setSelectList(items);
    select.setWhere(where);
    select.setGroupBy(null);
    select.setHaving(null);
    select.setFrom(qualified(from.table().name().getParserPosition(), scope));
    Shape shape = plan(select, scope.row(), list.positions());
    List<Term> terms = new ArrayList<>(shape.projections());
    Optional<ParsedSelect.Groups> groups = Optional.empty();
    if (grouped.isPresent()) {
      terms.replaceAll(grouped.get()::over);
      having = having.map(grouped.get()::over);
      failOnProblems();
      terms.replaceAll(grouped.get()::settled);
      groups = Optional.of(grouped.get().groups(having.map(grouped.get()::settled)));
    }
    List<Item> outputs = new ArrayList<>();
    for (int i = 0; i < list.names().size(); i++) {
      outputs.add(new Item(list.names().get(i), terms.get(i)));
    }
    return new ParsedSelect(
        tables.get(0),
        joins,
        elements,
        outputs,
        shape.condition(),
        groups,
        names(from, tables, end));
  }

  private int fromEnd(SqlSelect select) {
    if (select.getWhere() != null) {
      SqlParserPos where = select.getWhere().getParserPosition();
      return source.wordBefore("where", source.originalOffset(source.startOffset(where)));
    }
    if (select.getGroup() != null) {
      SqlParserPos group = select.getGroup().get(0).getParserPosition();
      return source.wordBefore("group", source.originalOffset(source.startOffset(group)));
    }
    return source.statementEnd();
  }

  private Optional<Grouped> grouped(SqlSelect select, Scope scope) throws SqlException {
    if (select.getGroup() == null) {
      return Optional.empty();
    }
    List<Term> keys = new ArrayList<>();
    for (SqlNode key : select.getGroup()) {
      keys.add(term(key, scope));
    }
    return Optional.of(new Grouped(scope, keys, problems));
  }

  private ExpressionRewriter overGroups(Scope scope, boolean grouped) {
    return new ExpressionRewriter(
        source,
        scope,
        problems,
        grouped
            ? Optional.empty()
            : Optional.of("an aggregate needs GROUP BY: write by what the rows are put together"));
  }

  /** What is visible with one more table. */
  private Scope joined(Scope base, JoinReference join, Table table, List<ParsedSelect.Join> joins)
      throws SqlException {
    String name = join.table().visibleName();
    if (base.relation(name).isPresent()) {
      problems.add(
          position(join.table().name())
              .problem("there are two tables " + name + " in FROM: give one of them an alias"));
      failOnProblems();
    }
    Scope scope = base.with(Scope.Relation.of(name, table));
    joins.add(new ParsedSelect.Join(table, join.outer(), term(join.condition(), scope)));
    return scope;
  }

  /** The array, over the tables alone. */
  private Elements elements(ElementsReference reference, Scope base) throws SqlException {
    List<String> names = reference.columns().stream().map(SqlIdentifier::getSimple).toList();
    return new Elements(
        reference.of(),
        term(reference.array(), base),
        names.get(0),
        names.stream().skip(1).findFirst(),
        reference.outer(),
        new ExpressionRewriter(source, base, problems).start(reference.array()));
  }

  /** An expression of the FROM, over what is visible there. */
  private Term term(SqlNode expression, Scope base) throws SqlException {
    return term(expression, base, new ExpressionRewriter(source, base, problems));
  }

  private Term term(SqlNode expression, Scope base, ExpressionRewriter expressions)
      throws SqlException {
    SourcePosition position = expressions.start(expression);
    SqlParserPos pos = expression.getParserPosition();
    SqlNode rewritten = expressions.rewrite(expression);
    failOnProblems();
    SqlNodeList items =
        SqlNodeList.of(
            SqlStdOperatorTable.AS.createCall(
                pos, rewritten, new SqlIdentifier("expression", pos)));
    SqlSelect select =
        new SqlSelect(
            pos,
            null,
            items,
            qualified(pos, base),
            null,
            null,
            null,
            null,
            null,
            null,
            null,
            null,
            null);
    return plan(select, base.row(), List.of(position)).projections().get(0);
  }

  /** Types are the binder's: here only names count. */
  private static Scope with(Scope base, ElementsReference reference) {
    List<Column> columns =
        reference.columns().stream()
            .map(column -> Column.nullable(column.getSimple(), PgTypes.TEXT))
            .toList();
    String alias = reference.alias().getSimple();
    return base.with(new Scope.Relation(alias, "the elements " + alias, columns, List.of()));
  }

  /** The row by its full name, visible under the name that its columns are qualified with. */
  private static SqlNode qualified(SqlParserPos pos, Scope scope) {
    TableId row = scope.row().id();
    return SqlStdOperatorTable.AS.createCall(
        pos,
        new SqlIdentifier(List.of(row.schema(), row.name()), pos),
        new SqlIdentifier(scope.alias(), pos));
  }

  private Shape plan(SqlSelect select, Table table, List<SourcePosition> positions)
      throws SqlException {
    try {
      RelRoot root = new Planner(List.of(table)).plan(select);
      return Shape.of(root.rel, positions);
    } catch (CalciteContextException e) {
      throw failure(e);
    } catch (Shape.Unsupported e) {
      throw new SqlException(List.of(SourcePosition.START.problem(e.getMessage())));
    }
  }

  private ParsedSelect.From names(FromClause from, List<Table> tables, int end) {
    List<ParsedSelect.Name> names = new ArrayList<>();
    for (TableReference reference : references(from)) {
      SqlParserPos pos = reference.name().getParserPosition();
      names.add(
          new ParsedSelect.Name(
              tables.get(names.size()).id(),
              source.originalOffset(source.startOffset(pos)),
              source.originalOffset(source.endOffset(pos) - 1) + 1,
              reference.alias().isPresent(),
              reference.visibleName()));
    }
    return new ParsedSelect.From(
        source.wordBefore("from", names.get(0).start()), names, end, source.statementEnd());
  }
}
