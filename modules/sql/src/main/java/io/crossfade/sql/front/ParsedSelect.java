package io.crossfade.sql.front;

import io.crossfade.core.table.Table;
import java.util.List;
import java.util.Optional;

/**
 * A SELECT over one table, names resolved and stars expanded.
 *
 * @param source the table of its FROM
 * @param items what it puts out, in order
 * @param where the condition, if there is one
 * @param from the table's name as it stands in the text
 */
public record ParsedSelect(Table source, List<Item> items, Optional<Term> where, From from) {

  public ParsedSelect {
    items = List.copyOf(items);
  }

  /** An output column. */
  public record Item(String name, Term term) {}

  /**
   * The table's name in the user's text.
   *
   * @param clause offset of the word FROM before it
   * @param start offset of its first character
   * @param end offset behind its last character
   * @param alias whether an alias follows
   * @param visible the name that its columns are qualified with
   * @param statementEnd offset behind the last character of the SELECT, a final semicolon and
   *     comments not counted
   */
  public record From(
      int clause, int start, int end, boolean alias, String visible, int statementEnd) {}
}
