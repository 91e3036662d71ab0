package io.crossfade.core.model;

import io.crossfade.core.model.World.Step;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.Function;

/**
 * The source database, in so far as it can do us harm.
 *
 * <p>A transaction writes, commits and becomes visible: three steps, for the log has a commit
 * before readers see it (a synchronous standby may be waited for in between). It holds the locks of
 * its rows until it is visible. Its events have places in the log from when it wrote, but they are
 * sent when it has committed; so in the stream the places run backwards where transactions
 * interleave.
 *
 * <p>A standby replays the log at its own pace. What it has replayed it sees at once, even what the
 * primary does not show yet.
 */
final class Source {

  /** What a transaction does to a row. */
  enum Kind {
    /** Writes all values. */
    WHOLE,
    /** Writes, but leaves a large value as it was: the log does not repeat it (TOAST). */
    PARTIAL,
    DELETE
  }

  record Write(int key, Kind kind) {}

  /** What one transaction is going to do. */
  record Plan(String name, List<Write> writes) {}

  /**
   * A row event.
   *
   * @param image what the log says of the row
   * @param row what the row is
   * @param place in the log
   */
  record Event(int key, Image image, Image row, long place) {

    boolean whole() {
      return image.value() != Image.MISSING;
    }
  }

  /** What stands in the log. */
  sealed interface Item {}

  record Commit(String by, long id, List<Event> events) implements Item {}

  /** Nobody will read what stood here. */
  record Read() implements Item {}

  /** Of a term of capture, so that one of a former term means nothing. */
  record Marker(int term, String of) implements Item {}

  /** What a standby that has replayed the log up to here knows. */
  private record Known(long next, SortedSet<Long> running) {}

  private enum State {
    PLANNED,
    WRITTEN,
    COMMITTED,
    VISIBLE
  }

  private static final class Transaction {
    @Fingerprint.Ignored private final Plan plan;
    private State state = State.PLANNED;
    private long id;
    private List<Event> events = List.of();

    Transaction(Plan plan) {
      this.plan = plan;
    }
  }

  @Fingerprint.Ignored private final int keys;
  @Fingerprint.Ignored private final boolean standby;
  @Fingerprint.Ignored private final Image atFirst;
  private final List<Transaction> transactions = new ArrayList<>();
  private final List<Item> log = new ArrayList<>();
  private final List<Known> known = new ArrayList<>();
  private final List<Image> visible = new ArrayList<>();
  private long next = 100;
  private long place;
  private int replayed;

  /**
   * @param rows whether each key has a row at first
   * @param standby whether there is a standby, which chunks are read from
   */
  Source(int keys, boolean rows, boolean standby, List<Plan> plans) {
    this.atFirst = rows ? new Image(1, 1) : Image.NEVER;
    this.keys = keys;
    this.standby = standby;
    plans.forEach(plan -> transactions.add(new Transaction(plan)));
    for (int key = 0; key < keys; key++) {
      visible.add(atFirst);
    }
    known.add(new Known(next, new TreeSet<>()));
  }

  <W> void steps(Function<W, Source> in, List<Step<W>> steps) {
    for (int i = 0; i < transactions.size(); i++) {
      int which = i;
      Transaction t = transactions.get(i);
      String name = t.plan.name();
      switch (t.state) {
        case PLANNED:
          if (t.plan.writes().stream().noneMatch(write -> locked(write.key()))) {
            steps.add(Step.of(name + " writes", w -> in.apply(w).write(which)));
          }
          break;
        case WRITTEN:
          steps.add(Step.of(name + " commits: the log has it", w -> in.apply(w).commit(which)));
          break;
        case COMMITTED:
          steps.add(Step.of(name + " becomes visible", w -> in.apply(w).show(which)));
          break;
        default:
      }
    }
    if (standby && replayed < log.size()) {
      steps.add(Step.of("the standby replays " + describe(replayed), w -> in.apply(w).replayed++));
    }
  }

  private boolean locked(int key) {
    return transactions.stream()
        .filter(t -> t.state == State.WRITTEN || t.state == State.COMMITTED)
        .anyMatch(t -> t.events.stream().anyMatch(event -> event.key() == key));
  }

  /** It gets its id with its first write; its events get their places. */
  private void write(int which) {
    Transaction t = transactions.get(which);
    t.state = State.WRITTEN;
    t.id = next++;
    List<Event> events = new ArrayList<>();
    List<Image> after = new ArrayList<>(visible);
    for (Write write : t.plan.writes()) {
      Image before = after.get(write.key());
      if (write.kind() == Kind.DELETE && !before.exists()) {
        continue;
      }
      long version = before.version() + 1;
      boolean partial = write.kind() == Kind.PARTIAL && before.exists();
      long value = write.kind() == Kind.DELETE ? Image.GONE : partial ? before.value() : version;
      Image row = new Image(version, value);
      after.set(write.key(), row);
      Image logged = partial ? new Image(version, Image.MISSING) : row;
      events.add(new Event(write.key(), logged, row, ++place));
    }
    t.events = List.copyOf(events);
  }

  private void commit(int which) {
    Transaction t = transactions.get(which);
    t.state = State.COMMITTED;
    append(new Commit(t.plan.name(), t.id, t.events));
  }

  private void show(int which) {
    Transaction t = transactions.get(which);
    t.state = State.VISIBLE;
    t.events.forEach(event -> visible.set(event.key(), event.row()));
    t.events = List.of();
    t.id = 0;
  }

  private void append(Item item) {
    log.add(item);
    if (standby) {
      known.add(new Known(next, running(State.WRITTEN)));
    }
  }

  /** Ids of transactions in one of these states. */
  private SortedSet<Long> running(State... states) {
    SortedSet<Long> ids = new TreeSet<>();
    for (Transaction t : transactions) {
      if (List.of(states).contains(t.state)) {
        ids.add(t.id);
      }
    }
    return Collections.unmodifiableSortedSet(ids);
  }

  /** Whether a slot can be made now: it waits for the transactions that have written. */
  boolean canMakeSlot() {
    return running(State.WRITTEN).isEmpty();
  }

  /** Whether all that will ever happen has happened and can be seen. */
  boolean quiet() {
    return transactions.stream().allMatch(t -> t.state == State.VISIBLE);
  }

  /** {@code pg_current_xact_id()}: takes an id, in a transaction that writes nothing. */
  long line() {
    long line = next++;
    append(new Commit("the line", line, List.of()));
    return line;
  }

  void mark(Marker marker) {
    append(marker);
  }

  List<Item> log() {
    return log;
  }

  SeenSnapshot snapshotOfPrimary() {
    return new SeenSnapshot(true, next, running(State.WRITTEN, State.COMMITTED));
  }

  /** Of the node where chunks are read. */
  SeenSnapshot snapshotForChunks(boolean byXmin) {
    if (!standby) {
      return snapshotOfPrimary();
    }
    Known here = known.get(replayed);
    return byXmin
        ? new SeenSnapshot(false, here.next(), here.running())
        : new SeenSnapshot(true, here.next(), new TreeSet<>());
  }

  /** Whether on the node where chunks are read nothing up to the line can become visible. */
  boolean settled(long line) {
    return snapshotForChunks(true).settled(line);
  }

  /** What a read on the primary sees. */
  Image read(int key) {
    return visible.get(key);
  }

  /** What a read for a chunk sees. */
  Image readForChunk(int key) {
    if (!standby) {
      return visible.get(key);
    }
    Image image = atFirst;
    for (Item item : log.subList(0, replayed)) {
      if (item instanceof Commit commit) {
        for (Event event : commit.events()) {
          image = event.key() == key ? event.row() : image;
        }
      }
    }
    return image;
  }

  int keys() {
    return keys;
  }

  String describe(int index) {
    Item item = log.get(index);
    if (item instanceof Marker marker) {
      return "the marker of " + marker.of() + (marker.term() > 1 ? ", term " + marker.term() : "");
    }
    return ((Commit) item).by();
  }

  /**
   * Nobody will read the log before this item, so what stood there makes no difference any more.
   */
  void forget(int before) {
    if (!standby) {
      for (int i = 0; i < before; i++) {
        log.set(i, new Read());
      }
    }
  }
}
