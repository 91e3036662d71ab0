package io.crossfade.server;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Optional;

/** Who sits here, as far as the machine knows. */
public final class Operator {

  private Operator() {}

  /** {@code anna@build-7}: the user of this process, and this machine's or container's name. */
  public static String here() {
    return System.getProperty("user.name", "somebody") + "@" + host();
  }

  private static String host() {
    return Optional.ofNullable(System.getenv("HOSTNAME"))
        .filter(name -> !name.isBlank())
        .orElseGet(
            () -> {
              try {
                return InetAddress.getLocalHost().getHostName();
              } catch (UnknownHostException e) {
                // A machine without a name in its own hosts file still has an operator.
                return "unknown-host";
              }
            });
  }
}
