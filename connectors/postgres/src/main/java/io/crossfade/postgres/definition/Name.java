package io.crossfade.postgres.definition;

import io.crossfade.core.table.TableId;
import java.util.List;

/**
 * A name in a statement.
 *
 * @param parts as the catalogue has them, the schema before the name where it is written
 * @param sql as written
 */
public record Name(List<String> parts, String sql) {

  public Name {
    parts = List.copyOf(parts);
  }

  private String last() {
    return parts.get(parts.size() - 1);
  }

  /** Whether it may be that table: without a schema it may be in any. */
  boolean mayBe(TableId table) {
    return last().equals(table.name())
        && (parts.size() == 1 || parts.get(parts.size() - 2).equals(table.schema()));
  }
}
