package io.crossfade.server;

import com.fasterxml.jackson.databind.JsonNode;

/** What a job does when it is told to. */
@FunctionalInterface
public interface Command {

  /**
   * Does it; blocks until it is done, or refused.
   *
   * @param body a JSON object
   * @throws IllegalArgumentException where the body asks for what cannot be; its message is for
   *     people
   * @throws GateNotMet where something has to be so before
   * @throws PartlyDone where it counts, but is not done everywhere yet
   * @throws RuntimeException where it could not be done now; its message is for people
   */
  void run(JsonNode body) throws InterruptedException;
}
