package io.crossfade.transform;

import io.crossfade.core.table.Operation;
import io.crossfade.core.table.Row;
import io.crossfade.core.table.Table;
import io.crossfade.core.target.Arbiter;
import io.crossfade.core.target.Contribution;
import io.crossfade.sql.EvaluationException;
import io.crossfade.sql.Joining;
import io.crossfade.sql.group.Grouping;
import io.crossfade.wire.Contributions;
import io.crossfade.wire.Contributions.Side;
import io.crossfade.wire.Provenance;
import io.crossfade.wire.RowCodec;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.utils.Bytes;

/**
 * A flow's topics in memory: what the processors do to their stores, without Kafka. Each partition
 * keeps its order; which of them goes on next is up to chance. So a table may be far behind another
 * one, and what was sent last may arrive first elsewhere.
 */
final class SimulatedFlow {

  private static final int PARTITIONS = 3;

  /** A planted bug. */
  enum Bug {
    /** What is claimed no more stays. */
    NOTHING_IS_TAKEN_BACK,
    /** Any old row's word takes the new row away. */
    ANYBODY_TAKES_AWAY,
    /** Whose word comes last has the key. */
    LAST_TO_COME_HAS_IT,
    /** The first claim is remembered only. */
    ONE_KEY_IS_REMEMBERED,
    /** A row on the right is there for those only that come after it. */
    THE_RIGHT_WAKES_NOBODY,
    /** Who was alone stays so, too. */
    NOBODY_IS_ALONE_NO_MORE,
    /** Whose partner goes is not alone. */
    NOBODY_BECOMES_ALONE,
    /** Pairs are called by their rows, whatever these share. */
    PAIRS_ARE_THEIR_ROWS,
    /** What a row was stays in its group. */
    ROWS_ARE_NEVER_TAKEN_OUT,
    /** A group without rows is one still. */
    EMPTY_GROUPS_STAY
  }

  private record Message(byte[] key, byte[] value, Headers headers) {}

  /** One partition of a topic, with the stores of its task. */
  private static final class Partition {
    final InputTopic topic;
    final Deque<Message> queue = new ArrayDeque<>();
    final Map<String, Map<Bytes, byte[]>> contributed = new HashMap<>();
    final Map<Bytes, Map<Side, Map<Bytes, byte[]>>> members = new HashMap<>();
    final Map<Bytes, Map<Bytes, List<Row>>> grouped = new HashMap<>();
    final Map<Bytes, List<String>> groups = new HashMap<>();
    final Map<Bytes, Arbiter<byte[]>> claims = new HashMap<>();
    final Map<Bytes, List<Contribution<byte[]>>> heard = new HashMap<>();

    Partition(InputTopic topic) {
      this.topic = topic;
    }
  }

  private final Map<String, List<Partition>> topics = new TreeMap<>();
  private final Map<Table, String> raw = new HashMap<>();
  private final Random random;
  private final Optional<Bug> bug;
  private long sequence;

  SimulatedFlow(FlowTopics flow, Random random, Optional<Bug> bug) {
    this.random = random;
    this.bug = bug;
    for (InputTopic topic : flow.all()) {
      List<Partition> partitions = new ArrayList<>();
      for (int i = 0; i < PARTITIONS; i++) {
        partitions.add(new Partition(topic));
      }
      topics.put(topic.name(), partitions);
    }
    flow.raw().forEach(topic -> raw.put(topic.codec().table(), topic.name()));
  }

  private boolean has(Bug one) {
    return bug.equals(Optional.of(one));
  }

  /** A change of an old row; of one that is deleted the key is there. */
  void publish(Table table, Row row, boolean deleted) {
    RowCodec codec = new RowCodec(table);
    Headers headers = new RecordHeaders();
    new Provenance(
            deleted ? Operation.DELETE : Operation.UPDATE,
            ++sequence,
            "0/0",
            "1",
            Instant.ofEpochMilli(0))
        .writeTo(headers);
    send(raw.get(table), new Message(codec.key(row), deleted ? null : codec.value(row), headers));
  }

  private void send(String topic, Message message) {
    topics
        .get(topic)
        .get(Math.floorMod(Arrays.hashCode(message.key()), PARTITIONS))
        .queue
        .add(message);
  }

  /** Until all has gone through. */
  void run() {
    List<Partition> all = topics.values().stream().flatMap(List::stream).toList();
    while (true) {
      List<Partition> open = all.stream().filter(p -> !p.queue.isEmpty()).toList();
      if (open.isEmpty()) {
        return;
      }
      Partition next = open.get(random.nextInt(open.size()));
      take(next, next.queue.removeFirst());
    }
  }

  private void take(Partition at, Message message) {
    if (at.topic.meeting().isPresent()) {
      meet(at, message);
    } else if (at.topic.contributing().isEmpty()) {
      claim(at, message);
    } else {
      at.topic.contributing().forEach(mapping -> contribute(at, mapping, message));
    }
  }

  private void contribute(Partition at, Contributing mapping, Message message) {
    Map<Bytes, byte[]> store =
        at.contributed.computeIfAbsent(mapping.store(), name -> new HashMap<>());
    byte[] stored = store.get(Bytes.wrap(message.key()));
    List<byte[]> before = stored == null ? List.of() : Contributions.decodeKeys(stored);
    Map<Bytes, byte[]> now = rows(at, mapping, message);
    Headers headers = new RecordHeaders(message.headers());
    mapping.sign(message.key(), headers);
    for (Contributing.Said said : Contributing.said(before, now)) {
      if (said.row() != null || !has(Bug.NOTHING_IS_TAKEN_BACK)) {
        send(mapping.topic(), new Message(said.key(), said.row(), headers));
      }
    }
    List<byte[]> keys = now.keySet().stream().map(Bytes::get).toList();
    boolean one = has(Bug.ONE_KEY_IS_REMEMBERED) && keys.size() > 1;
    store.put(Bytes.wrap(message.key()), Contributions.encodeKeys(one ? keys.subList(0, 1) : keys));
  }

  private static Map<Bytes, byte[]> rows(Partition at, Contributing mapping, Message message) {
    try {
      return message.value() == null
          ? Map.of()
          : mapping.rows(message.key(), at.topic.codec().row(message.value()));
    } catch (EvaluationException e) {
      throw new IllegalStateException(e);
    }
  }

  private void meet(Partition at, Message message) {
    if (at.topic.meeting().get() instanceof Meeting.Joining joining) {
      join(at, message, joining.step());
    } else {
      group(at, message, ((Meeting.Grouped) at.topic.meeting().get()).grouping());
    }
  }

  private void group(Partition at, Message message, Grouping grouping) {
    Bytes key = Bytes.wrap(message.key());
    Bytes name = Bytes.wrap(Contributions.of(message.headers(), message.value()).source().bytes());
    Map<Bytes, List<Row>> members = at.grouped.computeIfAbsent(key, k -> new TreeMap<>());
    Grouping.Group group =
        at.groups.containsKey(key) ? grouping.of(at.groups.get(key)) : grouping.none();
    List<Row> now = message.value() == null ? List.of() : Contributions.decodeRows(message.value());
    List<Row> before = members.getOrDefault(name, List.of());
    if (!has(Bug.ROWS_ARE_NEVER_TAKEN_OUT)) {
      before.forEach(group::remove);
    }
    now.forEach(group::add);
    members.put(name, now);
    boolean empty = group.isEmpty() && !has(Bug.EMPTY_GROUPS_STAY);
    byte[] value;
    try {
      value =
          empty
              ? null
              : at.topic
                  .codec()
                  .value(
                      group.row(
                          new RowCodec(grouping.key()).row(message.key()),
                          sink -> members.values().forEach(rows -> rows.forEach(sink))));
    } catch (EvaluationException e) {
      throw new IllegalStateException(e);
    }
    at.groups.put(key, group.texts());
    contribute(
        at, at.topic.contributing().get(0), new Message(message.key(), value, message.headers()));
  }

  private void join(Partition at, Message message, Joining.Step step) {
    Side side = Contributions.side(message.headers());
    byte[] name = Contributions.of(message.headers(), message.value()).source().bytes();
    Map<Side, Map<Bytes, byte[]>> shared =
        at.members.computeIfAbsent(
            Bytes.wrap(message.key()),
            key -> Map.of(Side.LEFT, new TreeMap<>(), Side.RIGHT, new TreeMap<>()));
    RowCodec codec = new RowCodec(side == Side.LEFT ? step.left() : step.right());
    Optional<Row> before =
        Optional.ofNullable(shared.get(side).get(Bytes.wrap(name))).map(codec::row);
    Optional<Row> now = Optional.ofNullable(message.value()).map(codec::row);
    if (message.value() == null) {
      shared.get(side).remove(Bytes.wrap(name));
    } else {
      shared.get(side).put(Bytes.wrap(name), message.value());
    }
    if (side == Side.RIGHT && has(Bug.THE_RIGHT_WAKES_NOBODY)) {
      return;
    }
    new Pairs(step)
        .change(
            side,
            message.key(),
            name,
            before,
            now,
            (of, is) -> {
              RowCodec theirs = new RowCodec(of == Side.LEFT ? step.left() : step.right());
              return new TreeMap<>(shared.get(of))
                  .entrySet().stream()
                      .anyMatch(
                          one ->
                              is.test(
                                  new Pairs.Member(
                                      one.getKey().get(), theirs.row(one.getValue()))));
            },
            (pair, row) -> said(at, message, pair, row));
  }

  private void said(Partition at, Message message, byte[] pair, Optional<Row> row) {
    boolean alone = PairName.isAlone(pair);
    if ((alone && row.isEmpty() && has(Bug.NOBODY_IS_ALONE_NO_MORE))
        || (alone && row.isPresent() && has(Bug.NOBODY_BECOMES_ALONE))) {
      return;
    }
    byte[] called =
        has(Bug.PAIRS_ARE_THEIR_ROWS)
            ? Arrays.copyOfRange(pair, message.key().length, pair.length)
            : pair;
    contribute(
        at,
        at.topic.contributing().get(0),
        new Message(called, row.map(at.topic.codec()::value).orElse(null), message.headers()));
  }

  private void claim(Partition at, Message message) {
    Bytes key = Bytes.wrap(message.key());
    Contribution<byte[]> said = Contributions.of(message.headers(), message.value());
    at.heard.computeIfAbsent(key, k -> new ArrayList<>()).add(said);
    // Each state is written and read back.
    Arbiter<byte[]> before = at.claims.getOrDefault(key, Arbiter.none());
    at.claims.put(
        key, Arbiter.of(Contributions.decode(Contributions.encode(before.claims()))).with(said));
  }

  /** The rows that stand at the end, as the table that is filled has them. */
  List<Row> rows() {
    List<Row> rows = new ArrayList<>();
    for (List<Partition> partitions : topics.values()) {
      for (Partition at : partitions) {
        at.claims.forEach(
            (key, claims) ->
                standing(at, key).ifPresent(row -> rows.add(at.topic.codec().row(row))));
      }
    }
    return rows;
  }

  private Optional<byte[]> standing(Partition at, Bytes key) {
    if (!has(Bug.ANYBODY_TAKES_AWAY) && !has(Bug.LAST_TO_COME_HAS_IT)) {
      return at.claims.get(key).owner().flatMap(Contribution::row);
    }
    boolean bySequence = has(Bug.ANYBODY_TAKES_AWAY);
    Contribution<byte[]> standing = null;
    for (Contribution<byte[]> one : at.heard.get(key)) {
      boolean later = standing == null || one.sequence() > standing.sequence();
      standing = !one.claims() && bySequence ? null : !bySequence || later ? one : standing;
    }
    return Optional.ofNullable(standing).flatMap(Contribution::row);
  }
}
