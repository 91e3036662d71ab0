package io.crossfade.wire;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.crossfade.core.phase.Phase;
import io.crossfade.core.phase.Standing;
import io.crossfade.core.phase.Standing.Tables;
import io.crossfade.core.table.TableId;
import io.crossfade.core.target.InputPartition;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
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
    if (!standing.tables().equals(Tables.NONE)) {
      names(json.putArray("old"), standing.tables().old());
      names(json.putArray("new"), standing.tables().fresh());
    }
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
        new Tables(names(json.path("old")), names(json.path("new"))),
        Instant.parse(json.get("since").asText()),
        json.get("who").asText(),
        json.get("why").asText());
  }

  private static void names(ArrayNode array, List<TableId> tables) {
    tables.forEach(
        table -> array.addObject().put("schema", table.schema()).put("name", table.name()));
  }

  private static List<TableId> names(JsonNode array) {
    List<TableId> tables = new ArrayList<>();
    array.forEach(
        one -> tables.add(new TableId(one.get("schema").asText(), one.get("name").asText())));
    return tables;
  }

  private static Phase phase(String name) {
    try {
      return Phase.valueOf(name);
    } catch (IllegalArgumentException e) {
      throw new MalformedRecordException("there is no phase " + name, e);
    }
  }
}
