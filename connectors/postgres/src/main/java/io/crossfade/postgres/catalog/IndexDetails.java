package io.crossfade.postgres.catalog;

import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/**
 * An index that is neither the primary key's nor a {@link UniqueKey}.
 *
 * @param name as the database stores it
 * @param definition the whole as SQL, over the table that it belongs to
 * @param unique whether it is unique (over expressions or over a part of the rows)
 * @param method the access method, for instance {@code btree}
 * @param parts what it is ordered by
 * @param include columns that are only stored
 * @param tail what follows the columns, as SQL: {@code NULLS NOT DISTINCT}, {@code WITH (…)}; may
 *     be empty
 * @param predicate the rows that it holds, as SQL; empty where it holds all
 * @param uses all columns of the table that it reads
 * @param needs things that not every PostgreSQL has, for people: functions, operator classes
 */
public record IndexDetails(
    String name,
    String definition,
    boolean unique,
    String method,
    List<Part> parts,
    List<String> include,
    String tail,
    Optional<String> predicate,
    Set<String> uses,
    List<String> needs) {

  /**
   * One of the things that an index is ordered by.
   *
   * @param column its name; empty where it is an expression
   * @param expression as SQL, in parentheses where the grammar wants them; empty for a column
   * @param order what follows, as SQL: collation, operator class, direction; may be empty
   */
  public record Part(Optional<String> column, String expression, String order) {
    public Part {
      Objects.requireNonNull(column, "column");
      Objects.requireNonNull(expression, "expression");
      Objects.requireNonNull(order, "order");
    }
  }

  public IndexDetails {
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(definition, "definition");
    Objects.requireNonNull(method, "method");
    parts = List.copyOf(parts);
    include = List.copyOf(include);
    Objects.requireNonNull(tail, "tail");
    Objects.requireNonNull(predicate, "predicate");
    uses = Set.copyOf(uses);
    needs = List.copyOf(needs);
  }

  /** Whether its text names columns outside of the lists: an expression or a predicate does. */
  public boolean hasExpressions() {
    return predicate.isPresent() || parts.stream().anyMatch(part -> part.column().isEmpty());
  }
}
