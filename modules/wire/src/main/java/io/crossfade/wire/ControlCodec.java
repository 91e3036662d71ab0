package io.crossfade.wire;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.crossfade.core.capture.PublishedLog;
import io.crossfade.core.capture.Resync;
import io.crossfade.core.capture.TableBackfill;
import io.crossfade.core.source.Extent;
import io.crossfade.core.source.SourceDatabase.LogBeginning;
import io.crossfade.core.source.TableDefinition;
import io.crossfade.core.table.TableId;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.UUID;

/**
 * The publisher's records in the control topic, which is compacted: the last record of a key
 * counts. Each is a JSON object with the version of its form under {@code v}.
 */
public final class ControlCodec {

  /** The key of the publisher's position. */
  public static final String POSITION_KEY = "position";

  /** The key of what the migration began with. */
  public static final String MAPPINGS_KEY = "mappings";

  /** The key of the last order about the backfill. Any instance writes it, in no transaction. */
  public static final String ORDER_KEY = "order";

  /** The key of the raw topics' identities. */
  public static final String TOPICS_KEY = "topics";

  private static final String BACKFILL_PREFIX = "backfill/";
  private static final String DEFINITION_PREFIX = "definition/";
  private static final String RESYNC_PREFIX = "resync/";

  /** Before the table, in the keys of orders to copy one again. In no transaction, by anybody. */
  private static final String RESYNC_ORDER_PREFIX = "order-resync/";

  /** Before an id that no other event has: each of them is kept. In no transaction, by anybody. */
  private static final String EVENT_PREFIX = "event/";

  /** Before the id of an end of phases, in the keys of the notes that hooks were told of it. */
  private static final String TOLD_PREFIX = "told/";

  private static final int VERSION = 1;
  private static final ObjectMapper JSON = new ObjectMapper();

  private ControlCodec() {}

  /**
   * Where the publisher stands: written in the same Kafka transaction as the records that it tells
   * of.
   *
   * @param sequence the last one given
   * @param beginning where the log began
   * @param log what of it is published
   * @param terms how often capture was begun
   * @param reached how far the log may have been confirmed to the source; empty where an older
   *     Crossfade has written it
   */
  public record Position(
      long sequence,
      LogBeginning beginning,
      PublishedLog.State log,
      long terms,
      Optional<String> reached) {}

  /** The key under which the state of a table's backfill stands. */
  public static String backfillKey(TableId table) {
    return key(BACKFILL_PREFIX, table);
  }

  /** The key under which a table's definition stands, as it was accepted last. */
  public static String definitionKey(TableId table) {
    return key(DEFINITION_PREFIX, table);
  }

  /** The key under which it stands that a table is copied again. */
  public static String resyncKey(TableId table) {
    return key(RESYNC_PREFIX, table);
  }

  /** The key of an order to copy a table again. */
  public static String resyncOrderKey(TableId table) {
    return key(RESYNC_ORDER_PREFIX, table);
  }

  /** Whether a record is an order to copy a table again. */
  public static boolean isResyncOrder(String key) {
    return key.startsWith(RESYNC_ORDER_PREFIX);
  }

  /**
   * The key of an event.
   *
   * @param id tells it from all others
   */
  public static String eventKey(UUID id) {
    return EVENT_PREFIX + id;
  }

  /** Whether a record is an event. */
  public static boolean isEvent(String key) {
    return key.startsWith(EVENT_PREFIX);
  }

  /**
   * The key under which it stands, as an event, that hooks were told of an end. In no transaction.
   *
   * @param id tells the end from all others
   */
  public static String toldKey(String id) {
    return TOLD_PREFIX + id;
  }

  /** Written as an array, for a dot may stand in either name. */
  static String key(String prefix, TableId table) {
    return prefix + JSON.createArrayNode().add(table.schema()).add(table.name());
  }

  /** The raw topics as bytes. */
  public static byte[] encode(RawTopics topics) {
    ObjectNode json = json();
    ObjectNode byName = json.putObject("topics");
    new TreeMap<>(topics.byName())
        .forEach(
            (name, topic) ->
                byName.putObject(name).put("id", topic.id()).put("partitions", topic.partitions()));
    return bytes(json);
  }

  /**
   * The raw topics that the bytes hold.
   *
   * @throws MalformedRecordException where they hold none, or some of a newer version
   */
  public static RawTopics topics(byte[] bytes) {
    Map<String, RawTopics.Topic> topics = new TreeMap<>();
    read(bytes)
        .get("topics")
        .properties()
        .forEach(
            e ->
                topics.put(
                    e.getKey(),
                    new RawTopics.Topic(
                        e.getValue().get("id").asText(), e.getValue().get("partitions").asInt())));
    return new RawTopics(topics);
  }

  /** A table's definition as bytes. */
  public static byte[] encode(TableDefinition definition) {
    ObjectNode json = json();
    json.putArray("table").add(definition.table().schema()).add(definition.table().name());
    ArrayNode items = json.putArray("items");
    for (TableDefinition.Item item : definition.items()) {
      items
          .addArray()
          .add(item.kind().name())
          .add(item.column())
          .add(item.name())
          .add(item.identity())
          .add(item.value());
    }
    return bytes(json);
  }

  /**
   * The definition that the bytes hold.
   *
   * @throws MalformedRecordException where they hold none, or one of a newer version
   */
  public static TableDefinition definition(byte[] bytes) {
    JsonNode json = read(bytes);
    List<TableDefinition.Item> items = new ArrayList<>();
    for (JsonNode item : json.get("items")) {
      items.add(
          new TableDefinition.Item(
              TableDefinition.Kind.valueOf(item.get(0).asText()),
              item.get(1).asText(),
              item.get(2).asText(),
              item.get(3).asText(),
              item.get(4).asText()));
    }
    return new TableDefinition(table(json.get("table")), items);
  }

  /** A copy that began again, as bytes. */
  public static byte[] encode(Resync resync) {
    return bytes(
        JSON.createObjectNode()
            .put("v", VERSION)
            .put("order", resync.order())
            .put("since", resync.since())
            .put("seen", resync.seen())
            .put("done", resync.done()));
  }

  /**
   * The copy that began again, which the bytes hold.
   *
   * @throws MalformedRecordException where they hold none, or one of a newer version
   */
  public static Resync resync(byte[] bytes) {
    JsonNode json = read(bytes);
    return new Resync(
        json.get("order").asText(),
        json.get("since").asLong(),
        json.get("seen").asText(),
        json.get("done").asBoolean());
  }

  /** An order to copy a table again, as bytes. */
  public static byte[] encode(ResyncOrder order) {
    return bytes(
        JSON.createObjectNode()
            .put("v", VERSION)
            .put("id", order.id())
            .put("reason", order.reason())
            .put("at", order.at().toString()));
  }

  /**
   * The order that the bytes hold.
   *
   * @throws MalformedRecordException where they hold none, or one of a newer version
   */
  public static ResyncOrder resyncOrder(byte[] bytes) {
    JsonNode json = read(bytes);
    return new ResyncOrder(
        json.get("id").asText(),
        json.get("reason").asText(),
        Instant.parse(json.get("at").asText()));
  }

  /** The SELECT of each new table, by its name, as bytes. */
  public static byte[] encode(Map<String, String> mappings) {
    ObjectNode json = json();
    ObjectNode tables = json.putObject("tables");
    new TreeMap<>(mappings).forEach(tables::put);
    return bytes(json);
  }

  /**
   * The mappings that the bytes hold.
   *
   * @throws MalformedRecordException where they hold none, or some of a newer version
   */
  public static Map<String, String> mappings(byte[] bytes) {
    Map<String, String> mappings = new TreeMap<>();
    read(bytes)
        .get("tables")
        .properties()
        .forEach(e -> mappings.put(e.getKey(), e.getValue().asText()));
    return mappings;
  }

  /** The position as bytes. */
  public static byte[] encode(Position position) {
    ObjectNode json = json();
    json.put("sequence", position.sequence()).put("terms", position.terms());
    json.putObject("log")
        .put("identity", position.beginning().identity())
        .put("before", position.beginning().before());
    position.log().horizon().ifPresent(horizon -> json.put("horizon", horizon));
    json.put("beyond", position.log().beyond());
    position.reached().ifPresent(reached -> json.put("reached", reached));
    position
        .log()
        .open()
        .ifPresent(
            open ->
                json.putObject("open")
                    .put("transaction", open.transaction())
                    .put("events", open.events()));
    return bytes(json);
  }

  /**
   * The position that the bytes hold.
   *
   * @throws MalformedRecordException where they hold none, or one of a newer version
   */
  public static Position position(byte[] bytes) {
    JsonNode json = read(bytes);
    Optional<PublishedLog.Open> open =
        Optional.ofNullable(json.get("open"))
            .map(
                node ->
                    new PublishedLog.Open(
                        node.get("transaction").asLong(), node.get("events").asLong()));
    return new Position(
        json.get("sequence").asLong(),
        new LogBeginning(
            json.get("log").get("identity").asText(), json.get("log").get("before").asText()),
        new PublishedLog.State(
            Optional.ofNullable(json.get("horizon")).map(JsonNode::asText),
            json.get("beyond").asText(),
            open),
        json.get("terms").asLong(),
        Optional.ofNullable(json.get("reached")).map(JsonNode::asText));
  }

  /** The state of a backfill as bytes. */
  public static byte[] encode(TableBackfill.State state) {
    ObjectNode json = json();
    json.put("attempt", state.attempt()).put("rows", state.rows()).put("chunks", state.chunks());
    ArrayNode extents = json.putArray("extents");
    for (Extent extent : state.extents()) {
      ObjectNode node = extents.addObject();
      node.putArray("table").add(extent.table().schema()).add(extent.table().name());
      node.putArray("part").add(extent.part().schema()).add(extent.part().name());
      node.put("identity", extent.identity());
      node.put("size", extent.size()).put("rows", extent.rowsEstimated());
    }
    ArrayNode done = json.putArray("done");
    for (TableBackfill.Done run : state.done()) {
      done.addArray().add(run.extent()).add(run.from()).add(run.to());
    }
    return bytes(json);
  }

  /**
   * The state of a backfill that the bytes hold.
   *
   * @throws MalformedRecordException where they hold none, or one of a newer version
   */
  public static TableBackfill.State backfill(byte[] bytes) {
    JsonNode json = read(bytes);
    List<Extent> extents = new ArrayList<>();
    for (JsonNode node : json.get("extents")) {
      extents.add(
          new Extent(
              table(node.get("table")),
              table(node.get("part")),
              node.get("identity").asText(),
              node.get("size").asLong(),
              node.get("rows").asLong()));
    }
    List<TableBackfill.Done> done = new ArrayList<>();
    for (JsonNode run : json.get("done")) {
      done.add(
          new TableBackfill.Done(run.get(0).asInt(), run.get(1).asLong(), run.get(2).asLong()));
    }
    return new TableBackfill.State(
        extents,
        done,
        json.get("rows").asLong(),
        json.get("chunks").asLong(),
        json.get("attempt").asInt());
  }

  /** An order as bytes. */
  public static byte[] encode(BackfillOrder order) {
    ObjectNode json = json();
    json.put("paused", order.paused());
    order.rowsPerSecond().ifPresent(rate -> json.put("rowsPerSecond", rate));
    order.inSpec().ifPresent(rate -> json.put("inSpec", rate));
    json.put("reason", order.reason()).put("at", order.at().toString());
    return bytes(json);
  }

  /**
   * The order that the bytes hold.
   *
   * @throws MalformedRecordException where they hold none, or one of a newer version
   */
  public static BackfillOrder order(byte[] bytes) {
    JsonNode json = read(bytes);
    return new BackfillOrder(
        json.get("paused").asBoolean(),
        rate(json.get("rowsPerSecond")),
        rate(json.get("inSpec")),
        json.get("reason").asText(),
        Instant.parse(json.get("at").asText()));
  }

  /** An event as bytes. */
  public static byte[] encode(Event event) {
    return bytes(
        JSON.createObjectNode()
            .put("v", VERSION)
            .put("at", event.at().toString())
            .put("who", event.who())
            .put("what", event.what())
            .put("why", event.why()));
  }

  /**
   * The event that the bytes hold.
   *
   * @throws MalformedRecordException where they hold none, or one of a newer version
   */
  public static Event event(byte[] bytes) {
    JsonNode json = read(bytes);
    return new Event(
        Instant.parse(json.get("at").asText()),
        json.get("who").asText(),
        json.get("what").asText(),
        json.get("why").asText());
  }

  private static OptionalLong rate(JsonNode node) {
    return node == null ? OptionalLong.empty() : OptionalLong.of(node.asLong());
  }

  /** A record to be, of this version. */
  static ObjectNode json() {
    return json(VERSION);
  }

  /** A record to be, of that version of its form. */
  static ObjectNode json(int version) {
    return JSON.createObjectNode().put("v", version);
  }

  private static TableId table(JsonNode names) {
    return new TableId(names.get(0).asText(), names.get(1).asText());
  }

  static byte[] bytes(ObjectNode json) {
    try {
      return JSON.writeValueAsBytes(json);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a tree of plain values cannot fail to be written", e);
    }
  }

  static JsonNode read(byte[] bytes) {
    return read(bytes, VERSION);
  }

  /** Of a kind of record that has got other forms since: all up to the newest one are read. */
  static JsonNode read(byte[] bytes, int newest) {
    JsonNode json;
    try {
      json = JSON.readTree(bytes);
    } catch (IOException e) {
      throw new MalformedRecordException("a record of the control topic is no JSON", e);
    }
    int version = json.path("v").asInt();
    if (version < VERSION || version > newest) {
      throw new MalformedRecordException(
          "a record of the control topic has form "
              + version
              + "; this Crossfade reads form "
              + newest
              + ": run the version that wrote it, or a newer one");
    }
    return json;
  }
}
