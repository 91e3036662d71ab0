package io.crossfade.core.switching;

import io.crossfade.core.table.TableId;

/**
 * A table of ours with nothing of anybody's in it, by which a flow is proven before it is needed: a
 * row that is written to the one comes to the other. Its columns are {@code migration}, the key,
 * and {@code word}, texts.
 *
 * <p>Every method blocks on the database for milliseconds, may be repeated, and throws {@link
 * SwitchingException} where the database does not answer or refuses.
 */
public interface Trial {

  /** Makes it where it is missing; its name. */
  TableId prepare();

  /** Writes the migration's row. */
  void write(String word);

  /** Whether the migration's row has this word. */
  boolean has(String word);

  /** Takes the table away, also if another migration has made it. */
  void remove();
}
