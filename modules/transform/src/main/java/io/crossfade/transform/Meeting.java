package io.crossfade.transform;

import io.crossfade.sql.group.Grouping;

/** What becomes of rows that meet in a topic before they claim keys. */
sealed interface Meeting {

  /** Each is joined with each of the other side that it matches. */
  record Joining(io.crossfade.sql.Joining.Step step) implements Meeting {}

  /** All of a key are put together. */
  record Grouped(Grouping grouping) implements Meeting {}
}
