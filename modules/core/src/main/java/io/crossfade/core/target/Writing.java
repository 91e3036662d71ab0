package io.crossfade.core.target;

/** What of a table is ours. */
public enum Writing {
  /** The table: its rows are inserted, replaced and deleted. */
  ROWS,
  /**
   * Columns of rows that others insert and delete. They hold what the SELECT gives for the row, and
   * NULL where it gives nothing. A row that is not there yet is waited for.
   */
  COLUMNS,
  /**
   * Columns of the very table whose log is read. A row of it that is not there has been deleted
   * since, and so has what was to be written. What is written comes back by the log, and changes
   * nothing then.
   */
  OWN_COLUMNS;

  /** Whether the rows are others'. */
  public boolean fills() {
    return this != ROWS;
  }
}
