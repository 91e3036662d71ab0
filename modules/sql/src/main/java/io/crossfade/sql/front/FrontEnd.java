package io.crossfade.sql.front;

import io.crossfade.core.table.Table;
import io.crossfade.core.table.TableId;
import io.crossfade.sql.front.ParsedSelect.Item;
import io.crossfade.sql.front.ShapeCheck.TableReference;
import io.crossfade.sql.problem.SourcePosition;
import io.crossfade.sql.problem.SqlException;
import io.crossfade.sql.problem.SqlProblem;
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
    Optional<TableReference> reference = select.flatMap(shapes::table);
    Optional<Table> table = reference.flatMap(this::lookUp);
    failOnProblems();
    return read(select.orElseThrow(), reference.orElseThrow(), table.orElseThrow());
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

  private ParsedSelect read(SqlSelect select, TableReference reference, Table table)
      throws SqlException {
    String visibleName = reference.visibleName();
    ExpressionRewriter expressions = new ExpressionRewriter(source, table, visibleName, problems);
    SelectList list = new SelectList(source, table, visibleName, expressions, problems);
    SqlNodeList items = list.rewrite(select.getSelectList());
    SqlNode where = select.getWhere();
    if (where != null) {
      where = PgOperator.condition(expressions.rewrite(where), expressions.start(where));
    }
    failOnProblems();
    select.setSelectList(items);
    select.setWhere(where);
    select.setFrom(qualified(reference, table));
    Shape shape = plan(select, table, list.positions());
    List<Item> outputs = new ArrayList<>();
    for (int i = 0; i < list.names().size(); i++) {
      outputs.add(new Item(list.names().get(i), shape.projections().get(i)));
    }
    return new ParsedSelect(table, outputs, shape.condition(), from(reference));
  }

  /** The table by its full name, visible under the name that its columns are qualified with. */
  private static SqlNode qualified(TableReference reference, Table table) {
    SqlParserPos pos = reference.name().getParserPosition();
    return SqlStdOperatorTable.AS.createCall(
        pos,
        new SqlIdentifier(List.of(table.id().schema(), table.id().name()), pos),
        new SqlIdentifier(reference.visibleName(), pos));
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

  private ParsedSelect.From from(TableReference reference) {
    SqlParserPos pos = reference.name().getParserPosition();
    int start = source.originalOffset(source.startOffset(pos));
    int end = source.originalOffset(source.endOffset(pos) - 1) + 1;
    return new ParsedSelect.From(
        source.wordBefore("from", start),
        start,
        end,
        reference.alias().isPresent(),
        reference.visibleName(),
        source.statementEnd());
  }
}
