package io.crossfade.sql.front;

import io.crossfade.core.table.Column;
import io.crossfade.core.table.Table;
import java.util.List;
import java.util.Properties;
import org.apache.calcite.config.CalciteConnectionConfigImpl;
import org.apache.calcite.jdbc.CalciteSchema;
import org.apache.calcite.jdbc.JavaTypeFactoryImpl;
import org.apache.calcite.plan.ConventionTraitDef;
import org.apache.calcite.plan.RelOptCluster;
import org.apache.calcite.plan.volcano.VolcanoPlanner;
import org.apache.calcite.prepare.CalciteCatalogReader;
import org.apache.calcite.rel.RelRoot;
import org.apache.calcite.rel.type.RelDataType;
import org.apache.calcite.rel.type.RelDataTypeFactory;
import org.apache.calcite.rex.RexBuilder;
import org.apache.calcite.schema.impl.AbstractSchema;
import org.apache.calcite.schema.impl.AbstractTable;
import org.apache.calcite.sql.SqlCall;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.fun.SqlStdOperatorTable;
import org.apache.calcite.sql.type.SqlTypeName;
import org.apache.calcite.sql.validate.SqlConformanceEnum;
import org.apache.calcite.sql.validate.SqlValidator;
import org.apache.calcite.sql.validate.SqlValidatorUtil;
import org.apache.calcite.sql2rel.SqlRexConvertlet;
import org.apache.calcite.sql2rel.SqlRexConvertletTable;
import org.apache.calcite.sql2rel.SqlToRelConverter;
import org.apache.calcite.sql2rel.StandardConvertletTable;

/** Calcite's validator and converter: a rewritten SELECT to a relational tree. */
final class Planner {

  private final CalciteSchema root = CalciteSchema.createRootSchema(false, false);
  private final JavaTypeFactoryImpl types = new JavaTypeFactoryImpl();
  private final CalciteCatalogReader catalog;

  Planner(List<Table> tables) {
    for (Table table : tables) {
      CalciteSchema schema = root.getSubSchema(table.id().schema(), true);
      if (schema == null) {
        schema = root.add(table.id().schema(), new AbstractSchema());
      }
      schema.add(table.id().name(), new TableOfAny(table));
    }
    Properties properties = new Properties();
    properties.setProperty("caseSensitive", "true");
    catalog =
        new CalciteCatalogReader(
            root, List.of(), types, new CalciteConnectionConfigImpl(properties));
  }

  /** Every column is of type ANY: what types mean is PostgreSQL's to say, not Calcite's. */
  private static final class TableOfAny extends AbstractTable {
    private final Table table;

    TableOfAny(Table table) {
      this.table = table;
    }

    @Override
    public RelDataType getRowType(RelDataTypeFactory types) {
      RelDataTypeFactory.Builder row = types.builder();
      for (Column column : table.columns()) {
        row.add(column.name(), PgOperator.type(types, SqlTypeName.ANY));
      }
      return row.build();
    }
  }

  /** Validates and converts; throws Calcite's own exceptions, which carry positions. */
  RelRoot plan(SqlNode select) {
    SqlValidator validator =
        SqlValidatorUtil.newValidator(
            SqlStdOperatorTable.instance(),
            catalog,
            types,
            SqlValidator.Config.DEFAULT
                .withConformance(SqlConformanceEnum.DEFAULT)
                .withTypeCoercionEnabled(false)
                .withIdentifierExpansion(true));
    SqlNode validated = validator.validate(select);
    VolcanoPlanner planner = new VolcanoPlanner();
    planner.addRelTraitDef(ConventionTraitDef.INSTANCE);
    SqlToRelConverter converter =
        new SqlToRelConverter(
            (type, query, schemaPath, viewPath) -> {
              throw new IllegalStateException("there are no views here");
            },
            validator,
            catalog,
            RelOptCluster.create(planner, new RexBuilder(types)),
            new Convertlets(),
            SqlToRelConverter.config()
                .withExpand(false)
                .withTrimUnusedFields(false)
                .withRelBuilderConfigTransform(
                    config ->
                        config.withSimplify(false).withBloat(-1).withPushJoinCondition(false)));
    return converter.convertQuery(validated, false, true);
  }

  /** Our operators stay what they are; the standard table converts everything else. */
  private static final class Convertlets implements SqlRexConvertletTable {
    @Override
    public SqlRexConvertlet get(SqlCall call) {
      if (call.getOperator() instanceof PgOperator operator) {
        return (context, ours) ->
            context
                .getRexBuilder()
                .makeCall(
                    ours.getParserPosition(),
                    context.getValidator().getValidatedNodeType(ours),
                    operator,
                    ours.getOperandList().stream().map(context::convertExpression).toList());
      }
      return StandardConvertletTable.INSTANCE.get(call);
    }
  }
}
