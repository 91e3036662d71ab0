package io.crossfade.wire;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.crossfade.core.table.TableId;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The control topic's records about comparisons, of the same form as those of {@link ControlCodec}.
 * Any instance writes them, in no transaction.
 */
public final class VerificationCodec {

  /** The key of the last order to compare again and again. In no transaction, by anybody. */
  public static final String WATCH_KEY = "order-watch";

  private static final String VERIFIED_PREFIX = "verified/";
  private static final String PARTLY_VERIFIED_PREFIX = "partly-verified/";

  private VerificationCodec() {}

  /** The key under which the last comparison of a new table stands. In no transaction. */
  public static String verifiedKey(TableId table) {
    return ControlCodec.key(VERIFIED_PREFIX, table);
  }

  /** Whether a record is about comparisons. */
  public static boolean isAboutVerification(String key) {
    return key.equals(WATCH_KEY)
        || key.startsWith(VERIFIED_PREFIX)
        || key.startsWith(PARTLY_VERIFIED_PREFIX);
  }

  /** The key under which it stands how far a round has come with a new table. */
  public static String partlyVerifiedKey(TableId table) {
    return ControlCodec.key(PARTLY_VERIFIED_PREFIX, table);
  }

  /** An order to compare again and again, as bytes. */
  public static byte[] encode(WatchOrder order) {
    ObjectNode json = ControlCodec.json();
    json.put("id", order.id()).put("on", order.on()).put("share", order.share());
    ArrayNode tables = json.putArray("tables");
    order.tables().forEach(tables::add);
    return ControlCodec.bytes(json.put("at", order.at().toString()));
  }

  /**
   * The order that the bytes hold.
   *
   * @throws MalformedRecordException where they hold none, or one of a newer version
   */
  public static WatchOrder watchOrder(byte[] bytes) {
    JsonNode json = ControlCodec.read(bytes);
    List<String> tables = new ArrayList<>();
    json.get("tables").forEach(table -> tables.add(table.asText()));
    return new WatchOrder(
        json.get("id").asText(),
        json.get("on").asBoolean(),
        json.get("share").asDouble(),
        tables,
        Instant.parse(json.get("at").asText()));
  }

  /** How the last comparison of a table ended, as bytes. */
  public static byte[] encode(LastVerified last) {
    ObjectNode json = ControlCodec.json();
    json.put("result", last.result()).put("at", last.at().toString());
    json.put("order", last.order()).put("round", last.round()).put("rows", last.rows());
    last.equal()
        .ifPresent(
            equal ->
                json.putObject("equal")
                    .put("at", equal.at().toString())
                    .put("position", equal.position()));
    return ControlCodec.bytes(json);
  }

  /**
   * The end of a comparison that the bytes hold.
   *
   * @throws MalformedRecordException where they hold none, or one of a newer version
   */
  public static LastVerified lastVerified(byte[] bytes) {
    JsonNode json = ControlCodec.read(bytes);
    return new LastVerified(
        json.get("result").asText(),
        Instant.parse(json.get("at").asText()),
        json.get("order").asText(),
        json.get("round").asLong(),
        json.get("rows").asLong(),
        Optional.ofNullable(json.get("equal"))
            .map(
                equal ->
                    new LastVerified.Equal(
                        Instant.parse(equal.get("at").asText()), equal.get("position").asText())));
  }

  /** How far a round has come with a table, as bytes. */
  public static byte[] encode(PartlyVerified partly) {
    ObjectNode json = ControlCodec.json();
    json.put("order", partly.order()).put("round", partly.round()).put("spec", partly.spec());
    ArrayNode next = json.putArray("next");
    partly.next().forEach(next::add);
    json.put("expectedRows", partly.expectedRows()).put("actualRows", partly.actualRows());
    json.put("ranges", partly.ranges()).put("suspects", partly.suspects());
    json.put("position", partly.position()).put("begun", partly.begun().toString());
    return ControlCodec.bytes(json);
  }

  /**
   * How far a round has come with a table, as the bytes say.
   *
   * @throws MalformedRecordException where they hold none, or one of a newer version
   */
  public static PartlyVerified partlyVerified(byte[] bytes) {
    JsonNode json = ControlCodec.read(bytes);
    List<String> next = new ArrayList<>();
    json.get("next").forEach(value -> next.add(value.asText()));
    return new PartlyVerified(
        json.get("order").asText(),
        json.get("round").asLong(),
        json.get("spec").asText(),
        next,
        json.get("expectedRows").asLong(),
        json.get("actualRows").asLong(),
        json.get("ranges").asLong(),
        json.get("suspects").asLong(),
        json.get("position").asText(),
        Instant.parse(json.get("begun").asText()));
  }
}
