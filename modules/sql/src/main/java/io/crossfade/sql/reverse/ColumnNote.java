package io.crossfade.sql.reverse;

import java.util.Objects;

/**
 * What the way back does with a column.
 *
 * @param column of the old table; of the new one where the kind is {@link Kind#NEW}
 * @param kind what becomes of its values
 * @param sentence the same for a reader, beginning with the column's name
 */
public record ColumnNote(String column, Kind kind, String sentence) {

  /** What becomes of a column's values. The first four: from the least harmful to the most. */
  public enum Kind {
    /** The new table holds it as it is. */
    COPIED(false),
    /** Of another type in the new table, each value of which the old column holds. */
    CONVERTED(false),
    /**
     * What came from the old table comes back; other values may be refused, which stops the row.
     */
    NARROWER(false),
    /** What came from the old table comes back; other values may be changed without an error. */
    LOSSY(true),
    /** The WHERE of the forward SELECT lets only one value through: that one. */
    FIXED(false),
    /** Not in the new table: kept where the old row exists, default or NULL for a new row. */
    KEPT(false),
    /** In the new table in a form that cannot be undone: as KEPT, and what is written is lost. */
    LOST(true),
    /** The old table computes it. */
    COMPUTED(false),
    /** Of the new table, without a place in the old one. */
    NEW(true),
    /** A row may be written to the new table that the forward SELECT would leave out. */
    FILTERED(false);

    private final boolean losesWrites;

    Kind(boolean losesWrites) {
      this.losesWrites = losesWrites;
    }

    /**
     * Whether the old table can lack, without any error, what was written to the new one. A switch
     * that is to be taken back without loss needs somebody's word that this does not matter.
     */
    public boolean losesWrites() {
      return losesWrites;
    }
  }

  public ColumnNote {
    Objects.requireNonNull(column, "column");
    Objects.requireNonNull(kind, "kind");
    Objects.requireNonNull(sentence, "sentence");
  }
}
