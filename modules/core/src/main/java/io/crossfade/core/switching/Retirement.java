package io.crossfade.core.switching;

import io.crossfade.core.table.TableId;
import java.util.Collection;
import java.util.List;

/**
 * Puts tables aside under another name, and drops none. Every method may be repeated, and throws
 * {@link SwitchingException} where the database does not answer or refuses.
 */
public interface Retirement {

  /** Where a table is found after it was put aside: {@code _name_old} in the same schema. */
  TableId aside(TableId table);

  /**
   * What keeps tables from being put aside: a name that is taken, a privilege that is missing.
   * Blocks on the catalogue for milliseconds; changes nothing.
   */
  List<String> obstacles(Collection<TableId> tables);

  /**
   * Renames them, all or none; those that were put aside before stay as they are, and so does a
   * table that has come under the former name since. Blocks on who uses the tables, until the
   * deadline.
   */
  LockOutcome putAside(Collection<TableId> tables, Patience patience);

  /** Those of them, under whichever of both names, that are there. */
  List<TableId> present(Collection<TableId> tables);
}
