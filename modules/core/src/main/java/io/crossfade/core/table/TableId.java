package io.crossfade.core.table;

import java.util.Objects;

/**
 * A table's name as the database stores it: no quotes, case kept.
 *
 * @param schema the schema, for instance {@code public}
 * @param name the table's name within it
 */
public record TableId(String schema, String name) implements Comparable<TableId> {

  public TableId {
    Objects.requireNonNull(schema, "schema");
    Objects.requireNonNull(name, "name");
  }

  @Override
  public int compareTo(TableId other) {
    int bySchema = schema.compareTo(other.schema);
    return bySchema != 0 ? bySchema : name.compareTo(other.name);
  }

  /** {@code schema.name}, for people and for topic names; not quoted, so not for SQL. */
  @Override
  public String toString() {
    return schema + "." + name;
  }
}
