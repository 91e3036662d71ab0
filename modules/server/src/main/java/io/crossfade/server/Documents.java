package io.crossfade.server;

import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/** The documents of the API, by their paths. */
final class Documents {

  private static final String PREFIX = "/api/";

  private final Map<String, Document> documents;

  Documents(Map<String, Document> documents) {
    this.documents = Map.copyOf(documents);
  }

  boolean has(HttpExchange exchange) {
    String path = String.valueOf(exchange.getRequestURI().getPath());
    return exchange.getRequestMethod().equals("GET")
        && path.startsWith(PREFIX)
        && documents.containsKey(path.substring(PREFIX.length()));
  }

  void send(HttpExchange exchange) throws IOException {
    String name = exchange.getRequestURI().getPath().substring(PREFIX.length());
    Document document = documents.get(name);
    var headers = exchange.getResponseHeaders();
    headers.set("Cache-Control", "no-store");
    headers.set("X-Content-Type-Options", "nosniff");
    if (!document.exists()) {
      byte[] body =
          StatusJson.error("there is no " + name + " yet").getBytes(StandardCharsets.UTF_8);
      headers.set("Content-Type", "application/json; charset=utf-8");
      exchange.sendResponseHeaders(404, body.length);
      exchange.getResponseBody().write(body);
      return;
    }
    headers.set("Content-Type", document.type());
    // 0: of unknown length, in chunks.
    exchange.sendResponseHeaders(200, 0);
    try (OutputStream out = exchange.getResponseBody()) {
      document.write(out);
    }
  }
}
