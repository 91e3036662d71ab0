package io.crossfade.core.verify;

import io.crossfade.core.table.Row;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Reads a relation, each call in one short transaction with one snapshot. All calls wait for the
 * database, throw {@link ReadFailedException} where the rows could not be read to their end, and
 * may be repeated; after an exception open another reader. For one thread.
 *
 * <p>The hash of a row follows from its values alone and is the same on all sides that hash alike.
 * Where two sides print equal values in two ways their hashes differ: who compares must look at the
 * values then.
 */
public interface RelationReader extends AutoCloseable {

  /**
   * Where a range of that many rows ends.
   *
   * @param within where to begin, and where to end at the latest
   * @return the ordered columns of the key behind so many rows; empty where there are not more
   */
  Optional<Row> boundary(KeyRange within, long rows);

  /**
   * The digest of each bucket of a range. A row's bucket follows from its key's text.
   *
   * @param buckets a power of two
   * @return only buckets that have rows
   */
  Map<Integer, Digest> digests(KeyRange range, int buckets);

  /** The rows of some buckets of a range, by key and hash. */
  void hashes(KeyRange range, int buckets, Set<Integer> wanted, Consumer<KeyedHash> sink);

  /** All rows of a range. */
  void rows(KeyRange range, Consumer<Row> sink);

  /**
   * Rows by their keys. A key that has no row is left out; a row may come although its key's text
   * is another one, where the database holds both texts to be one key.
   */
  void rows(Collection<Row> keys, Consumer<StoredRow> sink);

  @Override
  void close();
}
