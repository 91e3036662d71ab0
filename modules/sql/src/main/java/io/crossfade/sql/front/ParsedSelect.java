package io.crossfade.sql.front;

import io.crossfade.core.table.Table;
import io.crossfade.core.table.TableId;
import io.crossfade.sql.problem.SourcePosition;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * A SELECT, names resolved and stars expanded. Columns are counted over all tables of the FROM, as
 * they stand there.
 *
 * @param source the first table of its FROM
 * @param joins the tables behind it
 * @param elements what each row of the tables is split by, if anything; its columns stand behind
 *     the tables'
 * @param items what it puts out, in order
 * @param where the condition, if there is one
 * @param groups how rows are put together; then items are over the groups' columns: the keys, and
 *     behind them the aggregates
 * @param from the tables' names as they stand in the text
 */
public record ParsedSelect(
    Table source,
    List<Join> joins,
    Optional<Elements> elements,
    List<Item> items,
    Optional<Term> where,
    Optional<Groups> groups,
    From from) {

  public ParsedSelect {
    joins = List.copyOf(joins);
    items = List.copyOf(items);
  }

  /**
   * A table that is joined to those before it.
   *
   * @param outer whether a row of theirs without one of its rows is kept, with NULLs
   * @param on the condition, over the columns up to its own
   */
  public record Join(Table table, boolean outer, Term on) {}

  /**
   * GROUP BY.
   *
   * @param keys over the rows that are put together: those that were written, and behind them
   *     columns that follow from them, since the key of their table is among them
   * @param written how many were written
   * @param aggregates calls, over the same rows
   * @param having the condition over the groups' columns, if there is one
   */
  public record Groups(
      List<Term> keys, int written, List<Term.CallTerm> aggregates, Optional<Term> having) {

    public Groups {
      keys = List.copyOf(keys);
      aggregates = List.copyOf(aggregates);
    }

    /** Equal where keys and aggregates say the same, wherever they stand. */
    public String fingerprint() {
      List<Term> all = new ArrayList<>(keys);
      all.addAll(aggregates);
      return all.stream().map(Term::text).collect(Collectors.joining(", "));
    }
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
   * The FROM in the user's text.
   *
   * @param clause offset of the word
   * @param names of the tables, in order
   * @param end offset behind it: of the WHERE, or of the statement's end
   * @param statementEnd offset behind the last character of the SELECT, a final semicolon and
   *     comments not counted
   */
  public record From(int clause, List<Name> names, int end, int statementEnd) {

    public From {
      names = List.copyOf(names);
    }
  }

  /**
   * A table's name in the user's text.
   *
   * @param start offset of its first character
   * @param end offset behind its last character
   * @param alias whether an alias follows
   * @param visible the name that its columns are qualified with
   */
  public record Name(TableId table, int start, int end, boolean alias, String visible) {}
}
