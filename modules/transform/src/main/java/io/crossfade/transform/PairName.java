package io.crossfade.transform;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * What a pair of rows is called that a JOIN makes: by what they share and by who they are, all of
 * them objects of JSON or made of such. So what is said of pairs that shared something else before
 * is said of others, and may arrive before or after.
 */
final class PairName {

  private static final byte[] BLANK = {' '};

  /** Stands for who is on the right of a row that is alone; no row is called so. */
  private static final byte[] NOBODY = "-".getBytes(StandardCharsets.US_ASCII);

  private static final byte[] END = " -".getBytes(StandardCharsets.US_ASCII);

  private PairName() {}

  static byte[] of(byte[] shared, byte[] left, byte[] right) {
    return concat(shared, BLANK, left, BLANK, right);
  }

  /** Of a row on the left that none on the right matches. */
  static byte[] alone(byte[] shared, byte[] left) {
    return of(shared, left, NOBODY);
  }

  static boolean isAlone(byte[] name) {
    int from = name.length - END.length;
    return from >= 0 && Arrays.equals(name, from, name.length, END, 0, END.length);
  }

  static byte[] concat(byte[]... parts) {
    byte[] all = new byte[Arrays.stream(parts).mapToInt(part -> part.length).sum()];
    int at = 0;
    for (byte[] part : parts) {
      System.arraycopy(part, 0, all, at, part.length);
      at += part.length;
    }
    return all;
  }
}
