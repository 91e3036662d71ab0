package io.crossfade.core.capture;

import static org.assertj.core.api.Assertions.assertThat;

import io.crossfade.core.capture.ModelDatabase.Committed;
import io.crossfade.core.capture.ModelDatabase.Item;
import io.crossfade.core.capture.ModelDatabase.Marker;
import io.crossfade.core.capture.ModelDatabase.Write;
import io.crossfade.core.capture.PublishedLog.State;
import io.crossfade.core.table.Key;
import io.crossfade.core.table.TableId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Chunks, the log, rows that are read again and rows that are sent again, in random interleavings
 * against a model database: what is published ends as what the database holds, and no key ever goes
 * back to an older row. The same run with one rule left out must go wrong, so that we know that the
 * run would notice.
 */
class CaptureProtocolTest {

  private static final int RUNS = 2_000;
  private static final TableId TABLE = new TableId("public", "t");

  /** A rule of the protocol that is left out. */
  enum Without {
    /** All rows of a chunk are published, whatever was streamed. */
    THE_WINDOW,
    /** A chunk is published when it was read, not when its marker is met. */
    THE_MARKER,
    /** All is forgotten when a chunk ends, although another is open. */
    MEMORY_FOR_OPEN_CHUNKS,
    /** Chunks begin while transactions from before the log can still become visible. */
    THE_LINE,
    /** A row that was read again is published although the read did not see the last hint. */
    THE_HINT_IN_THE_SNAPSHOT,
    /** A whole event does not take the place of an earlier hint. */
    WHOLE_EVENTS_OVER_HINTS,
    /** What is sent again gives way to nothing. */
    WAY_FOR_NEWER_EVENTS,
    /** What is sent again is published when it was read, not when its marker is met. */
    THE_MARKER_OF_WHAT_IS_SENT_AGAIN,
    /** What is sent again may be read before all that was streamed is visible. */
    WHAT_WAS_STREAMED_IN_THE_SNAPSHOT
  }

  @Test
  void shouldPublishWhatTheDatabaseHoldsAndNeverStepBack() {
    for (int seed = 0; seed < RUNS; seed++) {
      assertThat(new Run(seed, Optional.empty()).problem()).as("seed %d", seed).isEmpty();
    }
  }

  @ParameterizedTest
  @EnumSource
  void shouldGoWrongWithoutThisRule(Without rule) {
    boolean noticed = false;
    for (int seed = 0; seed < RUNS && !noticed; seed++) {
      noticed = new Run(seed, Optional.of(rule)).problem().isPresent();
    }
    assertThat(noticed).as("a run that goes wrong without %s", rule).isTrue();
  }

  private static final class Run {

    private record Chunk(ChunkWindow.Ticket ticket, ModelSnapshot snapshot, Map<Key, Long> rows) {}

    private record Again(Resend resend, ModelSnapshot snapshot, Map<Key, Long> rows) {}

    private record Reread(ModelSnapshot snapshot, List<Key> keys, Map<Key, Long> rows) {}

    private final Random random;
    private final Optional<Without> without;
    private final ModelDatabase database = new ModelDatabase(9);
    private final ChunkWindow window = new ChunkWindow(0);
    private final Rereads rereads = new Rereads();
    private final Map<Integer, Object> waiting = new LinkedHashMap<>();
    private final List<ChunkWindow.Ticket> opening = new ArrayList<>();
    private final Map<Key, Long> published = new HashMap<>();
    private final PublishedLog log = new PublishedLog(State.NOTHING, ModelSnapshot::parse);

    /** What waits to be read for being sent again. */
    private final List<Resend> wanted = new ArrayList<>();

    /** All whose keys are watched. */
    private final Set<Resend> watched = new HashSet<>();

    private final List<String> stepsBack = new ArrayList<>();
    private final long line;
    private int streamed;
    private int copied;
    private int markers;

    Run(long seed, Optional<Without> without) {
      this.random = new Random(seed);
      this.without = without;
      // What runs and commits before the log begins: its rows are never streamed.
      for (int i = 0; i < 4; i++) {
        database.begin();
        database.write(random);
        database.write(random);
      }
      database.commit(random);
      database.commit(random);
      streamed = database.log.size();
      line = database.line();
    }

    Optional<String> problem() {
      for (int i = 0; i < 150; i++) {
        step();
      }
      for (int i = 0; i < 500 && !settled(); i++) {
        database.commit(random);
        database.show(random);
        stream();
        openChunk();
        readChunk();
        readAgain();
        sendAgain();
      }
      if (!stepsBack.isEmpty()) {
        return Optional.of(stepsBack.toString());
      }
      return published.equals(database.rows())
          ? Optional.empty()
          : Optional.of("published " + published + ", but there is " + database.rows());
    }

    private boolean settled() {
      return database.idle()
          && copied == database.keys.size()
          && streamed == database.log.size()
          && waiting.isEmpty()
          && wanted.isEmpty()
          && rereads.size() == 0;
    }

    private void step() {
      switch (random.nextInt(14)) {
        case 0:
          database.begin();
          break;
        case 1:
          database.commit(random);
          break;
        case 2:
          database.show(random);
          break;
        case 3:
          openChunk();
          break;
        case 4:
          readChunk();
          break;
        case 5:
          readAgain();
          break;
        case 6:
        case 7:
          stream();
          break;
        case 8:
          wantAgain();
          break;
        case 9:
        case 10:
          sendAgain();
          break;
        case 11:
          // A marker that the log's horizon advances by.
          mark(database.snapshot());
          break;
        default:
          database.write(random);
      }
    }

    /** Only of a table that is copied. */
    private void wantAgain() {
      if (copied == database.keys.size() && window.openChunks() == 0) {
        Resend resend = new Resend(TABLE, database.keys, log.streamedUntilNow());
        wanted.add(resend);
        watched.add(resend);
      }
    }

    private void sendAgain() {
      if (wanted.isEmpty()) {
        return;
      }
      ModelSnapshot snapshot = database.snapshot();
      Resend resend = wanted.get(0);
      if (resend.mayUse(snapshot) || leavesOut(Without.WHAT_WAS_STREAMED_IN_THE_SNAPSHOT)) {
        wanted.remove(0);
        Again again = new Again(resend, snapshot, database.rows());
        if (leavesOut(Without.THE_MARKER_OF_WHAT_IS_SENT_AGAIN)) {
          publish(again);
        } else {
          mark(again);
        }
      }
    }

    private void publish(Again again) {
      watched.remove(again.resend());
      for (Key key : database.keys) {
        if (again.resend().mayPublish(key, again.snapshot())
            || leavesOut(Without.WAY_FOR_NEWER_EVENTS)) {
          publish(key, again.rows().getOrDefault(key, 0L));
        }
      }
    }

    private boolean leavesOut(Without rule) {
      return without.equals(Optional.of(rule));
    }

    private void openChunk() {
      boolean mayBegin = database.snapshot().oldestRunning() > line || leavesOut(Without.THE_LINE);
      if (mayBegin && opening.size() + copied / 3 < database.keys.size() / 3) {
        opening.add(window.open());
      }
    }

    /** Three keys at a time; the snapshot is taken later than the ticket. */
    private void readChunk() {
      if (opening.isEmpty()) {
        return;
      }
      ChunkWindow.Ticket ticket = opening.remove(random.nextInt(opening.size()));
      ModelSnapshot snapshot = database.snapshot();
      assertThat(window.read(ticket, snapshot)).isTrue();
      Map<Key, Long> all = database.rows();
      Map<Key, Long> rows = new LinkedHashMap<>();
      for (Key key : database.keys.subList(copied, copied + 3)) {
        if (all.containsKey(key)) {
          rows.put(key, all.get(key));
        }
      }
      copied += 3;
      Chunk chunk = new Chunk(ticket, snapshot, rows);
      if (leavesOut(Without.THE_MARKER)) {
        publish(chunk);
      } else {
        mark(chunk);
      }
    }

    private void readAgain() {
      List<Key> keys = rereads.oldest(2);
      if (keys.isEmpty() || waiting.values().stream().anyMatch(Reread.class::isInstance)) {
        return;
      }
      ModelSnapshot snapshot = database.snapshot();
      mark(new Reread(snapshot, keys, database.rows()));
    }

    private void mark(Object what) {
      waiting.put(++markers, what);
      database.mark(markers);
    }

    private void stream() {
      if (streamed == database.log.size()) {
        return;
      }
      Item item = database.log.get(streamed++);
      if (item instanceof Committed transaction) {
        log.begin(transaction.id());
        transaction.writes().forEach(write -> event(transaction.id(), write));
        log.commit(transaction.id());
      } else if (item instanceof Marker marker) {
        Object what = waiting.remove(marker.number());
        if (what instanceof Chunk chunk) {
          publish(chunk);
        } else if (what instanceof Again again) {
          publish(again);
        } else if (what instanceof ModelSnapshot taken) {
          log.advance(taken);
        } else {
          publish((Reread) what);
        }
      }
    }

    private void event(long id, Write write) {
      window.streamed(write.key(), id);
      watched.forEach(resend -> resend.streamed(write.key(), id));
      if (!write.whole()) {
        rereads.hint(write.key(), id, streamed);
        return;
      }
      if (!leavesOut(Without.WHOLE_EVENTS_OVER_HINTS)) {
        rereads.whole(write.key());
      }
      publish(write.key(), write.version());
    }

    private void publish(Chunk chunk) {
      var admitted = window.close(chunk.ticket());
      chunk
          .rows()
          .forEach(
              (key, version) -> {
                if (admitted.test(key) || leavesOut(Without.THE_WINDOW)) {
                  publish(key, version);
                }
              });
      if (leavesOut(Without.MEMORY_FOR_OPEN_CHUNKS)) {
        forgetAll();
      } else {
        window.forget(chunk.snapshot());
      }
    }

    /** What an eager sweep would do: as if every open chunk had closed. */
    private void forgetAll() {
      List<Object> open = List.copyOf(waiting.values());
      open.stream()
          .filter(Chunk.class::isInstance)
          .forEach(c -> window.abandon(((Chunk) c).ticket()));
      opening.forEach(window::abandon);
      window.clear();
      waiting.replaceAll((marker, what) -> what instanceof Chunk c ? reopened(c) : what);
      opening.replaceAll(ticket -> window.open());
    }

    private Chunk reopened(Chunk chunk) {
      ChunkWindow.Ticket ticket = window.open();
      window.read(ticket, chunk.snapshot());
      return new Chunk(ticket, chunk.snapshot(), chunk.rows());
    }

    private void publish(Reread read) {
      for (Key key : read.keys()) {
        boolean may =
            leavesOut(Without.THE_HINT_IN_THE_SNAPSHOT)
                ? settleBlindly(key)
                : rereads.settle(key, read.snapshot());
        if (may && read.rows().containsKey(key)) {
          publish(key, read.rows().get(key));
        }
      }
    }

    private boolean settleBlindly(Key key) {
      boolean waits = rereads.waits(key);
      rereads.whole(key);
      return waits;
    }

    private void publish(Key key, long version) {
      if (version == 0) {
        published.remove(key);
        return;
      }
      Long before = published.put(key, version);
      if (before != null && before > version) {
        stepsBack.add(key + ": " + version + " after " + before);
      }
    }
  }
}
