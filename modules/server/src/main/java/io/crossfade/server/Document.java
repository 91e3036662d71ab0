package io.crossfade.server;

import java.io.IOException;
import java.io.OutputStream;

/** What a job has to be read: of any length, and not for everybody, since it may hold rows. */
public interface Document {

  /** Its media type. */
  String type();

  /** Whether there is one just now. */
  boolean exists();

  /** Writes it as it is now. */
  void write(OutputStream out) throws IOException;
}
