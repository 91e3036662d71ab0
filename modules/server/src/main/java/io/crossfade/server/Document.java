package io.crossfade.server;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.function.Supplier;

/** What a job has to be read: of any length, and not for everybody, since it may hold rows. */
public interface Document {

  /** Its media type. */
  String type();

  /** Whether there is one just now. */
  boolean exists();

  /** Writes it as it is now. */
  void write(OutputStream out) throws IOException;

  /**
   * Writes what is asked for of it. Flushed, it is sent so far.
   *
   * @param parameters of the query, by their names; each once
   * @throws IllegalArgumentException where they ask for what cannot be; its message is for people
   */
  default void write(Map<String, String> parameters, OutputStream out) throws IOException {
    write(out);
  }

  /**
   * JSON that is always there.
   *
   * @param text asked at every request; may wait for a database
   */
  static Document json(Supplier<String> text) {
    return new Document() {
      @Override
      public String type() {
        return "application/json; charset=utf-8";
      }

      @Override
      public boolean exists() {
        return true;
      }

      @Override
      public void write(OutputStream out) throws IOException {
        out.write(text.get().getBytes(StandardCharsets.UTF_8));
      }
    };
  }
}
