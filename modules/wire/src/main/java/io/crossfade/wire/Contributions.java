package io.crossfade.wire;

import io.crossfade.core.table.Key;
import io.crossfade.core.table.Row;
import io.crossfade.core.table.TableId;
import io.crossfade.core.target.Contribution;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;

/**
 * What source rows say about target keys: as records of the topic in which contributions to one new
 * table meet, and in the stores of both sides of it.
 *
 * <p>A record's key is the target key, its value the new row as {@link RowCodec} writes it; null
 * where the key is claimed no more. Beside the headers of the raw record ({@link Provenance}) there
 * are {@code src}, the source's table, and {@code own}, the source row's key. Where rows meet to be
 * joined the key is what they have to share, the value is the row itself, and {@code side} says
 * where it stands in the JOIN. Where rows meet to be put together the key is that of their group,
 * and the value is what {@link #encodeRows} writes.
 *
 * <p>In a store: a version, which is 1, then each entry; texts and bytes have their length in
 * front, as four bytes.
 */
public final class Contributions {

  private static final String SOURCE = "src";
  private static final String OWNER = "own";
  private static final String SIDE = "side";
  private static final int VERSION = 1;

  private Contributions() {}

  /** Where a row stands in a JOIN. */
  public enum Side {
    LEFT,
    RIGHT
  }

  /** Adds where a row stands to a record's headers. */
  public static void writeSide(Side side, Headers headers) {
    headers.remove(SIDE);
    headers.add(SIDE, side.name().getBytes(StandardCharsets.US_ASCII));
  }

  /**
   * Where a row stands.
   *
   * @throws MalformedRecordException where the headers do not say it
   */
  public static Side side(Headers headers) {
    String side = new String(header(headers, SIDE), StandardCharsets.US_ASCII);
    for (Side known : Side.values()) {
      if (known.name().equals(side)) {
        return known;
      }
    }
    throw new MalformedRecordException("there is no side " + side + " of a JOIN");
  }

  /** Adds who says it to a record's headers. */
  public static void writeSource(Key source, Headers headers) {
    headers.remove(SOURCE);
    headers.remove(OWNER);
    headers.add(SOURCE, text(source.table()).getBytes(StandardCharsets.UTF_8));
    headers.add(OWNER, source.bytes());
  }

  /**
   * What a record says.
   *
   * @param value null where the key is claimed no more
   * @throws MalformedRecordException where a header is missing
   */
  public static Contribution<byte[]> of(Headers headers, byte[] value) {
    Key source =
        new Key(
            table(new String(header(headers, SOURCE), StandardCharsets.UTF_8)),
            header(headers, OWNER));
    return new Contribution<>(
        source, Provenance.of(headers).sequence(), Optional.ofNullable(value));
  }

  private static byte[] header(Headers headers, String name) {
    Header header = headers.lastHeader(name);
    if (header == null) {
      throw new MalformedRecordException("a contribution has no header " + name);
    }
    return header.value();
  }

  /** Claims of one target key, for a store. */
  public static byte[] encode(Collection<Contribution<byte[]>> claims) {
    return written(
        out -> {
          out.writeInt(claims.size());
          for (Contribution<byte[]> claim : claims) {
            write(out, text(claim.source().table()).getBytes(StandardCharsets.UTF_8));
            write(out, claim.source().bytes());
            out.writeLong(claim.sequence());
            write(out, claim.row().orElseThrow());
          }
        });
  }

  /**
   * Claims that a store had.
   *
   * @throws MalformedRecordException where the bytes are none
   */
  public static List<Contribution<byte[]>> decode(byte[] stored) {
    return read(
        stored,
        in -> {
          TableId table = table(new String(bytes(in), StandardCharsets.UTF_8));
          Key source = new Key(table, bytes(in));
          return Contribution.claim(source, in.readLong(), bytes(in));
        });
  }

  /** The target keys that a source row claims, for a store. */
  public static byte[] encodeKeys(Collection<byte[]> keys) {
    return written(
        out -> {
          out.writeInt(keys.size());
          for (byte[] key : keys) {
            write(out, key);
          }
        });
  }

  /**
   * Target keys that a store had.
   *
   * @throws MalformedRecordException where the bytes are none
   */
  public static List<byte[]> decodeKeys(byte[] stored) {
    return read(stored, Contributions::bytes);
  }

  /** What a row contributes to a group: in a record and in a store. */
  public static byte[] encodeRows(Collection<Row> rows) {
    return written(
        out -> {
          out.writeInt(rows.size());
          for (Row row : rows) {
            out.writeInt(row.size());
            for (int i = 0; i < row.size(); i++) {
              String value = row.get(i);
              out.writeBoolean(value != null);
              if (value != null) {
                write(out, value.getBytes(StandardCharsets.UTF_8));
              }
            }
          }
        });
  }

  /**
   * What {@link #encodeRows} has written.
   *
   * @throws MalformedRecordException where the bytes are none
   */
  public static List<Row> decodeRows(byte[] stored) {
    return read(
        stored,
        in -> {
          String[] values = new String[in.readInt()];
          for (int i = 0; i < values.length; i++) {
            values[i] = in.readBoolean() ? new String(bytes(in), StandardCharsets.UTF_8) : null;
          }
          return Row.of(values);
        });
  }

  /** A dot within the schema's name has a backslash before it. */
  private static String text(TableId table) {
    return table.schema().replaceAll("[.\\\\]", "\\\\$0") + "." + table.name();
  }

  private static TableId table(String text) {
    int dot = 0;
    while (text.charAt(dot) != '.') {
      dot += text.charAt(dot) == '\\' ? 2 : 1;
    }
    String schema = text.substring(0, dot).replaceAll("\\\\(.)", "$1");
    return new TableId(schema, text.substring(dot + 1));
  }

  private static void write(DataOutputStream out, byte[] bytes) throws IOException {
    out.writeInt(bytes.length);
    out.write(bytes);
  }

  private static byte[] bytes(DataInputStream in) throws IOException {
    return in.readNBytes(in.readInt());
  }

  private interface Writing {
    void to(DataOutputStream out) throws IOException;
  }

  private interface Reading<T> {
    T from(DataInputStream in) throws IOException;
  }

  private static byte[] written(Writing writing) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(256);
    try (DataOutputStream out = new DataOutputStream(bytes)) {
      out.writeByte(VERSION);
      writing.to(out);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  private static <T> List<T> read(byte[] stored, Reading<T> reading) {
    try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(stored))) {
      int version = in.readByte();
      if (version != VERSION) {
        throw new MalformedRecordException("state of version " + version + ", not " + VERSION);
      }
      int size = in.readInt();
      List<T> all = new ArrayList<>(size);
      for (int i = 0; i < size; i++) {
        all.add(reading.from(in));
      }
      return all;
    } catch (IOException e) {
      throw new MalformedRecordException("state that cannot be read", e);
    }
  }
}
