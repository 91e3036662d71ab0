package io.crossfade.server;

import io.crossfade.core.serving.Side;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/** Asks a running job, and tells it what to do. */
public final class JobClient {
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  /** A command waits for Kafka. */
  private static final Duration COMMAND_PATIENCE = Duration.ofSeconds(40);

  private static final String EVENT_DATA = "data: ";

  private final HttpClient http = HttpClient.newBuilder().connectTimeout(PATIENCE).build();
  private final URI api;
  private final Optional<String> token;

  /**
   * A client of the job that listens there.
   *
   * @param bind as in the spec; where it stands for all addresses, loopback is asked
   * @param token what commands show
   */
  public JobClient(String bind, int port, Optional<String> token) {
    this.api = uri(bind, port);
    this.token = token;
  }

  /**
   * The job's status. Waits up to five seconds; may be repeated.
   *
   * @throws NoJob where none answers, or something else does
   */
  public Status status() throws NoJob, InterruptedException {
    try {
      HttpResponse<String> response =
          send(HttpRequest.newBuilder(api.resolve("/api/status")).timeout(PATIENCE));
      if (response.statusCode() != 200) {
        throw new IOException("it answers with HTTP " + response.statusCode());
      }
      return StatusJson.read(response.body());
    } catch (IOException e) {
      throw noJob(e);
    }
  }

  /**
   * Has the job do something; waits until it is done.
   *
   * @param command its name
   * @param reason why, for those who look later; empty where nothing is to be said
   * @param maxRowsPerSecond for {@code throttle}; empty: as fast as it can
   * @return the status after it
   * @throws NoJob where none answers
   * @throws CommandRefused where it was not done
   */
  public Status command(String command, String reason, OptionalLong maxRowsPerSecond)
      throws NoJob, CommandRefused, InterruptedException {
    return command(command, StatusJson.order(reason, maxRowsPerSecond));
  }

  /**
   * Has the job do something about rows that the target refused; waits until it is done.
   *
   * @param command {@code rows/retry} or {@code rows/skip}
   * @param parameters by their names
   * @return the status after it
   * @throws NoJob where none answers
   * @throws CommandRefused where it was not done
   */
  public Status rows(String command, Map<String, String> parameters)
      throws NoJob, CommandRefused, InterruptedException {
    return command(command, StatusJson.body(parameters));
  }

  /**
   * The rows that the target refused; the job asks the target for them.
   *
   * @throws NoJob where none answers
   * @throws CommandRefused where the job cannot tell now
   */
  public List<RefusedRow> rows() throws NoJob, CommandRefused, InterruptedException {
    try (InputStream rows = document("rows")) {
      return StatusJson.readRows(new String(rows.readAllBytes(), StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw noJob(e);
    }
  }

  /**
   * As {@link #command}, about tables.
   *
   * @param table its name; empty for all
   */
  public Status commandOnTable(String command, String reason, Optional<String> table)
      throws NoJob, CommandRefused, InterruptedException {
    return command(command, StatusJson.order(reason, table));
  }

  /** As {@link #command}: marks who serves reads. */
  public Status reads(Side side, String reason) throws NoJob, CommandRefused, InterruptedException {
    return command(
        "reads",
        StatusJson.body(Map.of("side", side.name().toLowerCase(Locale.ROOT), "reason", reason)));
  }

  /**
   * As the other, with a body of the command's own.
   *
   * @param body a JSON object
   */
  public Status command(String command, String body)
      throws NoJob, CommandRefused, InterruptedException {
    String signed = StatusJson.signed(body, Operator.here());
    HttpRequest.Builder request =
        HttpRequest.newBuilder(api.resolve("/api/" + command))
            .timeout(COMMAND_PATIENCE)
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(signed, StandardCharsets.UTF_8));
    token.ifPresent(secret -> request.header("Authorization", "Bearer " + secret));
    try {
      HttpResponse<String> response = send(request);
      if (response.statusCode() != 200) {
        throw new CommandRefused(
            "%s was not done: %s"
                .formatted(command.replace('/', ' '), StatusJson.errorIn(response.body())),
            response.statusCode());
      }
      return StatusJson.read(response.body());
    } catch (IOException e) {
      throw noJob(e);
    }
  }

  /**
   * What was done to the migration, the oldest first.
   *
   * @throws NoJob where none answers
   * @throws CommandRefused where the job cannot tell now
   */
  public List<JobEvent> events() throws NoJob, CommandRefused, InterruptedException {
    try (InputStream events = document("events")) {
      return StatusJson.readEvents(new String(events.readAllBytes(), StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw noJob(e);
    }
  }

  /**
   * As {@link #events}, and then each that comes. Ends by an exception only.
   *
   * @throws NoJob where none answers, or not any more
   */
  public void followEvents(Consumer<JobEvent> each)
      throws NoJob, CommandRefused, InterruptedException {
    try (InputStream stream = open("events", "text/event-stream");
        BufferedReader lines =
            new BufferedReader(new InputStreamReader(stream, StandardCharsets.UTF_8))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        if (line.startsWith(EVENT_DATA)) {
          each.accept(StatusJson.readEvent(line.substring(EVENT_DATA.length())));
        }
      }
      throw new IOException("it has ended");
    } catch (IOException e) {
      throw noJob(e);
    }
  }

  /**
   * Reads what the job has to be read. The caller closes it.
   *
   * @param name for instance {@code verification}
   * @throws NoJob where none answers
   * @throws CommandRefused where there is no such thing, or the token is missing
   */
  public InputStream document(String name) throws NoJob, CommandRefused, InterruptedException {
    return open(name, "*/*");
  }

  private InputStream open(String name, String accept)
      throws NoJob, CommandRefused, InterruptedException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(api.resolve("/api/" + name))
            .timeout(COMMAND_PATIENCE)
            .header("Accept", accept);
    token.ifPresent(secret -> request.header("Authorization", "Bearer " + secret));
    try {
      HttpResponse<InputStream> response =
          http.send(request.build(), HttpResponse.BodyHandlers.ofInputStream());
      if (response.statusCode() != 200) {
        try (InputStream body = response.body()) {
          throw new CommandRefused(
              StatusJson.errorIn(new String(body.readAllBytes(), StandardCharsets.UTF_8)),
              response.statusCode());
        }
      }
      return response.body();
    } catch (IOException e) {
      throw noJob(e);
    }
  }

  /**
   * As the other, of a document that is asked for something.
   *
   * @param parameters by their names
   */
  public InputStream document(String name, Map<String, String> parameters)
      throws NoJob, CommandRefused, InterruptedException {
    String query =
        parameters.entrySet().stream()
            .map(entry -> encoded(entry.getKey()) + "=" + encoded(entry.getValue()))
            .collect(Collectors.joining("&"));
    return document(name + "?" + query);
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }

  private HttpResponse<String> send(HttpRequest.Builder request)
      throws IOException, InterruptedException {
    return http.send(request.build(), HttpResponse.BodyHandlers.ofString(StandardCharsets.UTF_8));
  }

  private NoJob noJob(IOException e) {
    String why = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
    return new NoJob(
        "no job answers at %s (%s); start it with `crossfade run`"
            .formatted(api, why.lines().findFirst().orElse("")),
        e);
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
