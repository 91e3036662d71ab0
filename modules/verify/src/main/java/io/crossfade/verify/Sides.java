package io.crossfade.verify;

import io.crossfade.core.table.Row;
import io.crossfade.core.verify.ComparedDatabase;
import io.crossfade.core.verify.ReadFailedException;
import io.crossfade.core.verify.RelationReader;
import io.crossfade.core.verify.StoredRow;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A session on each side, for one thread. What fails and may pass is tried again on new sessions: a
 * range is small, so not much is read twice. What does not pass ends the comparison of the table: a
 * side that could not be read is not a side without rows.
 */
final class Sides implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(Sides.class);

  private static final Duration FIRST_PAUSE = Duration.ofMillis(250);

  /** Longer values are known by their hash: so much of each value of a batch is in memory. */
  private static final int LONGEST = 1 << 16;

  private static final ComparedMapping.Mapper AS_IT_IS = new ComparedMapping.Mapper(List::of, true);

  /** What is read from both. */
  @FunctionalInterface
  interface Work<T> {
    T of(RelationReader expected, RelationReader actual);
  }

  private final ComparedDatabase source;
  private final ComparedDatabase target;
  private final ComparedMapping mapping;
  private final RowComparison comparison;
  private final int attempts;
  private Optional<RelationReader> expected = Optional.empty();
  private Optional<RelationReader> actual = Optional.empty();

  /**
   * @param attempts how often something is tried before it is given up
   */
  Sides(
      ComparedDatabase source,
      ComparedDatabase target,
      ComparedMapping mapping,
      RowComparison comparison,
      int attempts) {
    this.source = source;
    this.target = target;
    this.mapping = mapping;
    this.comparison = comparison;
    this.attempts = attempts;
  }

  <T> T read(Work<T> work) throws InterruptedException {
    Duration pause = FIRST_PAUSE;
    for (int attempt = 1; ; attempt++) {
      try {
        return work.of(expectedSide(), actualSide());
      } catch (ReadFailedException e) {
        close();
        if (!e.mayPass() || attempt == attempts) {
          throw e;
        }
        LOG.info("{}: tried again in {} ms: {}", mapping.into(), pause.toMillis(), e.getMessage());
        TimeUnit.MILLISECONDS.sleep(pause.toMillis());
        pause = pause.multipliedBy(2);
      }
    }
  }

  private RelationReader expectedSide() {
    if (expected.isEmpty()) {
      RelationReader opened = source.open(mapping.expected());
      expected =
          Optional.of(
              mapping
                  .mapper()
                  .<RelationReader>map(mapper -> new LocallyHashed(opened, mapper, comparison))
                  .orElse(opened));
    }
    return expected.get();
  }

  private RelationReader actualSide() {
    if (actual.isEmpty()) {
      RelationReader opened = target.open(mapping.actual());
      actual =
          Optional.of(
              mapping.mapper().isPresent()
                  ? new LocallyHashed(opened, AS_IT_IS, comparison)
                  : opened);
    }
    return actual.get();
  }

  Map<Row, StoredRow> expected(Collection<Row> keys) throws InterruptedException {
    return read((expected, actual) -> byKey(expected, keys));
  }

  Map<Row, StoredRow> actual(Collection<Row> keys) throws InterruptedException {
    return read((expected, actual) -> byKey(actual, keys));
  }

  private Map<Row, StoredRow> byKey(RelationReader reader, Collection<Row> keys) {
    Map<Row, StoredRow> rows = new HashMap<>();
    reader.rows(
        keys,
        row ->
            rows.put(
                comparison.keyOf(row.values()), new StoredRow(small(row.values()), row.version())));
    return rows;
  }

  /** The row with long values by their hashes. */
  static Row small(Row row) {
    String[] values = new String[row.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = small(row.get(i));
    }
    return Row.of(values);
  }

  private static String small(String value) {
    if (value == null || value.length() <= LONGEST) {
      return value;
    }
    try {
      byte[] hash =
          MessageDigest.getInstance("SHA-256").digest(value.getBytes(StandardCharsets.UTF_8));
      return value.substring(0, 80)
          + "… ("
          + value.length()
          + " characters, SHA-256 "
          + HexFormat.of().formatHex(hash)
          + ")";
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  @Override
  public void close() {
    expected.ifPresent(RelationReader::close);
    actual.ifPresent(RelationReader::close);
    expected = Optional.empty();
    actual = Optional.empty();
  }
}
