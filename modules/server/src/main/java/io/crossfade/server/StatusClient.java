package io.crossfade.server;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/** Asks a running job for its status. */
public final class StatusClient {
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  private StatusClient() {}

  /**
   * Asks the job that listens there. Waits up to five seconds; may be repeated.
   *
   * @param bind as in the spec; where it stands for all addresses, loopback is asked
   * @throws NoJob where none answers, or something else does
   */
  public static Status get(String bind, int port) throws NoJob, InterruptedException {
    URI uri = uri(bind, port).resolve("/api/status");
    try {
      HttpResponse<String> response =
          HttpClient.newBuilder()
              .connectTimeout(PATIENCE)
              .build()
              .send(
                  HttpRequest.newBuilder(uri).timeout(PATIENCE).build(),
                  HttpResponse.BodyHandlers.ofString(StandardCharsets.UTF_8));
      if (response.statusCode() != 200) {
        throw new IOException("it answers with HTTP " + response.statusCode());
      }
      return StatusJson.read(response.body());
    } catch (IOException e) {
      String why = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
      throw new NoJob(
          "no job answers at %s (%s); start it with `crossfade run`"
              .formatted(uri, why.lines().findFirst().orElse("")),
          e);
    }
  }

  /** {@code http://host:port/}, with loopback for an address that stands for all. */
  static URI uri(String bind, int port) {
    InetSocketAddress address = new InetSocketAddress(bind, port);
    if (!address.isUnresolved() && address.getAddress().isAnyLocalAddress()) {
      return uri(InetAddress.getLoopbackAddress().getHostAddress(), port);
    }
    String host = bind.contains(":") && !bind.startsWith("[") ? "[" + bind + "]" : bind;
    return URI.create("http://" + host + ":" + port + "/");
  }
}
