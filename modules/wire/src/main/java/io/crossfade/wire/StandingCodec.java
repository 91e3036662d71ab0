package io.crossfade.wire;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.crossfade.core.phase.Phase;
import io.crossfade.core.phase.Standing;
import io.crossfade.core.target.InputPartition;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;

/**
 * The record of the control topic that says what was decided: {@link ControlCodec} for its kind.
 */
public final class StandingCodec {

  /** Its key. In a transaction of who leads. */
  public static final String KEY = "standing";

  private StandingCodec() {}

  /** What was decided, as bytes. */
  public static byte[] encode(Standing standing) {
    ObjectNode json =
        ControlCodec.json()
            .put("phase", standing.phase().name())
            .put("round", standing.round())
            .put("forward", standing.forward())
            .put("reverse", standing.reverse());
    ArrayNode from = json.putArray("reverseFrom");
    new TreeMap<>(standing.reverseFrom())
        .forEach(
            (partition, offset) ->
                from.addObject()
                    .put("topic", partition.topic())
                    .put("partition", partition.partition())
                    .put("offset", offset));
    json.put("since", standing.since().toString());
    return ControlCodec.bytes(json.put("who", standing.who()).put("why", standing.why()));
  }

  /**
   * What was decided, by the bytes.
   *
   * @throws MalformedRecordException where they do not say, or in a newer version's form
   */
  public static Standing decode(byte[] bytes) {
    JsonNode json = ControlCodec.read(bytes);
    Map<InputPartition, Long> from = new HashMap<>();
    json.get("reverseFrom")
        .forEach(
            one ->
                from.put(
                    new InputPartition(one.get("topic").asText(), one.get("partition").asInt()),
                    one.get("offset").asLong()));
    return new Standing(
        phase(json.path("phase").asText()),
        json.get("round").asLong(),
        json.get("forward").asLong(),
        json.get("reverse").asLong(),
        from,
        Instant.parse(json.get("since").asText()),
        json.get("who").asText(),
        json.get("why").asText());
  }

  private static Phase phase(String name) {
    try {
      return Phase.valueOf(name);
    } catch (IllegalArgumentException e) {
      throw new MalformedRecordException("there is no phase " + name, e);
    }
  }
}
