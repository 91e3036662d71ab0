package io.crossfade.postgres.target;

import io.crossfade.core.table.Row;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import org.postgresql.copy.CopyIn;

/** Rows in COPY's text format: tabs between values, newlines after rows, both escaped within. */
final class CopyText {

  /** What goes to the server in one message. */
  private static final int MESSAGE = 64 * 1024;

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

  /** In UTF-8 the escaped characters are bytes that stand in no other character. */
  private void write(String value) throws SQLException {
    for (byte b : value.getBytes(StandardCharsets.UTF_8)) {
      switch (b) {
        case '\\':
          put('\\');
          put('\\');
          break;
        case '\t':
          put('\\');
          put('t');
          break;
        case '\n':
          put('\\');
          put('n');
          break;
        case '\r':
          put('\\');
          put('r');
          break;
        default:
          put(b);
      }
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
