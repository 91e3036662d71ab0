package io.crossfade.wire;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.crossfade.core.table.TableId;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The control topic's records about comparisons, of the same form as those of {@link ControlCodec}.
 * Any instance writes them, in no transaction.
 */
public final class VerificationCodec {

  /** The key of the last order to compare again and again. In no transaction, by anybody. */
  public static final String WATCH_KEY = "order-watch";

  /** The key of a comparison that was asked for once. In no transaction, by anybody. */
  public static final String VERIFY_KEY = "order-verify";

  private static final String VERIFIED_PREFIX = "verified/";
  private static final String PARTLY_VERIFIED_PREFIX = "partly-verified/";
  private static final String PARTLY_ASKED_PREFIX = "partly-asked/";

  /** The newest form of {@link PartlyVerified}; the first one had a place to go on at only. */
  private static final int RANGES_FORM = 2;

  private VerificationCodec() {}

  /** The key under which the last comparison of a new table stands. In no transaction. */
  public static String verifiedKey(TableId table) {
    return ControlCodec.key(VERIFIED_PREFIX, table);
  }

  /** Whether a record is about comparisons. */
  public static boolean isAboutVerification(String key) {
    return key.equals(WATCH_KEY)
        || key.equals(VERIFY_KEY)
        || key.startsWith(VERIFIED_PREFIX)
        || key.startsWith(PARTLY_VERIFIED_PREFIX)
        || key.startsWith(PARTLY_ASKED_PREFIX);
  }

  /** The key under which it stands how far a round has come with a new table. */
  public static String partlyVerifiedKey(TableId table) {
    return ControlCodec.key(PARTLY_VERIFIED_PREFIX, table);
  }

  /**
   * The key under which it stands how far what was asked for once has come with a new table. Not
   * that of a round: the round goes on afterwards.
   */
  public static String partlyAskedKey(TableId table) {
    return ControlCodec.key(PARTLY_ASKED_PREFIX, table);
  }

  /** A comparison that was asked for once, as bytes. */
  public static byte[] encode(VerifyOrder order) {
    ObjectNode json = ControlCodec.json();
    json.put("id", order.id());
    ArrayNode tables = json.putArray("tables");
    order.tables().forEach(tables::add);
    json.put("masked", order.masked()).put("at", order.at().toString());
    ArrayNode wentOn = json.putArray("wentOn");
    order.wentOn().forEach(at -> wentOn.add(at.toString()));
    return ControlCodec.bytes(json);
  }

  /**
   * The comparison that was asked for, by the bytes.
   *
   * @throws MalformedRecordException where they hold none, or one of a newer version
   */
  public static VerifyOrder verifyOrder(byte[] bytes) {
    JsonNode json = ControlCodec.read(bytes);
    return new VerifyOrder(
        json.get("id").asText(),
        texts(json.get("tables")),
        json.get("masked").asBoolean(),
        Instant.parse(json.get("at").asText()),
        texts(json.get("wentOn")).stream().map(Instant::parse).toList());
  }

  private static List<String> texts(JsonNode array) {
    List<String> texts = new ArrayList<>();
    array.forEach(text -> texts.add(text.asText()));
    return texts;
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
    return new WatchOrder(
        json.get("id").asText(),
        json.get("on").asBoolean(),
        json.get("share").asDouble(),
        texts(json.get("tables")),
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
    last.reversed()
        .ifPresent(
            reversed -> {
              ObjectNode one = json.putObject("reversed").put("round", reversed.round());
              ObjectNode differences = one.putObject("differences");
              new TreeMap<>(reversed.differences()).forEach(differences::put);
            });
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
                        Instant.parse(equal.get("at").asText()), equal.get("position").asText())),
        Optional.ofNullable(json.get("reversed")).map(VerificationCodec::reversed));
  }

  private static LastVerified.Reversed reversed(JsonNode json) {
    Map<String, Long> differences = new TreeMap<>();
    json.get("differences")
        .properties()
        .forEach(entry -> differences.put(entry.getKey(), entry.getValue().asLong()));
    return new LastVerified.Reversed(json.get("round").asLong(), differences);
  }

  /** How far a comparison has come with a table, as bytes. */
  public static byte[] encode(PartlyVerified partly) {
    ObjectNode json = ControlCodec.json(RANGES_FORM);
    json.put("order", partly.order()).put("round", partly.round()).put("spec", partly.spec());
    ArrayNode left = json.putArray("left");
    for (PartlyVerified.Range range : partly.left()) {
      ObjectNode one = left.addObject();
      range.from().forEach(one.putArray("from")::add);
      range.to().forEach(one.putArray("to")::add);
    }
    json.put("expectedRows", partly.expectedRows()).put("actualRows", partly.actualRows());
    json.put("ranges", partly.ranges()).put("suspects", partly.suspects());
    json.put("position", partly.position()).put("begun", partly.begun().toString());
    partly
        .ended()
        .ifPresent(
            ended ->
                json.putObject("ended")
                    .put("at", ended.at().toString())
                    .put("position", ended.position()));
    return ControlCodec.bytes(json);
  }

  /**
   * How far a comparison has come with a table, as the bytes say.
   *
   * @throws MalformedRecordException where they hold none, or one of a newer version
   */
  public static PartlyVerified partlyVerified(byte[] bytes) {
    JsonNode json = ControlCodec.read(bytes, RANGES_FORM);
    List<PartlyVerified.Range> left = new ArrayList<>();
    if (json.has("left")) {
      json.get("left")
          .forEach(
              range ->
                  left.add(
                      new PartlyVerified.Range(texts(range.get("from")), texts(range.get("to")))));
    } else {
      left.add(new PartlyVerified.Range(texts(json.get("next")), List.of()));
    }
    return new PartlyVerified(
        json.get("order").asText(),
        json.get("round").asLong(),
        json.get("spec").asText(),
        left,
        json.get("expectedRows").asLong(),
        json.get("actualRows").asLong(),
        json.get("ranges").asLong(),
        json.get("suspects").asLong(),
        json.get("position").asText(),
        Instant.parse(json.get("begun").asText()),
        Optional.ofNullable(json.get("ended"))
            .map(
                ended ->
                    new PartlyVerified.Ended(
                        Instant.parse(ended.get("at").asText()), ended.get("position").asText())));
  }
}
