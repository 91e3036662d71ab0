package io.crossfade.core.model;

import io.crossfade.core.capture.ChunkWindow;
import io.crossfade.core.capture.EagerWindows;
import io.crossfade.core.capture.PublishedLog;
import io.crossfade.core.capture.Rereads;
import io.crossfade.core.model.Source.Commit;
import io.crossfade.core.model.Source.Event;
import io.crossfade.core.model.Source.Item;
import io.crossfade.core.model.Source.Marker;
import io.crossfade.core.model.Topic.Raw;
import io.crossfade.core.model.World.Step;
import io.crossfade.core.table.Key;
import io.crossfade.core.table.TableId;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * Capture: one leader that reads the log and copies rows, and publishes both into the raw topic. It
 * may die after every step. What it knows is then gone, but for what Kafka has committed and what
 * the slot keeps.
 */
final class Capture {

  private static final TableId TABLE = new TableId("public", "t");

  /** How capture starts: in this order, so that nothing is missed (I1). */
  private enum Stage {
    DOWN,
    FENCED,
    POSITION_READ,
    SLOT_READY,
    STREAMING
  }

  /** What was committed to Kafka in one transaction with records. */
  private static final class Position {
    private PublishedLog.State log = PublishedLog.State.NOTHING;
    private long place;
    private final Set<Integer> copied = new TreeSet<>();
  }

  /** A transaction of Kafka that is not committed. */
  private static final class Pending {
    private final List<Raw> records = new ArrayList<>();
    private final Set<Integer> copied = new TreeSet<>();
    private PublishedLog.State log = PublishedLog.State.NOTHING;
    private long place;
  }

  private enum Reading {
    OPEN,
    READ,
    MARKED,
    MET
  }

  /** A chunk with one row, on its way. */
  private static final class Chunk {
    private final ChunkWindow.Ticket ticket;
    private Reading reading = Reading.OPEN;
    private Image row = Image.NEVER;
    private SeenSnapshot snapshot;

    Chunk(ChunkWindow.Ticket ticket) {
      this.ticket = ticket;
    }
  }

  /** Rows that were read again by key. */
  private static final class Reread {
    private final SeenSnapshot snapshot;
    private final TreeMap<Integer, Image> rows = new TreeMap<>();
    private Reading reading = Reading.READ;

    Reread(SeenSnapshot snapshot) {
      this.snapshot = snapshot;
    }
  }

  @Fingerprint.Ignored private final Source source;
  @Fingerprint.Ignored private final Topic topic;
  @Fingerprint.Ignored private final Predicate<Rule> keeps;
  @Fingerprint.Ignored private final List<Key> keys = new ArrayList<>();
  private final Set<Integer> toCopy;
  private int crashes;
  private int beats;
  private int earlyRereads;

  // In Kafka and in the source: survives.
  private Position position = new Position();
  private Optional<Integer> confirmed = Optional.empty();
  private Optional<Pending> late = Optional.empty();

  // Of this term.
  private int term = 1;
  private Stage stage = Stage.DOWN;
  private long line;
  private PublishedLog published;
  private ChunkWindow window;
  private Rereads rereads;
  private final TreeMap<Integer, Chunk> chunks = new TreeMap<>();
  private Optional<Reread> reread = Optional.empty();
  private Optional<SeenSnapshot> beat = Optional.empty();
  private int at;
  private int event = -1;
  private boolean dirty;
  private Pending pending = new Pending();
  private long publishedPlace;

  /**
   * How much may happen.
   *
   * @param copied the keys that are copied, each as a chunk of its own; none where there were no
   *     rows and the slot is older than all of them
   * @param crashes how often capture may die
   * @param beats how many markers are written for the horizon
   * @param earlyRereads how many rows are read again while transactions still run
   */
  record Bounds(Set<Integer> copied, int crashes, int beats, int earlyRereads) {}

  Capture(Source source, Topic topic, Bounds bounds, Predicate<Rule> keeps) {
    this.source = source;
    this.topic = topic;
    this.keeps = keeps;
    this.toCopy = new TreeSet<>(bounds.copied());
    this.crashes = bounds.crashes();
    this.beats = bounds.beats();
    this.earlyRereads = bounds.earlyRereads();
    if (toCopy.isEmpty()) {
      confirmed = Optional.of(0);
    }
    for (int i = 0; i < source.keys(); i++) {
      keys.add(new Key(TABLE, Topic.name(i).getBytes(StandardCharsets.UTF_8)));
    }
  }

  <W> void steps(Function<W, Capture> in, List<Step<W>> steps) {
    if (late.isPresent()) {
      steps.add(Step.fault("a dead term's commit arrives at Kafka", w -> in.apply(w).arrive()));
    }
    if (stage != Stage.STREAMING) {
      startSteps(in, steps);
    } else {
      logSteps(in, steps);
      rereadSteps(in, steps);
      toCopy.forEach(key -> chunkSteps(key, in, steps));
    }
    if (crashes > 0 && stage != Stage.DOWN) {
      steps.add(Step.fault("capture is killed", w -> in.apply(w).crash(false)));
      if (dirty) {
        steps.add(
            Step.fault(
                "capture is killed, its commit is on the way", w -> in.apply(w).crash(true)));
      }
    }
  }

  // ---------------------------------------------------------------- the start

  /** Two acts are one step where nothing that anybody else does in between makes a difference. */
  private <W> void startSteps(Function<W, Capture> in, List<Step<W>> steps) {
    boolean readFirst = !keeps.test(Rule.FENCED_BEFORE_THE_POSITION_IS_READ);
    switch (stage) {
      case DOWN:
        if (readFirst) {
          steps.add(Step.of("capture reads the position", w -> in.apply(w).readPosition()));
        } else if (late.isEmpty()) {
          steps.add(
              Step.of(
                  "capture fences former publishers and reads the position",
                  w -> {
                    in.apply(w).fence();
                    in.apply(w).readPosition();
                  }));
        } else {
          steps.add(Step.of("capture fences former publishers", w -> in.apply(w).fence()));
        }
        break;
      case FENCED:
        if (readFirst) {
          steps.add(Step.of("capture fences former publishers", w -> in.apply(w).fence()));
        } else {
          steps.add(Step.of("capture reads the position", w -> in.apply(w).readPosition()));
        }
        break;
      case POSITION_READ:
        if (!keeps.test(Rule.LINE_AFTER_THE_SLOT) && line == 0) {
          steps.add(Step.of("capture draws the line", w -> in.apply(w).drawLine()));
        } else if (confirmed.isPresent() || source.canMakeSlot()) {
          steps.add(Step.of("the slot is there", w -> in.apply(w).makeSlot()));
        }
        break;
      default:
        if (line == 0) {
          steps.add(
              Step.of(
                  "capture draws the line and the stream begins",
                  w -> {
                    in.apply(w).drawLine();
                    in.apply(w).begin();
                  }));
        } else {
          steps.add(Step.of("the stream begins", w -> in.apply(w).begin()));
        }
    }
  }

  /** What a dead publisher has under way is void from now on, so the position cannot change. */
  private void fence() {
    late = Optional.empty();
    stage = stage == Stage.DOWN ? Stage.FENCED : Stage.POSITION_READ;
  }

  /** What is published already, as the last commit left it. */
  private void readPosition() {
    published = new PublishedLog(position.log, SeenSnapshot::parse);
    pending = new Pending();
    pending.place = position.place;
    publishedPlace = position.place;
    pending.copied.addAll(position.copied);
    stage = stage == Stage.DOWN ? Stage.FENCED : Stage.POSITION_READ;
  }

  /** From here on the log is kept for us. A slot that is there keeps it since it was confirmed. */
  private void makeSlot() {
    if (confirmed.isEmpty()) {
      confirmed = Optional.of(source.log().size());
    }
    stage = Stage.SLOT_READY;
  }

  /**
   * A transaction up to the line has ended and is visible when the line has settled, so each chunk
   * sees it; a later one begins when the slot is there, so the log has it.
   */
  private void drawLine() {
    line = source.line();
  }

  /** The source sends again what was not confirmed, in whole transactions. */
  private void begin() {
    at = confirmed.orElseThrow();
    source.forget(at);
    event = -1;
    window = EagerWindows.window();
    rereads = new Rereads();
    stage = Stage.STREAMING;
  }

  // ---------------------------------------------------------------- the log

  private <W> void logSteps(Function<W, Capture> in, List<Step<W>> steps) {
    if (at < source.log().size()) {
      steps.add(Step.of(nextInStream(), w -> in.apply(w).stream()));
    }
    if (beats > 0 && beat.isEmpty()) {
      steps.add(Step.of("a snapshot is taken, then a marker written", w -> in.apply(w).beat()));
    }
    // When it will not die any more, it makes no difference when it commits.
    if (crashes == 0) {
      return;
    }
    if (dirty) {
      steps.add(Step.of("Kafka commits records and position", w -> in.apply(w).commit()));
    }
    if ((!dirty || !keeps.test(Rule.CONFIRMED_AFTER_THE_COMMIT))
        && confirmable() > confirmed.orElseThrow()) {
      steps.add(
          Step.of(
              "the slot is confirmed before item " + confirmable(), w -> in.apply(w).confirm()));
    }
  }

  private String nextInStream() {
    String of = source.describe(at);
    if (!(source.log().get(at) instanceof Commit commit) || commit.events().isEmpty()) {
      return "the stream brings " + of;
    }
    if (event < commit.events().size()) {
      int next = Math.max(event, 0);
      Event e = commit.events().get(next);
      return "the stream brings "
          + of
          + ": "
          + Topic.name(e.key())
          + ", "
          + e.image()
          + (e.whole() ? "" : " (a hint)");
    }
    return "the stream brings the end of " + of;
  }

  /**
   * The next event, or the end of a transaction, or a marker. A transaction may be committed to
   * Kafka in parts, so each event is a step.
   */
  private void stream() {
    next();
    if (crashes == 0) {
      commit();
      source.forget(at);
    }
  }

  private void next() {
    Item item = source.log().get(at);
    if (item instanceof Marker marker) {
      meet(marker);
      at++;
      return;
    }
    Commit commit = (Commit) item;
    if (event < 0) {
      published.begin(commit.id());
      event = 0;
    }
    if (event < commit.events().size()) {
      change(commit, commit.events().get(event), commit.id() + "/" + event);
      event++;
      return;
    }
    published.commit(commit.id());
    dirty = true;
    event = -1;
    at++;
  }

  private void change(Commit commit, Event change, String name) {
    boolean isNew = published.next();
    if (!keeps.test(Rule.KNOWN_BY_TRANSACTION)) {
      isNew = change.place() > publishedPlace;
    }
    pending.place = Math.max(pending.place, change.place());
    dirty |= isNew;
    Key key = keys.get(change.key());
    if (copying()) {
      window.streamed(key, commit.id());
    }
    if (!change.whole() && keeps.test(Rule.WHOLE_ROWS)) {
      // Also when it is known: its row may not have been read again yet.
      rereads.hint(key, commit.id(), at);
      return;
    }
    rereads.whole(key);
    if (isNew) {
      pending.records.add(new Raw(change.key(), change.image(), Optional.of(name)));
    }
  }

  /** What was to be done when the marker is met may be done a little later, in the same batch. */
  private void meet(Marker marker) {
    if (marker.term() != term) {
      return;
    }
    switch (marker.of()) {
      case "the beat":
        published.advance(beat.orElseThrow());
        beat = Optional.empty();
        dirty = true;
        break;
      case "the re-read":
        reread.orElseThrow().reading = Reading.MET;
        break;
      default:
        chunks.forEach(
            (key, chunk) -> {
              if (marker.of().equals("the chunk of " + Topic.name(key))) {
                chunk.reading = Reading.MET;
              }
            });
    }
  }

  /** Records, position and what is copied, or nothing of it. */
  private void commit() {
    pending.log = published.state();
    apply(pending);
    Pending next = new Pending();
    next.place = pending.place;
    pending = next;
    dirty = false;
  }

  private void apply(Pending batch) {
    topic.append(batch.records);
    if (crashes > 0 || stage == Stage.DOWN || stage == Stage.FENCED) {
      // Else nobody will read it.
      position.log = batch.log;
      position.place = batch.place;
    }
    position.copied.addAll(batch.copied);
  }

  /**
   * Not into a transaction that has not ended, and not past a hint that waits, for only the log can
   * tell of it again.
   */
  private int confirmable() {
    return keeps.test(Rule.CONFIRMED_BEFORE_THE_HINT) ? (int) rereads.oldestBatch().orElse(at) : at;
  }

  private void confirm() {
    confirmed = Optional.of(confirmable());
    source.forget(confirmable());
  }

  /**
   * When the marker is met, all that the snapshot includes has been published; so their ids need
   * not be listed any more.
   */
  private void beat() {
    beats--;
    beat = Optional.of(source.snapshotOfPrimary());
    source.mark(new Marker(term, "the beat"));
  }

  // ---------------------------------------------------------------- chunks

  private <W> void chunkSteps(int key, Function<W, Capture> in, List<Step<W>> steps) {
    String row = Topic.name(key);
    Chunk chunk = chunks.get(key);
    if (chunk == null) {
      if (!position.copied.contains(key)
          && !pending.copied.contains(key)
          && (source.settled(line) || !keeps.test(Rule.CHUNKS_AFTER_THE_LINE))) {
        steps.add(Step.of("the chunk of " + row + " begins", w -> in.apply(w).open(key)));
      }
      return;
    }
    switch (chunk.reading) {
      case OPEN:
        steps.add(
            Step.of(
                "the chunk reads " + row + ": " + source.readForChunk(key),
                w -> in.apply(w).read(key)));
        break;
      case READ:
        steps.add(
            Step.of(
                "the marker of the chunk of " + row + " is written", w -> in.apply(w).mark(key)));
        break;
      case MET:
        steps.add(Step.of("the chunk of " + row + " is published", w -> in.apply(w).publish(key)));
        break;
      default:
    }
  }

  /** From now on nothing is forgotten until the chunk's snapshot is known. */
  private void open(int key) {
    chunks.put(key, new Chunk(window.open()));
  }

  /** One transaction with one snapshot; where that is behind what was forgotten: again. */
  private void read(int key) {
    Chunk chunk = chunks.get(key);
    chunk.snapshot = source.snapshotForChunks(keeps.test(Rule.STANDBY_BY_XMIN));
    if (!window.read(chunk.ticket, chunk.snapshot)) {
      chunks.remove(key);
      return;
    }
    chunk.row = source.readForChunk(key);
    chunk.reading = keeps.test(Rule.MARKER) ? Reading.READ : Reading.MET;
  }

  /** On the primary, behind all that the snapshot sees. */
  private void mark(int key) {
    chunks.get(key).reading = Reading.MARKED;
    source.mark(new Marker(term, "the chunk of " + Topic.name(key)));
  }

  /** All that the snapshot sees has been streamed; what it does not see and was is newer. */
  private void publish(int key) {
    Chunk chunk = chunks.remove(key);
    boolean admitted = window.close(chunk.ticket).test(keys.get(key));
    if (chunk.row.exists() && (admitted || !keeps.test(Rule.WINDOW))) {
      pending.records.add(new Raw(key, chunk.row, Optional.empty()));
    }
    pending.copied.add(key);
    dirty = true;
    window.forget(chunk.snapshot);
    if (!copying()) {
      window.clear();
    }
    if (crashes == 0) {
      commit();
    }
  }

  private boolean copying() {
    return toCopy.stream()
        .anyMatch(key -> !position.copied.contains(key) && !pending.copied.contains(key));
  }

  // ---------------------------------------------------------------- rows that are read again

  private <W> void rereadSteps(Function<W, Capture> in, List<Step<W>> steps) {
    if (reread.isEmpty()) {
      if (rereads.size() > 0 && (earlyRereads > 0 || source.quiet())) {
        steps.add(Step.of("rows hinted at are read", w -> in.apply(w).readAgain()));
      }
      return;
    }
    if (reread.get().reading == Reading.READ) {
      steps.add(Step.of("the marker of the re-read is written", w -> in.apply(w).markReread()));
    } else if (reread.get().reading == Reading.MET) {
      steps.add(Step.of("rows read again are published", w -> in.apply(w).publishReread()));
    }
  }

  private void readAgain() {
    if (!source.quiet()) {
      earlyRereads--;
    }
    Reread read = new Reread(source.snapshotOfPrimary());
    rereads
        .oldest(source.keys())
        .forEach(key -> read.rows.put(keys.indexOf(key), source.read(keys.indexOf(key))));
    reread = Optional.of(read);
  }

  private void markReread() {
    reread.orElseThrow().reading = Reading.MARKED;
    source.mark(new Marker(term, "the re-read"));
  }

  /** Where the snapshot includes the last hint; else it is read once more. */
  private void publishReread() {
    Reread read = reread.orElseThrow();
    read.rows.forEach(
        (key, row) -> {
          if (rereads.settle(keys.get(key), read.snapshot) && row.exists()) {
            pending.records.add(new Raw(key, row, Optional.empty()));
            dirty = true;
          }
        });
    reread = Optional.empty();
    if (crashes == 0) {
      commit();
    }
  }

  // ---------------------------------------------------------------- death

  private void crash(boolean commitOnTheWay) {
    crashes--;
    if (commitOnTheWay) {
      pending.log = published.state();
      late = Optional.of(pending);
    }
    if (!keeps.test(Rule.POSITION_WITH_THE_RECORDS)) {
      topic.append(pending.records);
    }
    term++;
    stage = Stage.DOWN;
    line = 0;
    published = null;
    window = null;
    rereads = null;
    chunks.clear();
    reread = Optional.empty();
    beat = Optional.empty();
    at = 0;
    event = -1;
    dirty = false;
    pending = new Pending();
    publishedPlace = 0;
  }

  /** Kafka had been asked to commit, and nobody has fenced the one who asked. */
  private void arrive() {
    apply(late.orElseThrow());
    late = Optional.empty();
  }

  /** What is wrong when nothing more can happen. */
  Optional<String> problemAtTheEnd() {
    if (!source.quiet()) {
      return Optional.of("the source is stuck");
    }
    if (!position.copied.containsAll(toCopy)) {
      return Optional.of("the copy is stuck");
    }
    for (int key = 0; key < source.keys(); key++) {
      Image there = source.read(key);
      Image published = topic.last(key);
      if (there.exists() ? !published.equals(there) : published.exists()) {
        return Optional.of(
            "at the end the raw topic has "
                + published
                + " of "
                + Topic.name(key)
                + ", and the source has "
                + there);
      }
    }
    return Optional.empty();
  }
}
