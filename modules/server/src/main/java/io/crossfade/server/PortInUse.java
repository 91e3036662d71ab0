package io.crossfade.server;

import java.io.IOException;

/** Another program listens where the API should. */
public final class PortInUse extends IOException {
  PortInUse(String address, int port, IOException cause) {
    super(
        "port %d of %s is in use; set server.port to another one, or to 0 for any free one"
            .formatted(port, address),
        cause);
  }
}
