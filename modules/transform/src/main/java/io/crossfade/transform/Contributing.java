package io.crossfade.transform;

import io.crossfade.core.table.Column;
import io.crossfade.core.table.Key;
import io.crossfade.core.table.Row;
import io.crossfade.core.table.Table;
import io.crossfade.sql.EvaluationException;
import io.crossfade.wire.Names;
import io.crossfade.wire.RowCodec;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.utils.Bytes;

/**
 * A mapping whose rows go to where they meet those of other old rows with the same new key: as many
 * as an old row has, with keys of their own.
 */
final class Contributing {

  private final Mapping mapping;
  private final MappedTable table;
  private final String topic;
  private final int ordinal;
  private final RowCodec codec;

  /** Of each column of the new rows, its place in the mapper's. */
  private final int[] places;

  /**
   * @param topic where they meet
   * @param ordinal among the mappings of the same old table into the same new one, from 0
   */
  Contributing(Mapping mapping, String topic, int ordinal) {
    this.mapping = mapping;
    this.table = new MappedTable(mapping);
    this.topic = topic;
    this.ordinal = ordinal;
    Table rows = InputTopic.rows(mapping);
    this.codec = new RowCodec(rows);
    List<String> columns = mapping.mapper().columns();
    this.places = rows.columns().stream().map(Column::name).mapToInt(columns::indexOf).toArray();
  }

  /** The new table; here nothing is written to it but which rows are bad. */
  MappedTable table() {
    return table;
  }

  String topic() {
    return topic;
  }

  /** The store of what old rows claim. */
  String store() {
    String name = Names.claimed(mapping.target().id(), mapping.mapper().source().id());
    return ordinal == 0 ? name : name + "." + ordinal;
  }

  /** Who contributes. */
  Key source(byte[] recordKey) {
    byte[] key = recordKey;
    if (ordinal > 0) {
      byte[] before = (ordinal + " ").getBytes(StandardCharsets.US_ASCII);
      key = new byte[before.length + recordKey.length];
      System.arraycopy(before, 0, key, 0, before.length);
      System.arraycopy(recordKey, 0, key, before.length, recordKey.length);
    }
    return new Key(mapping.mapper().source().id(), key);
  }

  /** The key of a new row of which only the key's values are known, in the key's order. */
  byte[] key(List<String> values) {
    String[] row = new String[places.length];
    int[] key = codec.table().keyIndexes();
    for (int i = 0; i < key.length; i++) {
      row[key[i]] = values.get(i);
    }
    return codec.key(Row.of(row));
  }

  /**
   * The new rows by their keys, both as records have them.
   *
   * @throws EvaluationException where PostgreSQL would raise an error for this row
   */
  Map<Bytes, byte[]> rows(Row old) throws EvaluationException {
    Map<Bytes, byte[]> rows = new LinkedHashMap<>();
    for (Row mapped : mapping.mapper().rows(old)) {
      String[] values = new String[places.length];
      for (int i = 0; i < places.length; i++) {
        values[i] = mapped.get(places[i]);
      }
      Row row = Row.of(values);
      requireKey(row);
      byte[] key = codec.key(row);
      if (rows.put(Bytes.wrap(key), codec.value(row)) != null) {
        throw new EvaluationException(
            "23505",
            null,
            "two rows with the key " + new String(key, StandardCharsets.UTF_8) + " come of it",
            null);
      }
    }
    return rows;
  }

  /**
   * What an old row says of one new key.
   *
   * @param row the new row; null where the key is claimed no more
   */
  record Said(byte[] key, byte[] row) {}

  /**
   * All that it says by one record: what it claims no more first, then what it claims.
   *
   * @param before the keys that it claimed by the record before
   * @param now its rows by their keys
   */
  static List<Said> said(List<byte[]> before, Map<Bytes, byte[]> now) {
    List<Said> said = new ArrayList<>();
    for (byte[] key : before) {
      if (!now.containsKey(Bytes.wrap(key))) {
        said.add(new Said(key, null));
      }
    }
    now.forEach((key, row) -> said.add(new Said(key.get(), row)));
    return said;
  }

  private void requireKey(Row row) throws EvaluationException {
    for (int index : codec.table().keyIndexes()) {
      if (row.get(index) == null) {
        String column = codec.table().columns().get(index).name();
        throw new EvaluationException(
            "23502", column, "output column " + column + " is NULL, and it is in the key", null);
      }
    }
  }
}
