package io.crossfade.server;

import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The documents of the API, by their paths. */
final class Documents {

  private static final Logger LOG = LoggerFactory.getLogger(Documents.class);
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
      refuse(exchange, 404, "there is no " + name + " yet");
      return;
    }
    Body body = new Body(exchange, document.type());
    try {
      document.write(parameters(exchange.getRequestURI().getRawQuery()), body);
      body.begin();
    } catch (IllegalArgumentException e) {
      if (body.begun) {
        throw e;
      }
      refuse(exchange, 400, String.valueOf(e.getMessage()));
    } catch (RuntimeException e) {
      if (body.begun) {
        throw e;
      }
      LOG.warn("Could not answer", e);
      refuse(exchange, 503, String.valueOf(e.getMessage()));
    }
  }

  /** Of a name that comes twice the last one counts. */
  private static Map<String, String> parameters(String query) {
    Map<String, String> parameters = new HashMap<>();
    for (String pair : query == null ? new String[0] : query.split("&")) {
      int equals = pair.indexOf('=');
      if (equals > 0) {
        parameters.put(decoded(pair.substring(0, equals)), decoded(pair.substring(equals + 1)));
      }
    }
    return parameters;
  }

  private static String decoded(String text) {
    return URLDecoder.decode(text, StandardCharsets.UTF_8);
  }

  static void refuse(HttpExchange exchange, int code, String why) throws IOException {
    byte[] body = StatusJson.error(why).getBytes(StandardCharsets.UTF_8);
    exchange.getResponseHeaders().set("Content-Type", "application/json; charset=utf-8");
    exchange.sendResponseHeaders(code, body.length);
    exchange.getResponseBody().write(body);
  }

  /** Says that all is well with the first byte, not before. */
  private static final class Body extends OutputStream {

    private final HttpExchange exchange;
    private final String type;
    private boolean begun;

    Body(HttpExchange exchange, String type) {
      this.exchange = exchange;
      this.type = type;
    }

    void begin() throws IOException {
      if (!begun) {
        begun = true;
        exchange.getResponseHeaders().set("Content-Type", type);
        // 0: of unknown length, in chunks.
        exchange.sendResponseHeaders(200, 0);
      }
    }

    @Override
    public void write(int b) throws IOException {
      write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void flush() throws IOException {
      if (begun) {
        exchange.getResponseBody().flush();
      }
    }

    @Override
    public void write(byte[] bytes, int from, int length) throws IOException {
      begin();
      exchange.getResponseBody().write(bytes, from, length);
    }
  }
}
