package io.crossfade.sql.front;

import io.crossfade.core.table.Table;
import io.crossfade.sql.problem.SourcePosition;
import java.util.List;
import java.util.Optional;

/**
 * A SELECT over one table, names resolved and stars expanded.
 *
 * @param source the table of its FROM
 * @param elements what each row of the table is split by, if anything; its columns stand behind the
 *     table's
 * @param items what it puts out, in order
 * @param where the condition, if there is one
 * @param from the table's name as it stands in the text
 */
public record ParsedSelect(
    Table source, Optional<Elements> elements, List<Item> items, Optional<Term> where, From from) {

  public ParsedSelect {
    items = List.copyOf(items);
  }

  /** An output column. */
  public record Item(String name, Term term) {}

  /**
   * The elements of an array, each beside the row that it comes from.
   *
   * @param of what kind of array
   * @param array over the table's columns
   * @param element the name of the element's column
   * @param ordinality the name of the column that counts them from 1, if there is one
   * @param outer whether a row without elements is kept, with NULLs
   */
  public record Elements(
      Of of,
      Term array,
      String element,
      Optional<String> ordinality,
      boolean outer,
      SourcePosition position) {

    /** Kinds of arrays. */
    public enum Of {
      /** {@code UNNEST} of an SQL array. */
      SQL_ARRAY,
      /** {@code jsonb_array_elements}. */
      JSONB,
      /** {@code jsonb_array_elements_text}. */
      JSONB_TEXT,
      /** {@code json_array_elements}. */
      JSON,
      /** {@code json_array_elements_text}. */
      JSON_TEXT
    }
  }

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
