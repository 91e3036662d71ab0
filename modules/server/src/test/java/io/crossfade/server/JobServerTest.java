package io.crossfade.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.crossfade.core.serving.Serving;
import io.crossfade.core.serving.Side;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class JobServerTest {
  private static final String LOOPBACK = "127.0.0.1";

  private final HttpClient http = HttpClient.newHttpClient();
  private final AtomicReference<Supplier<Status>> status =
      new AtomicReference<>(() -> Statuses.CONTRACT);
  private final AtomicBoolean ready = new AtomicBoolean();
  private final AtomicReference<Optional<Serving>> serving =
      new AtomicReference<>(Optional.of(Serving.AT_FIRST));
  private final List<String> ordered = new CopyOnWriteArrayList<>();
  private final List<JobEvent> events =
      new CopyOnWriteArrayList<>(List.of(event("otto@laptop", "run")));
  private JobServer server;

  private static JobEvent event(String who, String what) {
    return new JobEvent("2026-05-01T12:00:00Z", who, what, "a reason");
  }

  @BeforeEach
  void start() throws Exception {
    server = start(LOOPBACK, 0);
  }

  private JobServer start(String bind, int port) throws Exception {
    return start(bind, port, Optional.empty());
  }

  private JobServer start(String bind, int port, Optional<String> token) throws Exception {
    return JobServer.start(bind, port, token, parts());
  }

  private JobServer.Parts parts() {
    return new JobServer.Parts(
        () -> status.get().get(),
        ready::get,
        serving::get,
        Map.of(
            "reads",
            body -> {
              throw new GateNotMet("verified: public.b never compared");
            },
            "half",
            body -> {
              throw new PartlyDone("the target is away", new IllegalStateException());
            },
            "pause",
            body -> {
              ordered.add(body.get("reason").asText());
              events.add(event(body.get("who").asText(), "pause"));
            },
            "throttle",
            body -> {
              throw new IllegalArgumentException("maxRowsPerSecond must be at least 1");
            },
            "resume",
            body -> {
              throw new IllegalStateException("Kafka does not answer");
            }),
        Map.of("long", document("line\n".repeat(100_000), true), "none", document("", false)),
        () -> List.copyOf(events),
        new PrometheusMeterRegistry(PrometheusConfig.DEFAULT));
  }

  private static Document document(String text, boolean exists) {
    return new Document() {
      @Override
      public String type() {
        return "application/x-ndjson";
      }

      @Override
      public boolean exists() {
        return exists;
      }

      @Override
      public void write(OutputStream out) throws IOException {
        out.write(text.getBytes(StandardCharsets.UTF_8));
      }
    };
  }

  /** Fails where rows are shown to whoever asks, or a long answer is cut. */
  @Test
  void shouldGiveDocumentsToWhoShowsTheToken() throws Exception {
    HttpResponse<String> all = get("/api/long");
    assertThat(all.statusCode()).isEqualTo(200);
    assertThat(all.body()).hasSize(500_000);
    assertThat(get("/api/none").statusCode()).isEqualTo(404);
    server.close();
    server = start(LOOPBACK, 0, Optional.of("secret"));
    assertThat(get("/api/long").statusCode()).isEqualTo(401);
    try (InputStream read =
        new JobClient(LOOPBACK, server.port(), Optional.of("secret")).document("long")) {
      assertThat(read.readAllBytes()).hasSize(500_000);
    }
    JobClient stranger = new JobClient(LOOPBACK, server.port(), Optional.empty());
    assertThatThrownBy(() -> stranger.document("long"))
        .isInstanceOf(CommandRefused.class)
        .hasMessageContaining("needs the token");
  }

  /** Fails where an application cannot ask without the token, or a side is called otherwise. */
  @Test
  void shouldTellAnybodyWhoServes() throws Exception {
    server.close();
    server = start(LOOPBACK, 0, Optional.of("secret"));
    HttpResponse<String> answer = get("/api/serving");
    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(answer.body())
        .contains("\"migration\":\"subscriptions-v2\"", "\"reads\":\"old\"", "\"writes\":\"old\"");
  }

  /** Fails where a job that has just started says "old" before it has read who was marked. */
  @Test
  void shouldNotGuessWhoServes() throws Exception {
    serving.set(Optional.empty());
    assertThat(get("/api/serving").statusCode()).isEqualTo(503);
  }

  /** Fails where a script cannot tell a gate, or a half, from an error. */
  @Test
  void shouldTellAGateAndAHalfFromAnError() {
    JobClient client = new JobClient(LOOPBACK, server.port(), Optional.empty());
    assertThatThrownBy(() -> client.reads(Side.NEW, ""))
        .isInstanceOfSatisfying(
            CommandRefused.class,
            refused -> {
              assertThat(refused.isGate()).isTrue();
              assertThat(refused.isPartlyDone()).isFalse();
            })
        .hasMessageContaining("public.b never compared");
    assertThatThrownBy(() -> client.command("half", "{}"))
        .isInstanceOfSatisfying(
            CommandRefused.class, refused -> assertThat(refused.isPartlyDone()).isTrue());
    assertThatThrownBy(() -> client.command("resume", "{}"))
        .isInstanceOfSatisfying(
            CommandRefused.class,
            refused -> assertThat(refused.isGate() || refused.isPartlyDone()).isFalse());
  }

  /** Fails where commands do not carry who gave them, or a stream ends with what there was. */
  @Test
  void shouldTellAllEventsAndThenEachThatComes() throws Exception {
    JobClient client = new JobClient(LOOPBACK, server.port(), Optional.empty());
    assertThat(client.events()).containsExactly(event("otto@laptop", "run"));
    BlockingQueue<JobEvent> seen = new LinkedBlockingQueue<>();
    Thread follower =
        new Thread(
            () ->
                assertThatThrownBy(() -> client.followEvents(seen::add)).isInstanceOf(NoJob.class));
    follower.start();
    assertThat(seen.poll(10, TimeUnit.SECONDS)).isEqualTo(event("otto@laptop", "run"));
    client.command("pause", "deploy", OptionalLong.empty());
    assertThat(seen.poll(10, TimeUnit.SECONDS)).isEqualTo(event(Operator.here(), "pause"));
    server.close();
    follower.join(10_000);
    assertThat(follower.isAlive()).isFalse();
  }

  /** Fails where a client that was cut off is told all again. */
  @Test
  void shouldGoOnBehindTheEventThatAClientSawLast() throws Exception {
    events.add(event("anna@laptop", "resume"));
    HttpResponse<InputStream> stream =
        http.send(
            HttpRequest.newBuilder(server.uri().resolve("/api/events"))
                .header("Accept", "text/event-stream")
                .header("Last-Event-ID", "0")
                .build(),
            HttpResponse.BodyHandlers.ofInputStream());
    try (BufferedReader lines = new BufferedReader(new InputStreamReader(stream.body(), UTF_8))) {
      assertThat(lines.readLine()).isEqualTo("id: 1");
      assertThat(lines.readLine()).startsWith("data: {\"at\"").contains("anna@laptop");
    }
  }

  /** Fails where followers take the threads that others need, or are taken without end. */
  @Test
  void shouldAnswerOthersWhileManyFollow() throws Exception {
    List<HttpResponse<InputStream>> streams = new ArrayList<>();
    for (int i = 0; i <= EventStream.MOST; i++) {
      streams.add(
          http.send(
              HttpRequest.newBuilder(server.uri().resolve("/api/events"))
                  .header("Accept", "text/event-stream")
                  .build(),
              HttpResponse.BodyHandlers.ofInputStream()));
    }
    assertThat(streams.stream().map(HttpResponse::statusCode))
        .containsExactly(200, 200, 200, 200, 200, 200, 200, 200, 503);
    assertThat(get("/api/status").statusCode()).isEqualTo(200);
    for (HttpResponse<InputStream> stream : streams) {
      stream.body().close();
    }
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
    assertThat(new JobClient(LOOPBACK, server.port(), Optional.empty()).status())
        .isEqualTo(Statuses.BLOCKED);
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
    try (JobServer everywhere = start("0.0.0.0", 0)) {
      assertThat(everywhere.uri()).hasToString("http://127.0.0.1:" + everywhere.port() + "/");
      assertThat(new JobClient("0.0.0.0", everywhere.port(), Optional.empty()).status())
          .isEqualTo(Statuses.CONTRACT);
    }
  }

  @Test
  void shouldFreeItsPortWhenClosed() throws Exception {
    int port = server.port();
    server.close();
    try (ServerSocket free = new ServerSocket(port, 1, InetAddress.getByName(LOOPBACK))) {
      assertThat(free.getLocalPort()).isEqualTo(port);
    }
    assertThatThrownBy(() -> new JobClient(LOOPBACK, port, Optional.empty()).status())
        .isInstanceOf(NoJob.class)
        .hasMessageStartingWith("no job answers at http://127.0.0.1:" + port + "/ (")
        .hasMessageEndingWith("); start it with `crossfade run`");
  }

  @Test
  void shouldDoWhatItIsToldAndAnswerWithTheStatusAfterIt() throws Exception {
    Status after =
        new JobClient(LOOPBACK, server.port(), Optional.empty())
            .command("pause", "the source is busy", OptionalLong.empty());

    assertThat(ordered).containsExactly("the source is busy");
    assertThat(after).isEqualTo(Statuses.CONTRACT);
  }

  @Test
  void shouldSayWhyACommandWasNotDone() {
    JobClient client = new JobClient(LOOPBACK, server.port(), Optional.empty());

    assertThatThrownBy(() -> client.command("throttle", "", OptionalLong.of(0)))
        .isInstanceOf(CommandRefused.class)
        .hasMessage("throttle was not done: maxRowsPerSecond must be at least 1");
    assertThatThrownBy(() -> client.command("resume", "", OptionalLong.empty()))
        .hasMessage("resume was not done: Kafka does not answer");
  }

  @Test
  void shouldTakeCommandsOnlyWithTheTokenWhereThereIsOne() throws Exception {
    try (JobServer guarded = start(LOOPBACK, 0, Optional.of("s3cret"))) {
      for (Optional<String> wrong :
          List.of(Optional.<String>empty(), Optional.of("s3cre"), Optional.of("s3cret2"))) {
        JobClient client = new JobClient(LOOPBACK, guarded.port(), wrong);
        assertThatThrownBy(() -> client.command("pause", "", OptionalLong.empty()))
            .isInstanceOf(CommandRefused.class)
            .hasMessageContaining("needs the token");
        assertThat(client.status()).isEqualTo(Statuses.CONTRACT);
      }
      assertThat(ordered).isEmpty();

      new JobClient(LOOPBACK, guarded.port(), Optional.of("s3cret"))
          .command("pause", "now", OptionalLong.empty());
      assertThat(ordered).containsExactly("now");
    }
  }

  @Test
  void shouldRefuseWhatAForeignPageCouldPost() throws Exception {
    for (String type : List.of("text/plain", "application/x-www-form-urlencoded")) {
      HttpResponse<String> answer =
          send(
              HttpRequest.newBuilder()
                  .header("Content-Type", type)
                  .POST(HttpRequest.BodyPublishers.ofString("{\"reason\":\"\"}")),
              "/api/pause");
      assertThat(answer.statusCode()).isEqualTo(415);
    }
    assertThat(ordered).isEmpty();
  }

  @Test
  void shouldRefuseABodyThatIsNoObject() throws Exception {
    for (String body : List.of("", "[]", "{", "1")) {
      HttpResponse<String> answer =
          send(
              HttpRequest.newBuilder()
                  .header("Content-Type", "application/json")
                  .POST(HttpRequest.BodyPublishers.ofString(body)),
              "/api/pause");
      assertThat(answer.statusCode()).as(body).isEqualTo(400);
    }
    assertThat(get("/api/pause").statusCode()).isEqualTo(405);
  }

  private HttpResponse<String> get(String path) throws Exception {
    return send(HttpRequest.newBuilder(), path);
  }

  private HttpResponse<String> send(HttpRequest.Builder request, String path) throws Exception {
    return http.send(
        request.uri(server.uri().resolve(path)).build(), HttpResponse.BodyHandlers.ofString());
  }
}
