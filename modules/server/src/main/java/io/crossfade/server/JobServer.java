package io.crossfade.server;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.crossfade.core.serving.Serving;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The HTTP API of a running job: {@code /} a page, {@code /api/status} JSON, {@code /api/serving}
 * JSON for applications, {@code /metrics} for Prometheus, {@code /livez}, {@code /readyz}; and a
 * {@code POST /api/<command>} for each command that changes the job, with a JSON object as its
 * body, answered by the status after it.
 */
public final class JobServer implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(JobServer.class);
  private static final String JSON = "application/json; charset=utf-8";
  private static final String TEXT = "text/plain; charset=utf-8";
  private static final Duration LAST_ANSWERS = Duration.ofSeconds(2);
  private static final int THREADS = 4 + EventStream.MOST;
  private static final String EVENTS = "/api/events";

  private final HttpServer server;
  private final ExecutorService threads;
  private final Map<String, Supplier<Answer>> routes;
  private final Commands commands;
  private final Documents documents;
  private final EventStream events;
  private final Answering answering = new Answering();

  private JobServer(
      HttpServer server, Map<String, Supplier<Answer>> routes, Commands commands, Parts parts) {
    this.server = server;
    this.routes = routes;
    this.commands = commands;
    Map<String, Document> all = new HashMap<>(parts.documents());
    all.put("events", Document.json(() -> StatusJson.events(parts.events().get())));
    this.documents = new Documents(all);
    this.events = new EventStream(parts.events());
    this.threads = Executors.newFixedThreadPool(THREADS, JobServer::daemon);
  }

  /**
   * What is behind the API.
   *
   * @param status asked at every request, from several threads; must answer at once, from what the
   *     job knows, and must not wait for a database
   * @param ready whether the job does its work; asked like the status
   * @param serving who serves; empty as long as that is being read; asked like the status
   * @param commands by their names, what each does
   * @param documents by their names, what {@code GET /api/<name>} gives to who shows the token
   * @param events all that there are, the oldest first; may wait for Kafka
   * @param registry what {@code /metrics} shows; the status is added to it
   */
  public record Parts(
      Supplier<Status> status,
      BooleanSupplier ready,
      Supplier<Optional<Serving>> serving,
      Map<String, Command> commands,
      Map<String, Document> documents,
      Supplier<List<JobEvent>> events,
      PrometheusMeterRegistry registry) {

    public Parts {
      Objects.requireNonNull(status, "status");
      Objects.requireNonNull(ready, "ready");
      Objects.requireNonNull(serving, "serving");
      commands = Map.copyOf(commands);
      documents = Map.copyOf(documents);
      Objects.requireNonNull(events, "events");
      Objects.requireNonNull(registry, "registry");
    }
  }

  /**
   * Starts to answer.
   *
   * @param bind the address to listen on
   * @param port 0 takes any free one; see {@link #port}
   * @param token what a command and a document must be shown; empty: nothing
   * @throws PortInUse where another program listens there
   * @throws IOException where this machine cannot listen there for another reason
   */
  public static JobServer start(String bind, int port, Optional<String> token, Parts parts)
      throws IOException {
    Supplier<Status> status = parts.status();
    StatusMetrics metrics = new StatusMetrics(parts.registry(), status.get());
    String page = page();
    Map<String, Supplier<Answer>> routes =
        Map.of(
            "/", () -> new Answer(200, "text/html; charset=utf-8", page),
            "/api/status", () -> new Answer(200, JSON, StatusJson.write(status.get())),
            "/api/serving",
                () ->
                    parts
                        .serving()
                        .get()
                        .map(who -> StatusJson.serving(status.get().migration(), who))
                        .map(body -> new Answer(200, JSON, body))
                        .orElseGet(() -> new Answer(503, JSON, StatusJson.error("not read yet"))),
            "/metrics",
                () -> {
                  metrics.refresh(status.get());
                  return new Answer(
                      200, "text/plain; version=0.0.4; charset=utf-8", parts.registry().scrape());
                },
            "/livez", () -> new Answer(200, TEXT, "ok\n"),
            "/readyz",
                () ->
                    parts.ready().getAsBoolean()
                        ? new Answer(200, TEXT, "ok\n")
                        : new Answer(503, TEXT, "not ready; /api/status says why\n"));
    JobServer started =
        new JobServer(
            listen(bind, port), routes, new Commands(token, parts.commands(), status), parts);
    started.server.createContext("/", started::handle);
    started.server.setExecutor(started.threads);
    started.server.start();
    return started;
  }

  private static HttpServer listen(String bind, int port) throws IOException {
    InetSocketAddress address = new InetSocketAddress(bind, port);
    if (address.isUnresolved()) {
      throw new IOException("cannot listen on %s: no such host; set server.bind".formatted(bind));
    }
    try {
      return HttpServer.create(address, 0);
    } catch (BindException e) {
      if (!isHere(address.getAddress())) {
        throw new IOException(
            "cannot listen on %s: it is no address of this machine; set server.bind"
                .formatted(bind),
            e);
      }
      if (String.valueOf(e.getMessage()).startsWith("Permission denied")) {
        throw new IOException(
            "cannot listen on port %d: permission denied; set server.port to 1024 or above"
                .formatted(port),
            e);
      }
      throw new PortInUse(bind, port, e);
    }
  }

  private static boolean isHere(InetAddress address) throws IOException {
    // All of 127.0.0.0/8 is the loopback interface, which lists one address of it only.
    return address.isAnyLocalAddress()
        || address.isLoopbackAddress()
        || NetworkInterface.getByInetAddress(address) != null;
  }

  /** The port that it listens on. */
  public int port() {
    return server.getAddress().getPort();
  }

  /** Where its page is, as seen from this machine. */
  public URI uri() {
    return JobClient.uri(server.getAddress().getAddress().getHostAddress(), port());
  }

  /**
   * Takes no more requests; those that are being answered have a moment, streams of events none.
   */
  @Override
  public void close() {
    try {
      // HttpServer.stop waits for all of its time where nothing is being answered.
      answering.awaitNone(LAST_ANSWERS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    server.stop(0);
    threads.shutdownNow();
  }

  private void handle(HttpExchange exchange) throws IOException {
    if (isEventStream(exchange) && commands.isAllowed(exchange)) {
      try (exchange) {
        events.send(exchange);
      }
      return;
    }
    answering.begin();
    try {
      respond(exchange);
    } finally {
      answering.end();
    }
  }

  private void respond(HttpExchange exchange) throws IOException {
    try (exchange) {
      if (documents.has(exchange) && commands.isAllowed(exchange)) {
        documents.send(exchange);
        return;
      }
      Answer answer = answer(exchange);
      byte[] body = answer.body().getBytes(StandardCharsets.UTF_8);
      var headers = exchange.getResponseHeaders();
      headers.set("Content-Type", answer.type());
      headers.set("Cache-Control", "no-store");
      headers.set("X-Content-Type-Options", "nosniff");
      headers.set(
          "Content-Security-Policy",
          "default-src 'none'; connect-src 'self'; style-src 'unsafe-inline';"
              + " script-src 'unsafe-inline'; frame-ancestors 'none'");
      if (answer.code() == 405) {
        headers.set("Allow", commands.has(exchange) ? "POST" : "GET, HEAD");
      }
      boolean head = exchange.getRequestMethod().equals("HEAD");
      exchange.sendResponseHeaders(answer.code(), head ? -1 : body.length);
      if (!head) {
        exchange.getResponseBody().write(body);
      }
    }
  }

  private static boolean isEventStream(HttpExchange exchange) {
    return exchange.getRequestMethod().equals("GET")
        && EVENTS.equals(exchange.getRequestURI().getPath())
        && EventStream.isWanted(exchange);
  }

  private Answer answer(HttpExchange exchange) throws IOException {
    String path = exchange.getRequestURI().getPath();
    String method = exchange.getRequestMethod();
    if (commands.has(exchange)) {
      return commands.answer(exchange);
    }
    if (documents.has(exchange)) {
      return Commands.notAllowed(path);
    }
    Supplier<Answer> route = path == null ? null : routes.get(path);
    if (route == null) {
      return new Answer(404, JSON, StatusJson.error("there is nothing at " + path));
    }
    if (!method.equals("GET") && !method.equals("HEAD")) {
      return new Answer(405, JSON, StatusJson.error(path + " takes GET, not " + method));
    }
    try {
      return route.get();
    } catch (RuntimeException e) {
      LOG.warn("Could not answer {}", path, e);
      return new Answer(500, JSON, StatusJson.error("could not answer; the job's log says why"));
    }
  }

  private static String page() {
    try (InputStream in = JobServer.class.getResourceAsStream("page.html")) {
      if (in == null) {
        throw new IllegalStateException("page.html is not packaged");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The job ends when its work ends, not when the last request does. */
  private static Thread daemon(Runnable work) {
    Thread thread = new Thread(work, "crossfade-http");
    thread.setDaemon(true);
    return thread;
  }

  /** Requests that are being answered. */
  private static final class Answering {
    private int now;

    synchronized void begin() {
      now++;
    }

    synchronized void end() {
      now--;
      notifyAll();
    }

    synchronized void awaitNone(Duration patience) throws InterruptedException {
      long end = System.nanoTime() + patience.toNanos();
      while (now > 0) {
        long left = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
        if (left <= 0) {
          return;
        }
        wait(left);
      }
    }
  }

  /** What is sent back. */
  record Answer(int code, String type, String body) {
    static Answer json(int code, String body) {
      return new Answer(code, JSON, body);
    }
  }
}
