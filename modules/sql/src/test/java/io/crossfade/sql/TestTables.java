package io.crossfade.sql;

import io.crossfade.core.table.Column;
import io.crossfade.core.table.ColumnType;
import io.crossfade.core.table.Table;
import io.crossfade.core.table.TableId;
import io.crossfade.core.table.TypeFamily;
import io.crossfade.sql.value.PgTypes;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The tables of the examples. */
final class TestTables {

  static final Table ACCOUNTS =
      new Table(
          new TableId("public", "pgbench_accounts"),
          List.of(
              Column.required("aid", PgTypes.INT4),
              Column.nullable("bid", PgTypes.INT4),
              Column.nullable("abalance", PgTypes.INT4),
              Column.nullable("filler", PgTypes.character(84))),
          List.of("aid"));

  static final Table HISTORY =
      new Table(
          new TableId("public", "pgbench_history"),
          List.of(
              Column.nullable("tid", PgTypes.INT4),
              Column.nullable("bid", PgTypes.INT4),
              Column.nullable("aid", PgTypes.INT4),
              Column.nullable("delta", PgTypes.INT4),
              Column.nullable("mtime", PgTypes.TIMESTAMP),
              Column.nullable("filler", PgTypes.character(22)),
              Column.required("id", PgTypes.INT8)),
          List.of("id"));

  static final Table SUBSCRIPTIONS =
      new Table(
          new TableId("public", "customer_subscriptions"),
          List.of(
              Column.required("id", PgTypes.INT8),
              Column.required("customer_id", PgTypes.INT8),
              Column.required("plan", PgTypes.TEXT),
              Column.required("amount", PgTypes.numeric(12, 2)),
              Column.nullable("deleted_at", PgTypes.TIMESTAMPTZ)),
          List.of("id"));

  static final Table AUDIT =
      new Table(
          new TableId("public", "audit"),
          List.of(
              Column.required("id", PgTypes.INT8),
              Column.required("data", PgTypes.JSONB),
              Column.nullable("kind", ColumnType.of(TypeFamily.OPAQUE, "audit_kind")),
              Column.nullable("at", PgTypes.TIMESTAMPTZ)),
          List.of("id"));

  private static final Map<TableId, Table> ALL =
      Map.of(
          ACCOUNTS.id(), ACCOUNTS,
          HISTORY.id(), HISTORY,
          SUBSCRIPTIONS.id(), SUBSCRIPTIONS,
          AUDIT.id(), AUDIT);

  private TestTables() {}

  static SqlCompiler compiler() {
    return new SqlCompiler(id -> Optional.ofNullable(ALL.get(id)));
  }

  static SqlCompiler compiler(Table table) {
    return new SqlCompiler(id -> id.equals(table.id()) ? Optional.of(table) : Optional.empty());
  }
}
