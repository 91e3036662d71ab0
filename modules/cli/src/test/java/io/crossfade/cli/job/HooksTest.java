package io.crossfade.cli.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.crossfade.core.phase.Phase;
import io.crossfade.spec.SpecReader;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Real programs, and a real server. */
@Timeout(60)
class HooksTest {

  private static final String SECRET = "hunter2-marker";
  private static final PhaseEnd SWITCHED =
      new PhaseEnd(
          Optional.of("switch-1"), List.of(Phase.CUTTING_OVER), "switched", "anna", "today");

  @TempDir private Path directory;
  private final Queue<String> journal = new ConcurrentLinkedQueue<>();
  private final Queue<String> received = new ConcurrentLinkedQueue<>();
  private final CountDownLatch ended = new CountDownLatch(1);
  private Optional<HttpServer> server = Optional.empty();

  @AfterEach
  void stop() {
    ended.countDown();
    server.ifPresent(running -> running.stop(0));
  }

  @Test
  void shouldTellACommandWhatHappensAndRunItInTheSpecsDirectory() throws Exception {
    script("note.sh", "env | grep ^CROSSFADE_ | sort > told; echo \"$1\" >> told");

    try (Hooks hooks = hooks("{ before: cutting-over, command: [./note.sh, \"a b;$c\"] }")) {
      hooks.before(Phase.CUTTING_OVER, "anna", "it's\ntime", line -> journal.add(line));
    }

    assertThat(Files.readString(directory.resolve("told")))
        .isEqualTo(
            """
            CROSSFADE_MIGRATION=demo
            CROSSFADE_PHASE=cutting-over
            CROSSFADE_REASON=it's
            CROSSFADE_WHEN=before
            CROSSFADE_WHO=anna
            a b;$c
            """);
    assertThat(journal).containsExactly("hook before: cutting-over, ./note.sh a b;$c");
  }

  @Test
  void shouldStopAtTheFirstThatFailsAndSayWhatItHasSaidLast() throws Exception {
    script("fail.sh", "seq 1 200000; printf 'because of \\033[31m%s\\n' \"$1\"; exit 3");
    script("next.sh", "touch next");

    try (Hooks hooks =
        hooks(
            "{ before: cutting-over, command: [./fail.sh, \"${env:SECRET}\"] }",
            "{ before: cutting-over, command: [./next.sh] }")) {
      assertThatThrownBy(() -> before(hooks))
          .isInstanceOf(HookFailed.class)
          .hasMessageStartingWith(
              "before: cutting-over, ./fail.sh ${env:SECRET}: exit code 3; correct the cause and")
          .hasMessageEndingWith("\n  199999\n  200000\n  because of [31m${env:SECRET}")
          .extracting(e -> e.getMessage().length())
          .satisfies(length -> assertThat((int) length).isLessThan(400));
    }

    assertThat(directory.resolve("next")).doesNotExist();
  }

  @Test
  void shouldSayThatAProgramIsNotThere() throws Exception {
    try (Hooks hooks = hooks("{ before: cutting-over, command: [./none.sh] }")) {
      assertThatThrownBy(() -> before(hooks))
          .isInstanceOf(HookFailed.class)
          .hasMessageContaining("./none.sh: it cannot be started: ")
          .hasMessageContaining("No such file");
    }
  }

  @Test
  void shouldKillACommandAndWhatItHasStartedWhenItsTimeIsOver() throws Exception {
    script(
        "hang.sh", "sleep 600 & echo $! > child; sh -c 'sleep 600 & echo $! > grandchild; wait'");

    try (Hooks hooks = hooks("{ before: cutting-over, timeout: 1s, command: [./hang.sh] }")) {
      assertThatThrownBy(() -> before(hooks))
          .isInstanceOf(HookFailed.class)
          .hasMessageContaining("it has not ended within 1000 ms, and was killed");
    }

    await(() -> !isAlive("child") && !isAlive("grandchild"));
  }

  @Test
  void shouldKillWhatRunsWhenTheJobIsClosed() throws Exception {
    script("hang.sh", "sleep 600 & echo $! > child; wait");
    Hooks hooks = hooks("{ before: cutting-over, timeout: 10m, command: [./hang.sh] }");
    CompletableFuture<Void> run = CompletableFuture.runAsync(() -> beforeUnchecked(hooks));
    await(() -> pid("child").isPresent());

    hooks.close();

    await(() -> !isAlive("child"));
    assertThatThrownBy(() -> run.get(10, TimeUnit.SECONDS)).isInstanceOf(ExecutionException.class);
  }

  @Test
  void shouldNotWaitForWhatACommandLeavesInTheBackground() throws Exception {
    script("leave.sh", "sleep 600 & echo $! > child");
    try (Hooks hooks = hooks("{ before: cutting-over, command: [./leave.sh] }")) {
      before(hooks);
    }
    assertThat(isAlive("child")).isTrue();
    ProcessHandle.of(pid("child").orElseThrow()).ifPresent(ProcessHandle::destroyForcibly);
  }

  @Test
  void shouldPostWhatHasHappened() throws Exception {
    String url = serve(exchange -> answer(exchange, 204, ""));

    try (Hooks hooks = hooks("{ after: cutting-over, webhook: \"" + url + "/a?b=c\" }")) {
      hooks.after(SWITCHED);
      hooks.await();
    }

    assertThat(received)
        .containsExactly(
            "POST /a?b=c application/json {\"migration\":\"demo\",\"phase\":\"cutting-over\","
                + "\"when\":\"after\",\"who\":\"anna\",\"reason\":\"today\",\"outcome\":\"switched\"}");
    assertThat(journal).isEmpty();
  }

  @Test
  void shouldTakeOnlySuccessAsSuchAndRepeatNoSecretOfTheUrl() throws Exception {
    String url =
        serve(
            exchange ->
                answer(exchange, 500, "x".repeat(9_999) + "\nno " + exchange.getRequestURI()));

    try (Hooks hooks =
        hooks("{ before: cutting-over, webhook: \"" + url + "/a?b=${env:SECRET}\" }")) {
      assertThatThrownBy(() -> before(hooks))
          .isInstanceOf(HookFailed.class)
          .hasMessageContaining("/a?b=${env:SECRET}: HTTP 500; correct the cause")
          .hasMessageEndingWith("\n  no ***")
          .hasMessageNotContaining(SECRET);
    }
  }

  @Test
  void shouldFollowNoRedirect() throws Exception {
    String url =
        serve(
            exchange -> {
              exchange.getResponseHeaders().add("Location", "/elsewhere");
              answer(exchange, 307, "");
            });

    try (Hooks hooks = hooks("{ before: cutting-over, webhook: \"" + url + "/here\" }")) {
      assertThatThrownBy(() -> before(hooks))
          .hasMessageContaining("HTTP 307, a redirect, which is not followed");
    }

    assertThat(received).hasSize(1).allMatch(request -> request.startsWith("POST /here "));
  }

  /** Fails where only the head of an answer has to come in time. */
  @Test
  @Timeout(15)
  void shouldGiveAWebhookUpWhenItsTimeIsOver() throws Exception {
    String url =
        serve(
            exchange -> {
              exchange.sendResponseHeaders(200, 0);
              exchange.getResponseBody().write('x');
              exchange.getResponseBody().flush();
              await(ended);
            });

    try (Hooks hooks =
        hooks("{ before: cutting-over, timeout: 500ms, webhook: \"" + url + "/\" }")) {
      assertThatThrownBy(() -> before(hooks))
          .isInstanceOf(HookFailed.class)
          .hasMessageContaining("it has not answered within 500 ms");
    }
  }

  @Test
  void shouldSayThatNobodyAnswersAtAWebhook() throws Exception {
    String url = serve(exchange -> answer(exchange, 200, ""));
    stop();

    try (Hooks hooks = hooks("{ before: cutting-over, webhook: \"" + url + "/\" }")) {
      assertThatThrownBy(() -> before(hooks))
          .isInstanceOf(HookFailed.class)
          .hasMessageContaining("no answer, ConnectException");
    }
  }

  /**
   * Fails where a hook after a phase stops anything, or where what comes before the next phase does
   * not wait for it.
   */
  @Test
  void shouldGoOnBehindAHookThatFailsAfterAPhaseAndKeepTheOrder() throws Exception {
    script(
        "note.sh",
        "sleep 0.$2; echo $1 $CROSSFADE_WHEN $CROSSFADE_PHASE $CROSSFADE_OUTCOME >> log; exit $1");

    try (Hooks hooks =
        hooks(
            "{ after: cutting-over, command: [./note.sh, \"7\", \"5\"] }",
            "{ after: cutting-over, command: [./note.sh, \"0\", \"2\"] }",
            "{ after: reversed, command: [./note.sh, \"1\", \"0\"] }",
            "{ before: cutting-over, command: [./note.sh, \"0\", \"0\"] }")) {
      hooks.after(SWITCHED);
      before(hooks);
    }

    assertThat(Files.readAllLines(directory.resolve("log")))
        .containsExactly(
            "7 after cutting-over switched",
            "0 after cutting-over switched",
            "0 before cutting-over");
    assertThat(journal).containsExactly("hook after: cutting-over, ./note.sh 7 5: exit code 7");
  }

  @Test
  void shouldTellOfTheEndOfTheBackfillOnce() throws Exception {
    script("note.sh", "echo $CROSSFADE_PHASE $CROSSFADE_OUTCOME >> log");
    Queue<Boolean> looks = new ConcurrentLinkedQueue<>(List.of(false, false, true));

    try (Hooks hooks =
        hooks(
            "{ after: backfilling, command: [./note.sh] }",
            "{ before: cutting-over, command: [\"true\"] }")) {
      hooks.awaitBackfill(() -> looks.isEmpty() || looks.remove());
      await(() -> Files.exists(directory.resolve("log")));
      before(hooks);
    }

    assertThat(looks).isEmpty();
    assertThat(Files.readAllLines(directory.resolve("log"))).containsExactly("backfilling done");
  }

  private static void before(Hooks hooks) throws InterruptedException {
    hooks.before(Phase.CUTTING_OVER, "anna", "", line -> {});
  }

  private static void beforeUnchecked(Hooks hooks) {
    try {
      before(hooks);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private Hooks hooks(String... entries) throws Exception {
    Path spec =
        Files.writeString(
            directory.resolve("m.yaml"),
            """
            migration: demo
            source: { connector: postgres, url: "jdbc:postgresql://h/d", username: u }
            target: { connector: postgres, url: "jdbc:postgresql://h/d", username: u }
            kafka: { bootstrap-servers: k:9092 }
            tables: [ { into: p.a, from: p.b } ]
            hooks:
              - %s
            """
                .formatted(String.join("\n  - ", entries)));
    return new Hooks(
        SpecReader.read(spec, Map.of("SECRET", SECRET)).orThrow(), Optional.empty(), journal::add);
  }

  private void script(String name, String text) throws IOException {
    Path file = Files.writeString(directory.resolve(name), "#!/bin/sh\n" + text + "\n");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwx------"));
  }

  private Optional<Long> pid(String file) {
    try {
      String text = Files.readString(directory.resolve(file));
      return text.endsWith("\n") ? Optional.of(Long.parseLong(text.strip())) : Optional.empty();
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  private boolean isAlive(String file) {
    return pid(file).flatMap(ProcessHandle::of).filter(ProcessHandle::isAlive).isPresent();
  }

  private static void await(BooleanSupplier condition) throws InterruptedException {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).isLessThan(end);
      TimeUnit.MILLISECONDS.sleep(10);
    }
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private interface Answer {
    void to(HttpExchange exchange) throws IOException;
  }

  private String serve(Answer answer) throws IOException {
    HttpServer started =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    started.createContext(
        "/",
        exchange -> {
          String body =
              new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
          received.add(
              exchange.getRequestMethod()
                  + " "
                  + exchange.getRequestURI()
                  + " "
                  + exchange.getRequestHeaders().getFirst("Content-Type")
                  + " "
                  + body);
          answer.to(exchange);
          exchange.close();
        });
    started.start();
    server = Optional.of(started);
    return "http://127.0.0.1:" + started.getAddress().getPort();
  }

  private static void answer(HttpExchange exchange, int status, String text) throws IOException {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
    exchange.getResponseBody().write(bytes);
  }
}
