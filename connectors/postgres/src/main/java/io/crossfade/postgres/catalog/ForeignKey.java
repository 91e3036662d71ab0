package io.crossfade.postgres.catalog;

import io.crossfade.core.table.TableId;
import java.util.List;
import java.util.Objects;

/**
 * A foreign key.
 *
 * @param name as the database stores it
 * @param columns of the table that it belongs to
 * @param references the other table
 * @param referenced the other table's columns, one for each of {@code columns}
 * @param tail what follows, as SQL: actions, {@code DEFERRABLE}; may be empty
 * @param plain whether columns, references and tail say all of it: a period or an action on some of
 *     the columns is not plain
 * @param definition the whole as SQL
 */
public record ForeignKey(
    String name,
    List<String> columns,
    TableId references,
    List<String> referenced,
    String tail,
    boolean plain,
    String definition) {

  public ForeignKey {
    Objects.requireNonNull(name, "name");
    columns = List.copyOf(columns);
    Objects.requireNonNull(references, "references");
    referenced = List.copyOf(referenced);
    Objects.requireNonNull(tail, "tail");
    Objects.requireNonNull(definition, "definition");
  }
}
