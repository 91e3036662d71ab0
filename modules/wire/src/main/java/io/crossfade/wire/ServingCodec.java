package io.crossfade.wire;

import com.fasterxml.jackson.databind.JsonNode;
import io.crossfade.core.serving.Serving;
import io.crossfade.core.serving.Side;
import java.time.Instant;
import java.util.Locale;

/** The record of the control topic that says who serves: {@link ControlCodec} for its kind. */
public final class ServingCodec {

  /** Its key. In no transaction. */
  public static final String KEY = "serving";

  private ServingCodec() {}

  /** Who serves, as bytes. */
  public static byte[] encode(Serving serving) {
    return ControlCodec.bytes(
        ControlCodec.json()
            .put("reads", text(serving.reads()))
            .put("writes", text(serving.writes()))
            .put("since", serving.since().toString())
            .put("who", serving.who())
            .put("why", serving.why()));
  }

  /**
   * Who serves, by the bytes.
   *
   * @throws MalformedRecordException where they do not say, or in a newer version's form
   */
  public static Serving decode(byte[] bytes) {
    JsonNode json = ControlCodec.read(bytes);
    return new Serving(
        side(json.path("reads")),
        side(json.path("writes")),
        Instant.parse(json.get("since").asText()),
        json.get("who").asText(),
        json.get("why").asText());
  }

  private static String text(Side side) {
    return side.name().toLowerCase(Locale.ROOT);
  }

  private static Side side(JsonNode json) {
    return switch (json.asText()) {
      case "old" -> Side.OLD;
      case "new" -> Side.NEW;
      default -> throw new MalformedRecordException("a side is old or new, not " + json);
    };
  }
}
