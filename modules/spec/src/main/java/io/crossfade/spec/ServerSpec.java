package io.crossfade.spec;

import java.util.Objects;
import java.util.Optional;

/**
 * The HTTP API of the running job.
 *
 * @param bind the address to listen on; other than loopback only with a token
 * @param port 0 to 65535; 0 takes any free one
 * @param token what commands that change something must show; empty: nothing
 */
public record ServerSpec(String bind, int port, Optional<Secret> token) {

  /** Where it listens if the spec does not say. */
  static final String DEFAULT_BIND = "127.0.0.1";

  static final int DEFAULT_PORT = 8480;

  public ServerSpec {
    Objects.requireNonNull(bind, "bind");
    Objects.requireNonNull(token, "token");
    if (port < 0 || port > 65535) {
      throw new IllegalArgumentException("no such port: " + port);
    }
    if (token.isEmpty() && !isLoopback(bind)) {
      throw new IllegalArgumentException("without a token only loopback: " + bind);
    }
  }

  /** Without asking a name server: what it answers today says nothing about tomorrow. */
  static boolean isLoopback(String bind) {
    return bind.equals("localhost")
        || bind.equals("::1")
        || bind.equals("[::1]")
        || bind.matches("127\\.\\d{1,3}\\.\\d{1,3}\\.\\d{1,3}");
  }
}
