package io.crossfade.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class StatusServerTest {
  private static final String LOOPBACK = "127.0.0.1";

  private final HttpClient http = HttpClient.newHttpClient();
  private final AtomicReference<Supplier<Status>> status =
      new AtomicReference<>(() -> Statuses.CONTRACT);
  private final AtomicBoolean ready = new AtomicBoolean();
  private StatusServer server;

  @BeforeEach
  void start() throws Exception {
    server = start(LOOPBACK, 0);
  }

  private StatusServer start(String bind, int port) throws Exception {
    return StatusServer.start(
        bind,
        port,
        () -> status.get().get(),
        ready::get,
        new PrometheusMeterRegistry(PrometheusConfig.DEFAULT));
  }

  @AfterEach
  void stop() {
    server.close();
  }

  @Test
  void shouldAnswerWithTheStatusOfTheMoment() throws Exception {
    HttpResponse<String> first = get("/api/status");
    assertThat(first.statusCode()).isEqualTo(200);
    assertThat(first.headers().firstValue("Content-Type"))
        .contains("application/json; charset=utf-8");
    assertThat(StatusJson.read(first.body())).isEqualTo(Statuses.CONTRACT);

    status.set(() -> Statuses.BLOCKED);
    assertThat(StatusClient.get(LOOPBACK, server.port())).isEqualTo(Statuses.BLOCKED);
  }

  @Test
  void shouldShowMetricsUnderTheNamesOfTheContract() throws Exception {
    HttpResponse<String> response = get("/metrics");

    assertThat(response.headers().firstValue("Content-Type").orElseThrow())
        .startsWith("text/plain; version=0.0.4");
    assertThat(response.body())
        .contains("crossfade_capture_lag_seconds{migration=\"subscriptions-v2\"} 0.2\n")
        .contains("crossfade_apply_lag_seconds{migration=\"subscriptions-v2\"} 0.41\n")
        .contains(
            "crossfade_source_wal_retained_bytes{migration=\"subscriptions-v2\"} 1.92937984E8\n")
        .contains("crossfade_dead_rows_total{migration=\"subscriptions-v2\"} 0.0\n")
        .contains(
            "crossfade_backfill_rows_total{migration=\"subscriptions-v2\",table=\"public.audit\"}"
                + " 3100000.0\n")
        .contains("crossfade_phase{migration=\"subscriptions-v2\",phase=\"BACKFILLING\"} 1.0\n")
        .contains("crossfade_phase{migration=\"subscriptions-v2\",phase=\"FOLLOWING\"} 0.0\n");

    status.set(() -> Statuses.BLOCKED);
    assertThat(get("/metrics").body())
        .contains("phase=\"FOLLOWING\"} 1.0\n")
        .contains("crossfade_dead_rows_total{migration=\"subscriptions-v2\"} 12345.0\n");
  }

  @Test
  void shouldTellLifeFromReadiness() throws Exception {
    assertThat(get("/livez").statusCode()).isEqualTo(200);
    assertThat(get("/readyz").statusCode()).isEqualTo(503);
    ready.set(true);
    assertThat(get("/readyz").statusCode()).isEqualTo(200);
  }

  @Test
  void shouldServeAPageThatNeedsNothingElse() throws Exception {
    HttpResponse<String> page = get("/");

    assertThat(page.headers().firstValue("Content-Type")).contains("text/html; charset=utf-8");
    assertThat(page.headers().firstValue("Content-Security-Policy").orElseThrow())
        .contains("default-src 'none'");
    assertThat(page.body())
        .contains("fetch(\"/api/status\"")
        .doesNotContain("http://", "https://", "src=", "innerHTML");
  }

  @Test
  void shouldSayWhatIsNotThereAndWhatIsNotTaken() throws Exception {
    HttpResponse<String> unknown = get("/api/stat%22us?x=1");
    assertThat(unknown.statusCode()).isEqualTo(404);
    assertThat(unknown.body()).isEqualTo("{\"error\":\"there is nothing at /api/stat\\\"us\"}");

    HttpResponse<String> post =
        send(
            HttpRequest.newBuilder().POST(HttpRequest.BodyPublishers.ofString("x")), "/api/status");
    assertThat(post.statusCode()).isEqualTo(405);
    assertThat(post.headers().firstValue("Allow")).contains("GET, HEAD");
    assertThat(post.body()).isEqualTo("{\"error\":\"/api/status takes GET, not POST\"}");

    HttpResponse<String> head =
        send(
            HttpRequest.newBuilder().method("HEAD", HttpRequest.BodyPublishers.noBody()),
            "/api/status");
    assertThat(head.statusCode()).isEqualTo(200);
    assertThat(head.body()).isEmpty();
  }

  @Test
  void shouldGoOnAfterAStatusThatFailed() throws Exception {
    status.set(
        () -> {
          throw new IllegalStateException("hunter2");
        });
    HttpResponse<String> failed = get("/api/status");
    assertThat(failed.statusCode()).isEqualTo(500);
    assertThat(failed.body()).contains("error").doesNotContain("hunter2");

    status.set(() -> Statuses.CONTRACT);
    assertThat(get("/api/status").statusCode()).isEqualTo(200);
  }

  @Test
  void shouldSayThatThePortIsInUse() {
    assertThatThrownBy(() -> start(LOOPBACK, server.port()))
        .isInstanceOf(PortInUse.class)
        .hasMessage(
            "port %d of 127.0.0.1 is in use; set server.port to another one, or to 0 for any free one"
                .formatted(server.port()));
  }

  @Test
  void shouldSayThatTheAddressIsNotHere() {
    assertThatThrownBy(() -> start("192.0.2.1", 0))
        .isNotInstanceOf(PortInUse.class)
        .hasMessage(
            "cannot listen on 192.0.2.1: it is no address of this machine; set server.bind");
    assertThatThrownBy(() -> start("no-such-host.invalid", 0))
        .hasMessage("cannot listen on no-such-host.invalid: no such host; set server.bind");
  }

  @Test
  void shouldBeReachableOnLoopbackWhereItListensEverywhere() throws Exception {
    try (StatusServer everywhere = start("0.0.0.0", 0)) {
      assertThat(everywhere.uri()).hasToString("http://127.0.0.1:" + everywhere.port() + "/");
      assertThat(StatusClient.get("0.0.0.0", everywhere.port())).isEqualTo(Statuses.CONTRACT);
    }
  }

  @Test
  void shouldFreeItsPortWhenClosed() throws Exception {
    int port = server.port();
    server.close();
    try (ServerSocket free = new ServerSocket(port, 1, InetAddress.getByName(LOOPBACK))) {
      assertThat(free.getLocalPort()).isEqualTo(port);
    }
    assertThatThrownBy(() -> StatusClient.get(LOOPBACK, port))
        .isInstanceOf(NoJob.class)
        .hasMessageStartingWith("no job answers at http://127.0.0.1:" + port + "/api/status (")
        .hasMessageEndingWith("); start it with `crossfade run`");
  }

  private HttpResponse<String> get(String path) throws Exception {
    return send(HttpRequest.newBuilder(), path);
  }

  private HttpResponse<String> send(HttpRequest.Builder request, String path) throws Exception {
    return http.send(
        request.uri(server.uri().resolve(path)).build(), HttpResponse.BodyHandlers.ofString());
  }
}
