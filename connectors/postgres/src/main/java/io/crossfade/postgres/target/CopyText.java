package io.crossfade.postgres.target;

import io.crossfade.core.table.Row;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import org.postgresql.copy.CopyIn;

/** Rows in COPY's text format: tabs between values, newlines after rows, both escaped within. */
final class CopyText {

  /** What goes to the server in one message. */
  private static final int MESSAGE = 64 * 1024;

  /** For an ASCII character that has to be escaped, what stands behind the backslash. */
  private static final byte[] ESCAPES = new byte[128];

  static {
    ESCAPES['\\'] = '\\';
    ESCAPES['\t'] = 't';
    ESCAPES['\n'] = 'n';
    ESCAPES['\r'] = 'r';
  }

  private final CopyIn stream;
  private final byte[] buffer = new byte[MESSAGE];
  private int size;

  CopyText(CopyIn stream) {
    this.stream = stream;
  }

  void write(Row row) throws SQLException {
    for (int i = 0; i < row.size(); i++) {
      if (i > 0) {
        put('\t');
      }
      String value = row.get(i);
      if (value == null) {
        put('\\');
        put('N');
      } else {
        write(value);
      }
    }
    put('\n');
  }

  /**
   * Runs without an escape are copied as a whole. In UTF-8 the escaped characters are bytes that
   * stand in no other character.
   */
  private void write(String value) throws SQLException {
    byte[] bytes = value.getBytes(StandardCharsets.UTF_8);
    int from = 0;
    for (int i = 0; i < bytes.length; i++) {
      byte escape = ESCAPES[bytes[i] & 0x7f];
      if (escape != 0 && bytes[i] >= 0) {
        put(bytes, from, i);
        put('\\');
        put(escape);
        from = i + 1;
      }
    }
    put(bytes, from, bytes.length);
  }

  private void put(byte[] bytes, int from, int to) throws SQLException {
    for (int i = from; i < to; ) {
      if (size == MESSAGE) {
        flush();
      }
      int count = Math.min(to - i, MESSAGE - size);
      System.arraycopy(bytes, i, buffer, size, count);
      size += count;
      i += count;
    }
  }

  private void put(int b) throws SQLException {
    if (size == MESSAGE) {
      flush();
    }
    buffer[size++] = (byte) b;
  }

  void flush() throws SQLException {
    stream.writeToCopy(buffer, 0, size);
    size = 0;
  }
}
