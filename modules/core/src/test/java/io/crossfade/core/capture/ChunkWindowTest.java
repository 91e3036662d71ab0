package io.crossfade.core.capture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.crossfade.core.Randomly;
import io.crossfade.core.source.Snapshot;
import io.crossfade.core.table.Key;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The window against one that never forgets anything: whatever is forgotten, the same rows give
 * way, and none that passes is older than any event of its key. On a primary and on a standby,
 * which may also be behind.
 */
class ChunkWindowTest {

  private static final int RUNS = 3_000;

  /** A deliberately wrong window. */
  enum Wrong {
    /** Forgets what the last chunk does not need, although another is open. */
    FORGETS_WITH_CHUNKS_OPEN,
    /** Takes a chunk whose snapshot is behind what was forgotten. */
    TAKES_A_CHUNK_FROM_BEHIND,
    /** Keeps the first event of a key instead of the last. */
    KEEPS_THE_FIRST_EVENT
  }

  @Test
  void shouldWithholdTheSameRowsAsOneThatForgetsNothing() {
    assertThat(Randomly.firstProblem(RUNS, random -> new Run(random, Optional.empty()).problem()))
        .isEmpty();
  }

  @ParameterizedTest
  @EnumSource
  void shouldNoticeThatThisWindowIsWrong(Wrong wrong) {
    assertThat(Randomly.firstProblem(RUNS, random -> new Run(random, Optional.of(wrong)).problem()))
        .isPresent();
  }

  @Test
  void shouldForgetWhatNobodyNeeds() {
    ChunkWindow window = new ChunkWindow(0);
    Key key = new ModelDatabase(2).keys.get(0);
    window.streamed(key, 7);
    window.streamed(new ModelDatabase(2).keys.get(1), 6);
    ChunkWindow.Ticket ticket = window.open();
    assertThat(window.read(ticket, new ModelSnapshot(7, Set.of()))).isTrue();
    window.forget(new ModelSnapshot(9, Set.of()));

    assertThat(window.size()).as("the open chunk did not see it").isEqualTo(1);
    assertThat(window.close(ticket).test(key)).isFalse();

    // Looked at again when there are twice as many.
    window.streamed(new ModelDatabase(2).keys.get(1), 8);
    window.forget(new ModelSnapshot(9, Set.of()));

    assertThat(window.size()).isZero();
    assertThat(window.read(window.open(), new ModelSnapshot(8, Set.of())))
        .as("behind what was forgotten")
        .isFalse();
    assertThat(window.openChunks()).isZero();
  }

  @Test
  void shouldNotForgetAllWhileAChunkIsOpen() {
    ChunkWindow window = new ChunkWindow();
    ChunkWindow.Ticket ticket = window.open();

    assertThatThrownBy(window::clear).isInstanceOf(IllegalStateException.class);
    window.abandon(ticket);
    window.clear();
    assertThatThrownBy(() -> window.close(ticket)).isInstanceOf(IllegalStateException.class);
  }

  /** As a standby gives it: only what is below the oldest that runs is certain. */
  private record StandbySnapshot(ModelSnapshot seen) implements Snapshot {
    @Override
    public boolean includes(long transaction) {
      return transaction < seen.oldestRunning();
    }

    @Override
    public boolean includesAllOf(Snapshot older) {
      return seen.oldestRunning() >= ((StandbySnapshot) older).seen().oldestRunning();
    }
  }

  private static final class Wronged {
    private final Wrong wrong;
    private final Map<Key, Long> streamed = new HashMap<>();

    Wronged(Wrong wrong) {
      this.wrong = wrong;
    }

    void streamed(Key key, long transaction) {
      if (wrong == Wrong.KEEPS_THE_FIRST_EVENT) {
        streamed.putIfAbsent(key, transaction);
      } else {
        streamed.put(key, transaction);
      }
    }

    boolean admits(Key key, Snapshot snapshot) {
      Long transaction = streamed.get(key);
      return transaction == null || snapshot.includes(transaction);
    }

    void forget(Snapshot taken, List<Run.Chunk> open) {
      if (wrong == Wrong.FORGETS_WITH_CHUNKS_OPEN) {
        streamed.values().removeIf(taken::includes);
      } else if (open.stream().allMatch(chunk -> chunk.snapshot != null)) {
        streamed
            .values()
            .removeIf(
                id ->
                    taken.includes(id)
                        && open.stream().allMatch(chunk -> chunk.snapshot.includes(id)));
      }
    }
  }

  private static final class Run {
    private static final class Chunk {
      private final ChunkWindow.Ticket ticket;
      private Snapshot snapshot;

      /** What the read has seen, even where the snapshot is not sure of it. */
      private ModelSnapshot truth;

      Chunk(ChunkWindow.Ticket ticket) {
        this.ticket = ticket;
      }
    }

    private final Random random;
    private final boolean standby;
    private final Optional<Wronged> wronged;
    private final ModelDatabase database = new ModelDatabase(6);
    private final ChunkWindow window = new ChunkWindow(0);
    private final Map<Key, List<Long>> all = new HashMap<>();
    private final List<Chunk> open = new ArrayList<>();

    /** What the primary saw after each step; a standby is a few steps behind. */
    private final List<ModelSnapshot> seen = new ArrayList<>();

    private int streamed;
    private int node;

    Run(Random random, Optional<Wrong> wrong) {
      this.random = random;
      this.standby = random.nextBoolean();
      this.wronged = wrong.map(Wronged::new);
      seen.add(database.snapshot());
    }

    Optional<String> problem() {
      for (int i = 0; i < 150; i++) {
        Optional<String> problem = step();
        if (problem.isPresent()) {
          return problem;
        }
      }
      return Optional.empty();
    }

    private Optional<String> step() {
      switch (random.nextInt(9)) {
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
          stream();
          break;
        case 4:
          if (open.size() < 3) {
            open.add(new Chunk(window.open()));
          }
          break;
        case 5:
          read();
          break;
        case 6:
          return close();
        case 7:
          if (!open.isEmpty() && random.nextInt(4) == 0) {
            window.abandon(open.remove(random.nextInt(open.size())).ticket);
          }
          break;
        default:
          database.write(random);
      }
      seen.add(database.snapshot());
      // Now and then another standby answers, which may be further behind.
      boolean another = random.nextInt(8) == 0;
      int now = Math.max(0, seen.size() - 1 - random.nextInt(another ? 60 : 12));
      node = another ? now : Math.max(node, now);
      return Optional.empty();
    }

    private void stream() {
      if (streamed < database.log.size()
          && database.log.get(streamed++) instanceof ModelDatabase.Committed transaction) {
        for (ModelDatabase.Write write : transaction.writes()) {
          all.computeIfAbsent(write.key(), k -> new ArrayList<>()).add(transaction.id());
          window.streamed(write.key(), transaction.id());
          wronged.ifPresent(w -> w.streamed(write.key(), transaction.id()));
        }
      }
    }

    private Snapshot snapshot() {
      return standby ? new StandbySnapshot(seen.get(node)) : database.snapshot();
    }

    private void read() {
      List<Chunk> unread = open.stream().filter(chunk -> chunk.snapshot == null).toList();
      if (unread.isEmpty()) {
        return;
      }
      Chunk chunk = Randomly.oneOf(random, unread);
      Snapshot snapshot = snapshot();
      if (window.read(chunk.ticket, snapshot) || wronged.isPresent()) {
        chunk.snapshot = snapshot;
        chunk.truth = standby ? seen.get(node) : database.snapshot();
      } else {
        open.remove(chunk);
      }
    }

    private Optional<String> close() {
      List<Chunk> read = open.stream().filter(chunk -> chunk.snapshot != null).toList();
      if (read.isEmpty()) {
        return Optional.empty();
      }
      Chunk chunk = Randomly.oneOf(random, read);
      open.remove(chunk);
      Set<Key> admitted = new LinkedHashSet<>(database.keys);
      if (wronged.isPresent()) {
        admitted.removeIf(key -> !wronged.get().admits(key, chunk.snapshot));
        wronged.get().forget(chunk.snapshot, open);
      } else {
        var admits = window.close(chunk.ticket);
        admitted.removeIf(key -> !admits.test(key));
        window.forget(chunk.snapshot);
      }
      for (Key key : admitted) {
        if (all.getOrDefault(key, List.of()).stream().anyMatch(id -> !chunk.truth.includes(id))) {
          return Optional.of(key + " is older than an event under " + chunk.snapshot);
        }
      }
      Set<Key> expected = new LinkedHashSet<>(database.keys);
      expected.removeIf(
          key -> all.containsKey(key) && !chunk.snapshot.includes(last(all.get(key))));
      return admitted.equals(expected)
          ? Optional.empty()
          : Optional.of(
              "admitted " + admitted + " and not " + expected + " under " + chunk.snapshot);
    }

    private static long last(List<Long> ids) {
      return ids.get(ids.size() - 1);
    }
  }
}
