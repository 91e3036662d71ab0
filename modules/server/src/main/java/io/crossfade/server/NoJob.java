package io.crossfade.server;

import java.io.IOException;

/** No running job answers. */
public final class NoJob extends IOException {
  NoJob(String message, Throwable cause) {
    super(message, cause);
  }
}
