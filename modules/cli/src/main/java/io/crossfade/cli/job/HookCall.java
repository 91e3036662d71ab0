package io.crossfade.cli.job;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.crossfade.spec.HookSpec;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodySubscribers;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Calls a webhook. */
final class HookCall {

  private static final ObjectMapper JSON = new ObjectMapper();

  /** A redirect would send what was meant for one to another. */
  private final HttpClient http =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .followRedirects(HttpClient.Redirect.NEVER)
          .build();

  /**
   * Posts, and waits for the whole answer. An interrupt gives it up.
   *
   * @param told the members of the JSON object that is sent
   * @param output takes what is answered
   * @return why it has not succeeded; empty where it has
   */
  Optional<String> run(
      HookSpec.Webhook webhook, Map<String, String> told, Duration timeout, Tail output)
      throws InterruptedException {
    ObjectNode json = JSON.createObjectNode();
    told.forEach(json::put);
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(webhook.url().value()))
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(json.toString()))
            .build();
    CompletableFuture<HttpResponse<Void>> answer =
        http.sendAsync(
            request,
            head ->
                BodySubscribers.ofByteArrayConsumer(
                    part -> part.ifPresent(b -> output.add(b, b.length))));
    try {
      int status = answer.get(timeout.toNanos(), TimeUnit.NANOSECONDS).statusCode();
      return complaint(status);
    } catch (TimeoutException e) {
      return Optional.of("it has not answered within " + timeout.toMillis() + " ms");
    } catch (ExecutionException e) {
      Throwable cause = e.getCause();
      String why = cause.getMessage() == null ? "" : ": " + cause.getMessage();
      return Optional.of("no answer, " + cause.getClass().getSimpleName() + why);
    } finally {
      answer.cancel(true);
    }
  }

  private static Optional<String> complaint(int status) {
    if (status >= 200 && status < 300) {
      return Optional.empty();
    }
    return Optional.of(
        "HTTP "
            + status
            + (status >= 300 && status < 400
                ? ", a redirect, which is not followed: write where it leads to"
                : ""));
  }
}
