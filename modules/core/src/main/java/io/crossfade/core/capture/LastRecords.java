package io.crossfade.core.capture;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;

/**
 * Finds the last record of each key in a log that may have more keys than fit into memory: keys are
 * told apart by 128 bits of a hash, and where there is no room for all, a pass over the log takes
 * those whose hash lies below a bound; the next pass begins there. What is kept of a key is one
 * number, that of its last record.
 *
 * <p>A pass is: {@link #put} for each record of the log in its order, then {@link #last} for the
 * same records again. {@link #nextPass} says whether another is needed. Each key is in exactly one
 * pass, since the bound only falls while a pass puts, and what was put above it is taken out again.
 * Not safe for use by several threads.
 */
public final class LastRecords {

  private static final long EMPTY = Long.MIN_VALUE;
  private static final double FULL = 0.66;

  private final MessageDigest digest;
  private long[] high;
  private long[] low;
  private long[] number;
  private int size;

  /** Hashes of this pass are from the first to below the second, as unsigned numbers. */
  private long from;

  private long to;
  private boolean toTheEnd = true;

  /** The hash of the key asked last. */
  private long hashHigh;

  private long hashLow;

  /**
   * @param slots how many places the table has; a third stays free. A place takes 24 bytes
   */
  public LastRecords(int slots) {
    if (slots < 4 || Integer.bitCount(slots) != 1) {
      throw new IllegalArgumentException("slots: a power of two of at least 4, not " + slots);
    }
    this.high = new long[slots];
    this.low = new long[slots];
    this.number = new long[slots];
    Arrays.fill(number, EMPTY);
    try {
      this.digest = MessageDigest.getInstance("MD5");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("each Java has it", e);
    }
  }

  /** So many places as take a sixteenth of the heap at most, twice that while it narrows. */
  public static int slotsFor(long heap) {
    long slots = Long.highestOneBit(Math.max(1 << 16, heap / 16 / 24));
    return (int) Math.min(slots, 1 << 28);
  }

  /** The record with this number is the last of its key so far. Numbers are not negative. */
  public void put(byte[] key, long record) {
    hash(key);
    if (!inPass()) {
      return;
    }
    int slot = slot();
    if (number[slot] == EMPTY) {
      if (size + 1 > high.length * FULL) {
        narrow();
        if (!inPass()) {
          return;
        }
        slot = slot();
      }
      size++;
      high[slot] = hashHigh;
      low[slot] = hashLow;
    }
    number[slot] = record;
  }

  /** Whether the record is the last of its key, and the key one of this pass. */
  public boolean last(byte[] key, long record) {
    hash(key);
    return inPass() && number[slot()] == record;
  }

  /** Goes on to the keys that had no room; false where there are none left. */
  public boolean nextPass() {
    if (toTheEnd) {
      return false;
    }
    from = to;
    toTheEnd = true;
    size = 0;
    Arrays.fill(number, EMPTY);
    return true;
  }

  private boolean inPass() {
    return Long.compareUnsigned(hashHigh, from) >= 0
        && (toTheEnd || Long.compareUnsigned(hashHigh, to) < 0);
  }

  private int slot() {
    int mask = high.length - 1;
    int slot = (int) hashLow & mask;
    while (number[slot] != EMPTY && (high[slot] != hashHigh || low[slot] != hashLow)) {
      slot = (slot + 1) & mask;
    }
    return slot;
  }

  /** Halves what this pass takes, until half of the room is free again. */
  private void narrow() {
    long askedHigh = hashHigh;
    long askedLow = hashLow;
    long[] hashes = new long[size];
    int count = 0;
    for (int i = 0; i < high.length; i++) {
      if (number[i] != EMPTY) {
        hashes[count++] = high[i] ^ Long.MIN_VALUE;
      }
    }
    Arrays.sort(hashes);
    to = hashes[count / 2] ^ Long.MIN_VALUE;
    toTheEnd = false;
    if (to == from) {
      throw new IllegalStateException("half of all keys have one hash");
    }
    long[] oldHigh = high;
    long[] oldLow = low;
    long[] oldNumber = number;
    high = new long[oldHigh.length];
    low = new long[oldLow.length];
    number = new long[oldNumber.length];
    Arrays.fill(number, EMPTY);
    size = 0;
    for (int i = 0; i < oldNumber.length; i++) {
      hashHigh = oldHigh[i];
      hashLow = oldLow[i];
      if (oldNumber[i] != EMPTY && inPass()) {
        int slot = slot();
        high[slot] = hashHigh;
        low[slot] = hashLow;
        number[slot] = oldNumber[i];
        size++;
      }
    }
    hashHigh = askedHigh;
    hashLow = askedLow;
  }

  private void hash(byte[] key) {
    byte[] hash = digest.digest(key);
    hashHigh = number(hash, 0);
    hashLow = number(hash, 8);
  }

  private static long number(byte[] bytes, int at) {
    long number = 0;
    for (int i = 0; i < 8; i++) {
      number = number << 8 | bytes[at + i] & 0xff;
    }
    return number;
  }
}
