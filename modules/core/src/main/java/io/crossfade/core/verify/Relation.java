package io.crossfade.core.verify;

import io.crossfade.core.table.TableId;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * Rows of one side of a comparison.
 *
 * @param origin where they come from
 * @param columns what a row consists of
 * @param key what tells rows apart: the new table's primary key, in its order
 * @param ordered by how many of the leading columns of the key ranges may be cut: columns whose
 *     order is the same in every database whatever its collation, and for which there is an index.
 *     0: none, so only the whole can be read
 * @param oneOf names of columns; only rows count that have a value in one of them. Empty: all rows
 */
public record Relation(
    Origin origin,
    List<RelationColumn> columns,
    List<RelationColumn> key,
    int ordered,
    List<String> oneOf) {

  /** All rows. */
  public Relation(
      Origin origin, List<RelationColumn> columns, List<RelationColumn> key, int ordered) {
    this(origin, columns, key, ordered, List.of());
  }

  /** Where rows come from. */
  public sealed interface Origin permits Select, Stored {}

  /**
   * A query.
   *
   * @param sql what the database executes; can stand in parentheses
   * @param versions where the versions of its rows come from; empty: they have none
   */
  public record Select(String sql, Optional<Versions> versions) implements Origin {
    public Select {
      Objects.requireNonNull(sql, "sql");
      Objects.requireNonNull(versions, "versions");
    }
  }

  /**
   * The table of which each row of a query is made.
   *
   * @param table its name
   * @param keyColumns its columns that the relation's key columns are, in the order of the key; no
   *     two of its rows have the same values there
   */
  public record Versions(TableId table, List<String> keyColumns) {
    public Versions {
      Objects.requireNonNull(table, "table");
      keyColumns = List.copyOf(keyColumns);
    }
  }

  /**
   * A table. Its rows have versions.
   *
   * @param table its name
   */
  public record Stored(TableId table) implements Origin {
    public Stored {
      Objects.requireNonNull(table, "table");
    }
  }

  public Relation {
    Objects.requireNonNull(origin, "origin");
    columns = List.copyOf(columns);
    key = List.copyOf(key);
    oneOf = List.copyOf(oneOf);
    if (key.isEmpty() || ordered < 0 || ordered > key.size()) {
      throw new IllegalArgumentException(
          "a key of " + key.size() + " columns of which " + ordered + " are ordered");
    }
  }
}
