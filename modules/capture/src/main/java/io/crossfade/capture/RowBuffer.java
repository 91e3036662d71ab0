package io.crossfade.capture;

import io.crossfade.core.BlockedException;
import io.crossfade.core.source.RowSink;
import io.crossfade.core.table.Key;
import io.crossfade.core.table.Row;
import io.crossfade.wire.RowCodec;
import java.util.ArrayList;
import java.util.List;

/** Takes the rows of a read, encoded by the thread that reads, until there are enough bytes. */
final class RowBuffer implements RowSink {

  /**
   * A read ends when it has this many bytes: what several reads hold at once has to fit into a
   * small heap.
   */
  private static final long ENOUGH = 8L << 20;

  private final RowCodec codec;
  private final List<EncodedRow> rows = new ArrayList<>();
  private long bytes;
  private boolean full;

  RowBuffer(RowCodec codec) {
    this.codec = codec;
  }

  @Override
  public boolean take(Row row, boolean sinceLog) {
    byte[] key = codec.key(row);
    byte[] value = codec.value(row);
    requireFits(codec, key, value);
    rows.add(new EncodedRow(new Key(codec.table().id(), key), value, sinceLog));
    bytes += key.length + value.length;
    full = bytes >= ENOUGH;
    return !full;
  }

  /** A row too large for Kafka stops the line. */
  static void requireFits(RowCodec codec, byte[] key, byte[] value) {
    if (value.length > Publisher.LARGEST_ROW) {
      throw new BlockedException(
          "row "
              + new Key(codec.table().id(), key)
              + " has "
              + value.length
              + " bytes; the most that is carried is "
              + Publisher.LARGEST_ROW,
          "make the row smaller or delete it at the source, then `crossfade resync --table "
              + codec.table().id()
              + "`");
    }
  }

  List<EncodedRow> rows() {
    return rows;
  }

  /** How many bytes it has, as a share of those that are enough. */
  double filled() {
    return (double) bytes / ENOUGH;
  }

  /** Whether the read ended because there were enough bytes, so that rows may be left. */
  boolean full() {
    return full;
  }
}
