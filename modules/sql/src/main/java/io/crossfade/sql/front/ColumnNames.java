package io.crossfade.sql.front;

import io.crossfade.core.table.ColumnType;
import io.crossfade.core.table.TypeFamily;
import io.crossfade.sql.value.PgTypes;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.apache.calcite.sql.SqlCall;
import org.apache.calcite.sql.SqlDataTypeSpec;
import org.apache.calcite.sql.SqlFunction;
import org.apache.calcite.sql.SqlIdentifier;
import org.apache.calcite.sql.SqlIntervalLiteral;
import org.apache.calcite.sql.SqlKind;
import org.apache.calcite.sql.SqlLiteral;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.SqlUnknownLiteral;
import org.apache.calcite.sql.fun.SqlCase;
import org.apache.calcite.sql.fun.SqlFloorFunction;
import org.apache.calcite.sql.fun.SqlTrimFunction;

/**
 * The name that PostgreSQL gives an output column without AS: FigureColname() in parse_target.c.
 */
final class ColumnNames {

  private static final Map<String, String> RENAMED_FUNCTIONS = Map.of("TRANSLATE3", "translate");

  private final SourceText source;

  ColumnNames(SourceText source) {
    this.source = source;
  }

  /** Empty where PostgreSQL would call it {@code ?column?}. */
  Optional<String> of(SqlNode expression) {
    return figure(expression).map(Figured::name);
  }

  /** A strong name survives a cast, a weak one gives way to the name of the type. */
  private record Figured(String name, boolean strong) {}

  private Optional<Figured> figure(SqlNode node) {
    if (node instanceof SqlIdentifier column) {
      return Optional.of(new Figured(column.names.get(column.names.size() - 1), true));
    }
    if (node instanceof SqlUnknownLiteral literal) {
      return Optional.of(new Figured(literal.tag.toLowerCase(Locale.ROOT), false));
    }
    if (node instanceof SqlIntervalLiteral) {
      return Optional.of(new Figured("interval", false));
    }
    if (!(node instanceof SqlCall call)) {
      return Optional.empty();
    }
    if (call.getKind() == SqlKind.CAST || call.getOperator().getName().equals("::")) {
      return cast(call);
    }
    if (call instanceof SqlCase choice) {
      Optional<Figured> otherwise = figure(choice.getElseOperand());
      return otherwise.filter(Figured::strong).or(() -> Optional.of(new Figured("case", false)));
    }
    if (call.getKind() == SqlKind.ITEM) {
      return figure(call.operand(0));
    }
    if (call.getKind() == SqlKind.ARRAY_VALUE_CONSTRUCTOR) {
      return Optional.of(new Figured("array", true));
    }
    if (call.getKind() == SqlKind.FILTER) {
      return figure(call.operand(0));
    }
    if (call.getKind() == SqlKind.ARRAY_AGG) {
      return Optional.of(new Figured(source.wordAt(call.getParserPosition()), true));
    }
    if (call.getOperator() instanceof SqlFunction function) {
      return Optional.of(new Figured(functionName(call, function), true));
    }
    return Optional.empty();
  }

  private Optional<Figured> cast(SqlCall call) {
    Optional<Figured> inner = figure(call.operand(0));
    if (inner.isPresent() && inner.get().strong()) {
      return inner;
    }
    return TypeNames.of((SqlDataTypeSpec) call.operand(1))
        .map(type -> new Figured(internalName(type), false));
  }

  private String functionName(SqlCall call, SqlFunction function) {
    if (function instanceof SqlTrimFunction) {
      SqlLiteral ends = call.operand(0);
      return switch (ends.getValueAs(SqlTrimFunction.Flag.class)) {
        case LEADING -> "ltrim";
        case TRAILING -> "rtrim";
        case BOTH -> "btrim";
      };
    }
    if (function instanceof SqlFloorFunction) {
      // CEILING has become CEIL on the way.
      return Token.scan(source.textAt(call.getParserPosition())).get(0).folded();
    }
    String name = function.getName();
    return RENAMED_FUNCTIONS.getOrDefault(name, Token.foldAscii(name));
  }

  private static String internalName(ColumnType type) {
    if (type.family() == TypeFamily.ARRAY) {
      return internalName(PgTypes.element(type));
    }
    return switch (type.family()) {
      case BOOLEAN -> "bool";
      case CHAR -> "bpchar";
      case BYTES -> "bytea";
      default -> type.family().name().toLowerCase(Locale.ROOT);
    };
  }
}
