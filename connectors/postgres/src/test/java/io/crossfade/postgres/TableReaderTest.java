package io.crossfade.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import io.crossfade.core.table.Column;
import io.crossfade.core.table.ColumnType;
import io.crossfade.core.table.Table;
import io.crossfade.core.table.TableId;
import io.crossfade.core.table.TypeFamily;
import io.crossfade.sandbox.Database;
import io.crossfade.sandbox.PostgresServer;
import io.crossfade.sandbox.SharedSandbox;
import java.sql.Connection;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class TableReaderTest {

  static Stream<PostgresServer> servers() {
    return Stream.of(SharedSandbox.postgres15(), SharedSandbox.postgres18());
  }

  @ParameterizedTest(autoCloseArguments = false)
  @MethodSource("servers")
  void shouldReadTypesWithTheirModifiers(PostgresServer server) throws Exception {
    try (Database database = server.createDatabase()) {
      database.execute(
          """
          CREATE TABLE t (
            a boolean, b smallint, c integer, d bigint, e numeric, f numeric(12,2), g numeric(3,-1),
            h real, i double precision, j text, k varchar, l varchar(30), m bpchar, n char(3),
            o bytea, p date, q time, r timestamp(3), s timestamptz, t uuid, u json, v jsonb,
            w interval, x timetz(2), y integer[], z inet)
          """);
      assertThat(read(database, "public", "t").columns().stream().map(Column::type))
          .containsExactly(
              ColumnType.of(TypeFamily.BOOLEAN, "boolean"),
              ColumnType.of(TypeFamily.INT2, "smallint"),
              ColumnType.of(TypeFamily.INT4, "integer"),
              ColumnType.of(TypeFamily.INT8, "bigint"),
              ColumnType.of(TypeFamily.NUMERIC, "numeric"),
              new ColumnType(TypeFamily.NUMERIC, 12, 2, "numeric(12,2)"),
              ColumnType.of(TypeFamily.OPAQUE, "numeric(3,-1)"),
              ColumnType.of(TypeFamily.FLOAT4, "real"),
              ColumnType.of(TypeFamily.FLOAT8, "double precision"),
              ColumnType.of(TypeFamily.TEXT, "text"),
              ColumnType.of(TypeFamily.VARCHAR, "character varying"),
              new ColumnType(TypeFamily.VARCHAR, 30, -1, "character varying(30)"),
              ColumnType.of(TypeFamily.CHAR, "bpchar"),
              new ColumnType(TypeFamily.CHAR, 3, -1, "character(3)"),
              ColumnType.of(TypeFamily.BYTES, "bytea"),
              ColumnType.of(TypeFamily.DATE, "date"),
              ColumnType.of(TypeFamily.TIME, "time without time zone"),
              new ColumnType(TypeFamily.TIMESTAMP, 3, -1, "timestamp(3) without time zone"),
              ColumnType.of(TypeFamily.TIMESTAMPTZ, "timestamp with time zone"),
              ColumnType.of(TypeFamily.UUID, "uuid"),
              ColumnType.of(TypeFamily.JSON, "json"),
              ColumnType.of(TypeFamily.JSONB, "jsonb"),
              ColumnType.of(TypeFamily.INTERVAL, "interval"),
              ColumnType.of(TypeFamily.OPAQUE, "time(2) with time zone"),
              ColumnType.of(TypeFamily.ARRAY, "integer[]"),
              ColumnType.of(TypeFamily.OPAQUE, "inet"));
    }
  }

  /** Fails where names are folded, dropped columns count, or keys have the order of the table. */
  @ParameterizedTest(autoCloseArguments = false)
  @MethodSource("servers")
  void shouldReadKeysDefaultsAndOddNames(PostgresServer server) throws Exception {
    try (Database database = server.createDatabase()) {
      database.execute(
          "CREATE SCHEMA \"o.dd\"",
          "CREATE DOMAIN \"o.dd\".money AS numeric(12,2) NOT NULL",
          """
          CREATE TABLE "o.dd"."T""x" (
            gone text,
            a integer GENERATED ALWAYS AS IDENTITY,
            "B b" text NOT NULL DEFAULT 'x',
            c "o.dd".money,
            d integer GENERATED ALWAYS AS (a + 1) STORED,
            PRIMARY KEY ("B b", a))
          """,
          "ALTER TABLE \"o.dd\".\"T\"\"x\" DROP COLUMN gone");
      Table table = read(database, "o.dd", "T\"x");
      assertThat(table.primaryKey()).containsExactly("B b", "a");
      assertThat(table.columns())
          .isEqualTo(
              List.of(
                  new Column("a", ColumnType.of(TypeFamily.INT4, "integer"), false, true, false),
                  new Column("B b", ColumnType.of(TypeFamily.TEXT, "text"), false, true, false),
                  Column.nullable("c", ColumnType.of(TypeFamily.OPAQUE, "\"o.dd\".money")),
                  new Column("d", ColumnType.of(TypeFamily.INT4, "integer"), true, true, true)));
    }
  }

  @Test
  void shouldSayThatATableIsNotThere() throws Exception {
    try (Database database = SharedSandbox.postgres18().createDatabase();
        Connection connection = database.connect()) {
      assertThat(TableReader.read(connection, new TableId("public", "none"))).isEmpty();
    }
  }

  private static Table read(Database database, String schema, String name) throws Exception {
    try (Connection connection = database.connect()) {
      CanonicalSession.pin(connection);
      return TableReader.read(connection, new TableId(schema, name)).orElseThrow();
    }
  }
}
