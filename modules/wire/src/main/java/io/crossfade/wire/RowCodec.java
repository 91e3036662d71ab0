package io.crossfade.wire;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.io.SerializedString;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.core.util.ByteArrayBuilder;
import io.crossfade.core.table.Column;
import io.crossfade.core.table.Row;
import io.crossfade.core.table.Table;
import io.crossfade.core.table.TypeFamily;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Rows of one table as the keys and values of its raw topic: JSON objects of column name to
 * canonical text or null, columns in the table's order, without blanks. One row has one encoding,
 * whichever way it was read, so that Kafka's partitioner and its cleaner see equal keys as equal.
 *
 * <p>Reading goes by name: a topic keeps what was written before a column was added or moved.
 *
 * <p>Safe for use by several threads.
 */
public final class RowCodec {

  private static final JsonFactory JSON =
      new JsonFactoryBuilder()
          .streamReadConstraints(
              // A row may be as large as Kafka lets it be; the broker is who refuses.
              StreamReadConstraints.builder().maxStringLength(Integer.MAX_VALUE).build())
          .enable(JsonWriteFeature.COMBINE_UNICODE_SURROGATES_IN_UTF8)
          .build();

  private final Table table;
  private final SerializedString[] names;
  private final Map<String, Integer> indexes = new HashMap<>();
  private final int[] key;
  private final boolean[] required;

  public RowCodec(Table table) {
    this(table, table.columns().stream().map(Column::name).collect(Collectors.toSet()));
  }

  /**
   * A codec that reads rows of which columns may be missing: they were captured before the column
   * was added.
   *
   * @param required columns that each row has to have; the key's are among them anyway
   */
  public RowCodec(Table table, Set<String> required) {
    if (table.primaryKey().isEmpty()) {
      throw new IllegalArgumentException(table.id() + " has no primary key");
    }
    this.table = table;
    List<Column> columns = table.columns();
    this.names = new SerializedString[columns.size()];
    for (int i = 0; i < names.length; i++) {
      names[i] = new SerializedString(columns.get(i).name());
      indexes.put(columns.get(i).name(), i);
    }
    this.key = table.keyIndexes();
    this.required = new boolean[names.length];
    for (int i = 0; i < names.length; i++) {
      this.required[i] =
          required.contains(columns.get(i).name())
              || table.primaryKey().contains(columns.get(i).name());
    }
  }

  /** The table whose rows these are. */
  public Table table() {
    return table;
  }

  /**
   * The record key of a row, of which only the key's columns need to be there.
   *
   * @throws IllegalArgumentException where a column of the key is NULL
   */
  public byte[] key(Row row) {
    ByteArrayBuilder out = new ByteArrayBuilder(32);
    try (JsonGenerator json = JSON.createGenerator(out)) {
      json.writeStartObject();
      for (int index : key) {
        String text = row.get(index);
        if (text == null) {
          throw new IllegalArgumentException(
              "key column " + table.columns().get(index).name() + " of " + table.id() + " is NULL");
        }
        json.writeFieldName(names[index]);
        json.writeString(asKey(table.columns().get(index).type().family(), text));
      }
      json.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return out.toByteArray();
  }

  /** The record value of a whole row. */
  public byte[] value(Row row) {
    if (row.size() != names.length) {
      throw new IllegalArgumentException(
          "a row of "
              + row.size()
              + " values for the "
              + names.length
              + " columns of "
              + table.id());
    }
    ByteArrayBuilder out = new ByteArrayBuilder(256);
    try (JsonGenerator json = JSON.createGenerator(out)) {
      json.writeStartObject();
      for (int i = 0; i < names.length; i++) {
        json.writeFieldName(names[i]);
        String text = row.get(i);
        if (text == null) {
          json.writeNull();
        } else {
          json.writeString(text);
        }
      }
      json.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return out.toByteArray();
  }

  /**
   * The row of a record value. Columns that the table does not have are passed over; those that the
   * record does not have, and need not, are NULL.
   *
   * @throws MalformedRecordException where the bytes are no such object or lack a column that is
   *     required
   */
  public Row row(byte[] value) {
    String[] values = new String[names.length];
    boolean[] there = new boolean[names.length];
    int found = decode(value, values, there);
    if (found != names.length) {
      for (int i = 0; i < names.length; i++) {
        if (required[i] && !there[i]) {
          throw new MalformedRecordException(
              "a record of " + table.id() + " has no column " + names[i].getValue());
        }
      }
    }
    return Row.of(values);
  }

  /**
   * The row of a record key: its key columns are there, all others are NULL.
   *
   * @throws MalformedRecordException where the bytes are no such object or lack a column of the key
   */
  public Row keyRow(byte[] recordKey) {
    String[] values = new String[names.length];
    int found = decode(recordKey, values, new boolean[names.length]);
    if (found != key.length) {
      throw new MalformedRecordException(
          "a key of " + table.id() + " has " + found + " of its " + key.length + " columns");
    }
    return Row.of(values);
  }

  private int decode(byte[] bytes, String[] values, boolean[] there) {
    int found = 0;
    try (JsonParser json = JSON.createParser(bytes)) {
      if (json.nextToken() != JsonToken.START_OBJECT) {
        throw malformed(bytes, null);
      }
      int expected = 0;
      for (String name = json.nextFieldName(); name != null; name = json.nextFieldName()) {
        JsonToken token = json.nextToken();
        if (token != JsonToken.VALUE_STRING && token != JsonToken.VALUE_NULL) {
          throw malformed(bytes, null);
        }
        int index = indexOf(name, expected);
        if (index >= 0) {
          values[index] = token == JsonToken.VALUE_NULL ? null : json.getText();
          there[index] = true;
          expected = index + 1;
          found++;
        }
      }
    } catch (IOException e) {
      throw malformed(bytes, e);
    }
    return found;
  }

  /** Names come in the table's order unless it has changed since: look there first. */
  private int indexOf(String name, int expected) {
    if (expected < names.length && names[expected].getValue().equals(name)) {
      return expected;
    }
    return indexes.getOrDefault(name, -1);
  }

  private MalformedRecordException malformed(byte[] bytes, IOException cause) {
    int shown = Math.min(bytes.length, 80);
    return new MalformedRecordException(
        "not a record of "
            + table.id()
            + ": "
            + new String(bytes, 0, shown, StandardCharsets.UTF_8)
            + (shown < bytes.length ? "…" : ""),
        cause);
  }

  /**
   * Two texts that the database holds to be one key must become one record key: 1.0 and 1.00, 'a'
   * and 'a ' as char(3), 0 and -0.
   */
  private static String asKey(TypeFamily family, String text) {
    switch (family) {
      case NUMERIC:
        return plainNumber(text);
      case CHAR:
        int end = text.length();
        while (end > 0 && text.charAt(end - 1) == ' ') {
          end--;
        }
        return text.substring(0, end);
      case FLOAT4:
      case FLOAT8:
        return text.equals("-0") ? "0" : text;
      default:
        return text;
    }
  }

  private static String plainNumber(String text) {
    if (text.indexOf('.') < 0) {
      return text;
    }
    BigDecimal number = new BigDecimal(text);
    return number.signum() == 0 ? "0" : number.stripTrailingZeros().toPlainString();
  }
}
