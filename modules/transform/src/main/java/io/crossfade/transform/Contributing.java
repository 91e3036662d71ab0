package io.crossfade.transform;

import io.crossfade.core.table.Column;
import io.crossfade.core.table.Key;
import io.crossfade.core.table.Row;
import io.crossfade.core.table.Table;
import io.crossfade.core.table.TableId;
import io.crossfade.sql.EvaluationException;
import io.crossfade.sql.Joining;
import io.crossfade.sql.group.Grouping;
import io.crossfade.wire.Contributions;
import io.crossfade.wire.OrphanDelete;
import io.crossfade.wire.RowCodec;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.utils.Bytes;

/**
 * What the rows of a topic contribute to another one, in which rows meet: under the keys that they
 * claim in a new table, or under what they have to share with rows that are joined to them.
 */
final class Contributing {

  /** Before the key of a row that none can match: no key of rows that can begins with it. */
  private static final String ALONE = "- ";

  private final MappedTable table;
  private final Origin origin;
  private final String topic;
  private final Optional<Contributions.Side> side;
  private final Rows rows;
  private final Orphans orphans;

  /**
   * Whose rows they are.
   *
   * @param table their table, or the first one where they were joined
   * @param prefix before their keys: tells several mappings of the same rows apart
   * @param store where it is remembered what they contributed last
   */
  record Origin(TableId table, String prefix, String store) {}

  private interface Rows {
    Map<Bytes, byte[]> of(byte[] recordKey, Row row) throws EvaluationException;
  }

  private interface Orphans {
    Optional<byte[]> key(byte[] recordKey, OrphanDelete orphan);
  }

  private Contributing(
      MappedTable table,
      Origin origin,
      String topic,
      Optional<Contributions.Side> side,
      Rows rows,
      Orphans orphans) {
    this.table = table;
    this.origin = origin;
    this.topic = topic;
    this.side = side;
    this.rows = rows;
    this.orphans = orphans;
  }

  /** Rows that claim their keys in the new table. */
  static Contributing claims(Mapping mapping, Origin origin, String topic) {
    Claims claims = new Claims(mapping);
    return new Contributing(
        new MappedTable(mapping),
        origin,
        topic,
        Optional.empty(),
        (key, row) -> claims.of(row),
        (key, orphan) -> Optional.of(claims.key(orphan.key())));
  }

  /** Rows on the left of a JOIN. */
  static Contributing left(Mapping mapping, Joining.Step step, Origin origin, String topic) {
    RowCodec keys = new RowCodec(step.key());
    RowCodec values = new RowCodec(step.left());
    return new Contributing(
        new MappedTable(mapping),
        origin,
        topic,
        Optional.of(Contributions.Side.LEFT),
        (key, row) -> {
          Optional<byte[]> shared = step.keyOfLeft(row).map(keys::key);
          return shared.isPresent() || step.outer()
              ? Map.of(Bytes.wrap(shared.orElseGet(() -> alone(key))), values.value(row))
              : Map.of();
        },
        (key, orphan) -> Optional.of(key));
  }

  private static byte[] alone(byte[] recordKey) {
    return PairName.concat(ALONE.getBytes(StandardCharsets.US_ASCII), recordKey);
  }

  /** Rows on the right of a JOIN. */
  static Contributing right(Mapping mapping, Joining.Step step, Origin origin, String topic) {
    RowCodec keys = new RowCodec(step.key());
    RowCodec values = new RowCodec(step.right());
    return new Contributing(
        new MappedTable(mapping),
        origin,
        topic,
        Optional.of(Contributions.Side.RIGHT),
        (key, row) -> {
          Optional<byte[]> shared = step.keyOfRight(row).map(keys::key);
          return shared.isPresent()
              ? Map.of(Bytes.wrap(shared.get()), values.value(row))
              : Map.of();
        },
        // They go on from the left.
        (key, orphan) -> Optional.empty());
  }

  /** Rows that are put together. */
  static Contributing groups(Mapping mapping, Grouping grouping, Origin origin, String topic) {
    // As a value: other than in a key there may be NULLs.
    RowCodec keys = new RowCodec(grouping.key());
    return new Contributing(
        new MappedTable(mapping),
        origin,
        topic,
        Optional.empty(),
        (key, row) -> {
          Map<Bytes, List<Row>> parts = new LinkedHashMap<>();
          for (Grouping.Part part : mapping.mapper().parts(row)) {
            parts
                .computeIfAbsent(Bytes.wrap(keys.value(part.key())), k -> new ArrayList<>())
                .add(part.arguments());
          }
          Map<Bytes, byte[]> rows = new LinkedHashMap<>();
          parts.forEach((group, all) -> rows.put(group, Contributions.encodeRows(all)));
          return rows;
        },
        (key, orphan) -> Optional.of(key));
  }

  /**
   * The same of rows that a JOIN has made.
   *
   * <p>Whether a pair matches is asked once more: where that cannot be evaluated it is a bad row.
   */
  Contributing of(Joining.Step made) {
    Rows checked =
        (key, row) -> PairName.isAlone(key) || made.matches(row) ? rows.of(key, row) : Map.of();
    return new Contributing(table, origin, topic, side, checked, orphans);
  }

  /** The new table; here nothing is written to it but which rows are bad. */
  MappedTable table() {
    return table;
  }

  /** Where they meet. */
  String topic() {
    return topic;
  }

  /** The store of the keys that each row contributed to last. */
  String store() {
    return origin.store();
  }

  /** Says in a record's headers who contributes. */
  void sign(byte[] recordKey, Headers headers) {
    byte[] before = origin.prefix().getBytes(StandardCharsets.US_ASCII);
    Contributions.writeSource(new Key(origin.table(), PairName.concat(before, recordKey)), headers);
    side.ifPresent(where -> Contributions.writeSide(where, headers));
  }

  /** The key under which a delete goes on whose row nobody claims; empty where it does not. */
  Optional<byte[]> orphan(byte[] recordKey, OrphanDelete orphan) {
    return table.loses(orphan) ? orphans.key(recordKey, orphan) : Optional.empty();
  }

  /**
   * What a row contributes, by its keys there; both as records have them.
   *
   * @throws EvaluationException where PostgreSQL would raise an error for this row
   */
  Map<Bytes, byte[]> rows(byte[] recordKey, Row row) throws EvaluationException {
    return rows.of(recordKey, row);
  }

  /**
   * What a row says to one key.
   *
   * @param row null where it contributes no more
   */
  record Said(byte[] key, byte[] row) {}

  /**
   * All that it says by one record: what it takes back first, then what it contributes.
   *
   * @param before the keys that it contributed to by the record before
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

  /** The new rows of a row, by their keys in the new table. */
  private static final class Claims {

    private final RowsMapper mapper;
    private final RowCodec codec;

    /** Of each column of the new rows, its place in the mapper's. */
    private final int[] places;

    Claims(Mapping mapping) {
      this.mapper = mapping.mapper();
      Table rows = InputTopic.rows(mapping);
      this.codec = new RowCodec(rows);
      this.places =
          rows.columns().stream().map(Column::name).mapToInt(mapper.columns()::indexOf).toArray();
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

    Map<Bytes, byte[]> of(Row old) throws EvaluationException {
      Map<Bytes, byte[]> rows = new LinkedHashMap<>();
      for (Row mapped : mapper.rows(old)) {
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
}
