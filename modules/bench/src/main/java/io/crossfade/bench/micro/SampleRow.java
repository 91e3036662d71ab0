package io.crossfade.bench.micro;

import io.crossfade.core.table.Column;
import io.crossfade.core.table.ColumnType;
import io.crossfade.core.table.Row;
import io.crossfade.core.table.Table;
import io.crossfade.core.table.TableId;
import io.crossfade.core.table.TypeFamily;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** A table and a row of it, as those that the whole bench moves. */
final class SampleRow {

  static final Table TABLE =
      new Table(
          new TableId("public", "events"),
          List.of(
              Column.required("id", ColumnType.of(TypeFamily.INT8, "bigint")),
              Column.nullable("name", ColumnType.of(TypeFamily.TEXT, "text")),
              Column.nullable("email", ColumnType.of(TypeFamily.TEXT, "text")),
              Column.nullable("note", ColumnType.of(TypeFamily.TEXT, "text")),
              Column.nullable(
                  "created_at", ColumnType.of(TypeFamily.TIMESTAMPTZ, "timestamp with time zone")),
              Column.nullable("amount", new ColumnType(TypeFamily.NUMERIC, 12, 2, "numeric(12,2)")),
              Column.nullable("data", ColumnType.of(TypeFamily.JSONB, "jsonb"))),
          List.of("id"));

  private static final String[] VALUES = {
    "123457",
    "Customer number 123457",
    "6cfe4476244e4ca4aa36cb5d3f4f2d6a@example.org",
    "Note 123457: 0f3d014eead934bbdbacb62a01dc48316cfe4476244e4ca4aa36cb5d3f4f2d6a",
    "2020-01-25 06:59:29.015185+00",
    "9776559.83",
    "{\"plan\": \"team\", \"tags\": [\"a5\", \"b4\"], \"seats\": 7}"
  };

  private SampleRow() {}

  static Row row() {
    return Row.of(VALUES.clone());
  }

  /** The row as {@code COPY … TO STDOUT} prints it. */
  static byte[] copyLine() {
    return (String.join("\t", VALUES) + "\n").getBytes(StandardCharsets.UTF_8);
  }
}
