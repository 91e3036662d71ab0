package io.crossfade.server;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.HttpExchange;
import io.crossfade.server.JobServer.Answer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The POST side of the API. A page of another site, open in a browser on this machine, may post to
 * loopback: it cannot send JSON without asking first, which nobody answers, so anything but JSON is
 * refused.
 */
final class Commands {

  private static final Logger LOG = LoggerFactory.getLogger(Commands.class);
  private static final String PREFIX = "/api/";
  private static final String BEARER = "Bearer ";

  /** More than any command needs. */
  private static final int LONGEST_BODY = 64 << 10;

  private final Optional<byte[]> token;
  private final Map<String, Command> commands;
  private final Supplier<Status> status;

  Commands(Optional<String> token, Map<String, Command> commands, Supplier<Status> status) {
    this.token = token.map(text -> text.getBytes(StandardCharsets.UTF_8));
    this.commands = Map.copyOf(commands);
    this.status = status;
  }

  /** Whether the request's path is that of a command. */
  boolean has(HttpExchange exchange) {
    String path = String.valueOf(exchange.getRequestURI().getPath());
    return path.startsWith(PREFIX) && commands.containsKey(path.substring(PREFIX.length()));
  }

  Answer answer(HttpExchange exchange) throws IOException {
    String path = exchange.getRequestURI().getPath();
    if (!exchange.getRequestMethod().equals("POST")) {
      return error(405, path + " takes POST, not " + exchange.getRequestMethod());
    }
    if (!isAllowed(exchange)) {
      return notAllowed("a command");
    }
    String type = String.valueOf(exchange.getRequestHeaders().getFirst("Content-Type"));
    if (!type.matches("(?i)application/json\\s*(;.*)?")) {
      return error(415, "a command's body is application/json");
    }
    byte[] body = exchange.getRequestBody().readNBytes(LONGEST_BODY + 1);
    if (body.length > LONGEST_BODY) {
      return error(413, "a command's body has at most " + LONGEST_BODY + " bytes");
    }
    JsonNode json;
    try {
      json = StatusJson.object(body);
    } catch (JsonProcessingException e) {
      return error(400, "the body is no JSON object: " + e.getOriginalMessage());
    }
    return run(path, commands.get(path.substring(PREFIX.length())), json);
  }

  private Answer run(String path, Command command, JsonNode body) {
    try {
      command.run(body);
      return Answer.json(200, StatusJson.write(status.get()));
    } catch (IllegalArgumentException e) {
      return error(400, String.valueOf(e.getMessage()));
    } catch (GateNotMet e) {
      return error(CommandRefused.GATE, String.valueOf(e.getMessage()));
    } catch (PartlyDone e) {
      return error(CommandRefused.PARTLY, String.valueOf(e.getMessage()));
    } catch (RuntimeException e) {
      LOG.warn("{} failed", path, e);
      return error(503, String.valueOf(e.getMessage()));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return error(503, "the job is ending");
    }
  }

  /** Compared in a time that does not tell how much of it was right. */
  boolean isAllowed(HttpExchange exchange) {
    if (token.isEmpty()) {
      return true;
    }
    String shown = exchange.getRequestHeaders().getFirst("Authorization");
    return shown != null
        && shown.startsWith(BEARER)
        && MessageDigest.isEqual(
            token.get(), shown.substring(BEARER.length()).getBytes(StandardCharsets.UTF_8));
  }

  static Answer notAllowed(String what) {
    return error(401, what + " needs the token of the spec: Authorization: Bearer <server.token>");
  }

  private static Answer error(int code, String message) {
    return Answer.json(code, StatusJson.error(message));
  }
}
