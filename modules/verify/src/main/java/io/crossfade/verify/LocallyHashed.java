package io.crossfade.verify;

import io.crossfade.core.table.Row;
import io.crossfade.core.verify.Digest;
import io.crossfade.core.verify.KeyRange;
import io.crossfade.core.verify.KeyedHash;
import io.crossfade.core.verify.ReadFailedException;
import io.crossfade.core.verify.RelationReader;
import io.crossfade.core.verify.StoredRow;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Rows that are hashed here and not by their database, because they are made here of others; and
 * the rows that they are compared with, so that both sides hash alike.
 */
final class LocallyHashed implements RelationReader {

  private final RelationReader rows;
  private final ComparedMapping.Mapper mapper;
  private final RowComparison comparison;

  LocallyHashed(RelationReader rows, ComparedMapping.Mapper mapper, RowComparison comparison) {
    this.rows = rows;
    this.mapper = mapper;
    this.comparison = comparison;
  }

  @Override
  public Optional<Row> boundary(KeyRange within, long count) {
    return rows.boundary(within, count);
  }

  @Override
  public Map<Integer, Digest> digests(KeyRange range, int buckets) {
    Map<Integer, Digest> digests = new HashMap<>();
    each(
        range,
        hash ->
            digests.merge(
                bucket(hash.key(), buckets), Digest.NONE.plus(hash), (old, one) -> old.plus(hash)));
    return digests;
  }

  @Override
  public void hashes(KeyRange range, int buckets, Set<Integer> wanted, Consumer<KeyedHash> sink) {
    each(
        range,
        hash -> {
          if (wanted.contains(bucket(hash.key(), buckets))) {
            sink.accept(hash);
          }
        });
  }

  private void each(KeyRange range, Consumer<KeyedHash> sink) {
    rows.rows(
        range,
        row -> map(row).forEach(mapped -> sink.accept(hash(comparison.keyOf(mapped), mapped))));
  }

  @Override
  public void rows(KeyRange range, Consumer<Row> sink) {
    rows.rows(range, row -> map(row).forEach(sink));
  }

  @Override
  public void rows(Collection<Row> keys, Consumer<StoredRow> sink) {
    if (mapper.keepsKey()) {
      rows.rows(
          keys,
          row ->
              map(row.values())
                  .forEach(mapped -> sink.accept(new StoredRow(mapped, row.version()))));
      return;
    }
    Set<Row> wanted = new HashSet<>(keys);
    // Of which old row it comes may be another one each time, so it has no version.
    rows(
        KeyRange.ALL,
        row -> {
          if (wanted.contains(comparison.keyOf(row))) {
            sink.accept(new StoredRow(row, ""));
          }
        });
  }

  private List<Row> map(Row row) {
    try {
      return mapper.rows().of(row);
    } catch (RuntimeException e) {
      throw new ReadFailedException(
          "the mapping fails for a row of the source: " + e.getMessage(), false, e);
    }
  }

  private static int bucket(Row key, int buckets) {
    return key.toString().hashCode() & (buckets - 1);
  }

  private static KeyedHash hash(Row key, Row row) {
    MessageDigest md5;
    try {
      md5 = MessageDigest.getInstance("MD5");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has MD5", e);
    }
    for (int i = 0; i < row.size(); i++) {
      String value = row.get(i);
      byte[] bytes = value == null ? new byte[0] : value.getBytes(StandardCharsets.UTF_8);
      // The length tells 'a','b' from 'ab','', and -1 NULL from ''.
      md5.update(ByteBuffer.allocate(4).putInt(value == null ? -1 : bytes.length).flip());
      md5.update(bytes);
    }
    ByteBuffer hash = ByteBuffer.wrap(md5.digest());
    return new KeyedHash(key, hash.getLong(), hash.getLong());
  }

  @Override
  public void close() {
    rows.close();
  }
}
