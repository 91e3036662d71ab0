package io.crossfade.plugin;

import java.util.List;

/**
 * Makes the rows of a new table from those of an old one, where a SELECT cannot say how. A spec
 * names its class:
 *
 * <pre>{@code
 * - into: public.invoice_lines
 *   from: public.old_invoices
 *   mapper: com.example.InvoiceMapper
 * }</pre>
 *
 * <p>The class is public, has a public constructor without parameters, and stands in one jar of
 * {@code --plugins DIR} with all that it uses beside this package and the JDK. What its jar holds
 * is what it does: a jar with other contents asks for a replay.
 *
 * <p>It must be pure: the same row gives the same rows, today and at a replay next week. No clock,
 * no random numbers, no files, no network, no state. It is called by several threads at once, and
 * for some rows more than once. It sees one old row and never another.
 */
public interface Mapper {

  /**
   * The old table's columns that it reads, at least one, each as the type that it wants its values
   * as. Every value must arrive whole: an {@code integer} may be read as a BIGINT, a {@code bigint}
   * not as an INTEGER. What has no type of its own here (json, arrays, enums, …) is read as TEXT,
   * as PostgreSQL prints it.
   */
  List<Column<?>> reads();

  /** The new table's columns that it fills. */
  List<Column<?>> columns();

  /**
   * The names of those columns that are the new table's primary key. Two rows, of the same old row
   * or of two, must not have the same key.
   */
  List<String> key();

  /**
   * The new rows of an old one: any number.
   *
   * @param old with the columns that it {@link #reads}
   * @return rows with just its {@link #columns}, in any order; none where the old row is left out
   * @throws RuntimeException where there is no answer: the old row is refused with the message, as
   *     for an error in SQL
   */
  List<Row> map(Row old);
}
