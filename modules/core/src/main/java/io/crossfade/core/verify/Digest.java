package io.crossfade.core.verify;

import java.math.BigInteger;
import java.util.Objects;

/**
 * Rows summed up. Sums, so that no order matters and each of several equal rows counts.
 *
 * @param rows how many
 * @param first sum of the first hashes
 * @param second sum of the second hashes
 */
public record Digest(long rows, BigInteger first, BigInteger second) {

  /** No rows. */
  public static final Digest NONE = new Digest(0, BigInteger.ZERO, BigInteger.ZERO);

  public Digest {
    Objects.requireNonNull(first, "first");
    Objects.requireNonNull(second, "second");
  }

  /** With one more row. */
  public Digest plus(KeyedHash row) {
    return new Digest(
        rows + 1,
        first.add(BigInteger.valueOf(row.first())),
        second.add(BigInteger.valueOf(row.second())));
  }
}
