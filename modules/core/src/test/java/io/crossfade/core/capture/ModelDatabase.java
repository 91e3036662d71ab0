package io.crossfade.core.capture;

import io.crossfade.core.table.Key;
import io.crossfade.core.table.TableId;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * A database in so far as capture sees one: rows with a number that grows with every write,
 * transactions that stand in the log when they commit but may become visible much later, row locks
 * that last until then, and markers in the log.
 */
final class ModelDatabase {

  /** An item of the log. */
  sealed interface Item {}

  /**
   * A write: the row's number, or 0 for a delete; without its value where {@code whole} is false.
   */
  record Write(Key key, long version, boolean whole) {}

  record Committed(long id, List<Write> writes) implements Item {}

  record Marker(int number) implements Item {}

  private record Open(Map<Key, Write> writes) {}

  private static final TableId TABLE = new TableId("public", "t");

  final List<Key> keys = new ArrayList<>();
  final List<Item> log = new ArrayList<>();
  private final Map<Key, Long> visible = new HashMap<>();
  private final Map<Long, Open> running = new LinkedHashMap<>();
  private final Map<Long, Open> committed = new LinkedHashMap<>();
  private final Set<Key> locked = new java.util.HashSet<>();
  private long next = 1;
  private long version;

  ModelDatabase(int size) {
    for (int i = 0; i < size; i++) {
      Key key = new Key(TABLE, ("{\"id\":\"" + i + "\"}").getBytes(StandardCharsets.UTF_8));
      keys.add(key);
      if (i % 3 != 0) {
        visible.put(key, ++version);
      }
    }
  }

  void begin() {
    running.put(next++, new Open(new LinkedHashMap<>()));
  }

  /** Writes a row in a running transaction, unless another holds its lock. */
  void write(Random random) {
    if (running.isEmpty()) {
      return;
    }
    List<Long> ids = List.copyOf(running.keySet());
    Open transaction = running.get(ids.get(random.nextInt(ids.size())));
    Key key = keys.get(random.nextInt(keys.size()));
    if (!transaction.writes().containsKey(key) && !locked.add(key)) {
      return;
    }
    Write before = transaction.writes().get(key);
    boolean exists = before == null ? visible.containsKey(key) : before.version() > 0;
    boolean delete = exists && random.nextInt(4) == 0;
    // Only an update of a row can leave a value out.
    boolean whole = !exists || delete || random.nextInt(3) > 0;
    transaction.writes().put(key, new Write(key, delete ? 0 : ++version, whole));
  }

  void commit(Random random) {
    if (!running.isEmpty()) {
      List<Long> ids = List.copyOf(running.keySet());
      long id = ids.get(random.nextInt(ids.size()));
      Open transaction = running.remove(id);
      committed.put(id, transaction);
      log.add(new Committed(id, List.copyOf(transaction.writes().values())));
    }
  }

  /** A committed transaction becomes visible: in any order, as standbys acknowledge. */
  void show(Random random) {
    if (!committed.isEmpty()) {
      List<Long> ids = List.copyOf(committed.keySet());
      Open transaction = committed.remove(ids.get(random.nextInt(ids.size())));
      transaction
          .writes()
          .values()
          .forEach(
              write -> {
                locked.remove(write.key());
                if (write.version() == 0) {
                  visible.remove(write.key());
                } else {
                  visible.put(write.key(), write.version());
                }
              });
    }
  }

  void mark(int number) {
    log.add(new Marker(number));
  }

  ModelSnapshot snapshot() {
    Set<Long> invisible = new TreeSet<>(running.keySet());
    invisible.addAll(committed.keySet());
    return new ModelSnapshot(next, invisible);
  }

  long line() {
    return next++;
  }

  Map<Key, Long> rows() {
    return new HashMap<>(visible);
  }

  boolean idle() {
    return running.isEmpty() && committed.isEmpty();
  }

  /** Rows in the order of their keys' places. */
  TreeMap<Integer, Key> places() {
    TreeMap<Integer, Key> places = new TreeMap<>();
    for (int i = 0; i < keys.size(); i++) {
      places.put(i, keys.get(i));
    }
    return places;
  }
}
