package io.crossfade.core.serving;

/**
 * The table {@code crossfade.serving} of one database, for applications to look at. What counts
 * stands in the control topic; this follows it.
 *
 * <p>Safe for use by several threads. Every method blocks on the database, for seconds at the
 * longest, may be repeated, and throws what its database throws when it is away or refuses.
 */
public interface ServingTable {

  /** Makes it where it is missing; anybody may read it. */
  void prepare();

  /** Writes a migration's row. */
  void write(String migration, Serving serving);
}
