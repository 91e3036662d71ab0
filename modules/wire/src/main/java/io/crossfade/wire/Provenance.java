package io.crossfade.wire;

import io.crossfade.core.table.Operation;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Objects;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;

/**
 * Where a raw record comes from: its headers. All are ASCII text, so that Kafka's console tools
 * show them.
 *
 * @param operation header {@code op}: how the row came here, one letter
 * @param sequence header {@code seq}: the publisher's own number, greater with every record that it
 *     publishes
 * @param position header {@code pos}: a place in the source's log, for people only
 * @param transaction header {@code tx}: the source's transaction id; empty for a row that was read
 * @param committed header {@code ts}: when the source committed it, or when the row was read;
 *     milliseconds since 1970
 */
public record Provenance(
    Operation operation, long sequence, String position, String transaction, Instant committed) {

  private static final String OPERATION = "op";
  private static final String SEQUENCE = "seq";
  private static final String POSITION = "pos";
  private static final String TRANSACTION = "tx";
  private static final String COMMITTED = "ts";

  public Provenance {
    Objects.requireNonNull(operation, "operation");
    Objects.requireNonNull(position, "position");
    Objects.requireNonNull(transaction, "transaction");
    Objects.requireNonNull(committed, "committed");
  }

  /** Adds these headers to a record's. */
  public void writeTo(Headers headers) {
    headers.add(OPERATION, new byte[] {(byte) operation.code()});
    headers.add(SEQUENCE, ascii(Long.toString(sequence)));
    headers.add(POSITION, ascii(position));
    headers.add(TRANSACTION, ascii(transaction));
    headers.add(COMMITTED, ascii(Long.toString(committed.toEpochMilli())));
  }

  /**
   * What a record's headers say.
   *
   * @throws MalformedRecordException where one is missing or no such value
   */
  public static Provenance of(Headers headers) {
    try {
      return new Provenance(
          operation(headers),
          Long.parseLong(text(headers, SEQUENCE)),
          text(headers, POSITION),
          text(headers, TRANSACTION),
          committed(headers));
    } catch (IllegalArgumentException e) {
      throw new MalformedRecordException("headers of a raw record: " + e.getMessage(), e);
    }
  }

  /** The operation alone, for who needs no more; see {@link #of}. */
  public static Operation operation(Headers headers) {
    byte[] code = header(headers, OPERATION);
    return Operation.of(code.length == 1 ? (char) code[0] : '?');
  }

  /** The time alone, for who needs no more; see {@link #of}. */
  public static Instant committed(Headers headers) {
    return Instant.ofEpochMilli(Long.parseLong(text(headers, COMMITTED)));
  }

  private static String text(Headers headers, String name) {
    return new String(header(headers, name), StandardCharsets.US_ASCII);
  }

  private static byte[] header(Headers headers, String name) {
    Header header = headers.lastHeader(name);
    if (header == null) {
      throw new MalformedRecordException("a raw record has no header " + name);
    }
    return header.value();
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
