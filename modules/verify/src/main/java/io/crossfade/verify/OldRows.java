package io.crossfade.verify;

import io.crossfade.core.table.Row;
import io.crossfade.core.verify.ReadFailedException;
import java.util.List;
import java.util.Map;

/** Which old rows new ones come from. */
public interface OldRows {

  /** What is known of the old row behind a new key. */
  sealed interface Behind {}

  /**
   * It has this key.
   *
   * @param key a row of the old table of which the key's columns are there
   */
  record Found(Row key) implements Behind {}

  /**
   * There is none: of no old row the SELECT makes this key.
   *
   * @param newKey in the order of the new table's primary key
   */
  record None(Row newKey) implements Behind {}

  /** Nothing is known: the cast has no way back. */
  record Unknown() implements Behind {}

  /**
   * The old rows.
   *
   * @param keys new ones, by their columns
   * @return one for each key
   * @throws ReadFailedException where the source had to be asked, and does not answer
   */
  List<Behind> of(List<Map<String, String>> keys);
}
