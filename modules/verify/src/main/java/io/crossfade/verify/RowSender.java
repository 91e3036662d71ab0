package io.crossfade.verify;

import io.crossfade.core.table.Row;
import io.crossfade.core.table.TableId;
import io.crossfade.core.verify.ReadFailedException;
import java.util.List;
import java.util.Optional;

/** Sends rows of old tables once more on their normal way to the new ones. */
public interface RowSender {

  /**
   * Has the old rows read again and published. Waits until they are in the raw topics, not until
   * they are in the target. May be repeated.
   *
   * @param into the new table that lacks them
   * @param keys old rows of which the key's columns are there
   * @throws ReadFailedException where it cannot be done, or takes too long
   */
  Sent send(TableId into, List<Row> keys) throws InterruptedException;

  /**
   * Has rows of a new table deleted of which no old row can make the key. Waits until that is in
   * the raw topics. May be repeated.
   *
   * @param keys new keys, in the order of the table's primary key
   * @throws ReadFailedException where it cannot be done, or takes too long
   */
  Sent deleteOrphans(TableId into, List<Row> keys) throws InterruptedException;

  /** Why rows that the SELECT does not give must stay in the table; empty where they must not. */
  Optional<String> keepsExtras(TableId into);

  /**
   * What has become of them.
   *
   * @param rows that were sent again
   * @param deletes keys without a row, sent as deletes; with those that no old row can make
   * @param gaveWay keys of which a newer change was on its way
   * @param refused rows that the target has refused before: not sent, somebody has to decide
   * @param unsent rows that could not be read by their keys
   */
  record Sent(long rows, long deletes, long gaveWay, long refused, long unsent) {

    /** Nothing. */
    public static final Sent NONE = new Sent(0, 0, 0, 0, 0);

    /** Both together. */
    public Sent plus(Sent other) {
      return new Sent(
          rows + other.rows,
          deletes + other.deletes,
          gaveWay + other.gaveWay,
          refused + other.refused,
          unsent + other.unsent);
    }
  }
}
