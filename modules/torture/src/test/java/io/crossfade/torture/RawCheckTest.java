package io.crossfade.torture;

import static org.assertj.core.api.Assertions.assertThat;

import io.crossfade.torture.RawCheck.Change;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

/** The check of the raw topics, against faults that are planted into a history that is right. */
class RawCheckTest {

  private static final long STREAMED_FROM = 100;

  private final List<RawRecord> records = new ArrayList<>();
  private final List<Change> history = new ArrayList<>();

  private void changed(char operation, long version, long transaction) {
    history.add(new Change("t", "k", operation, version, transaction));
  }

  private void event(long version) {
    publish(false, OptionalLong.of(version));
  }

  private void read(long version) {
    publish(true, OptionalLong.of(version));
  }

  private void tombstone() {
    publish(false, OptionalLong.empty());
  }

  private void publish(boolean read, OptionalLong version) {
    int next = records.size() + 1;
    records.add(new RawRecord("t", 0, next, "k", read, next, read ? "" : "7", version));
  }

  private List<String> problems() {
    return RawCheck.problems(records, history, STREAMED_FROM);
  }

  /** A change before the slot, one that the stream has anyway, a chunk, a hint, a delete. */
  private void right() {
    changed('w', 1, 50);
    changed('w', 2, 99);
    event(2);
    read(2);
    changed('w', 3, 100);
    event(3);
    changed('h', 4, 101);
    read(4);
    changed('d', 4, 102);
    tombstone();
    changed('w', 5, 103);
    event(5);
  }

  private void move(int from, int to) {
    records.add(to, records.remove(from));
    // As if it had been published so.
    for (int i = 0; i < records.size(); i++) {
      RawRecord r = records.get(i);
      records.set(i, with(r, r.partition(), i + 1));
    }
  }

  private static RawRecord with(RawRecord r, int partition, long sequence) {
    return new RawRecord(
        r.table(),
        partition,
        r.offset(),
        r.key(),
        r.read(),
        sequence,
        r.transaction(),
        r.version());
  }

  @Test
  void shouldFindNothingWhereAllIsRight() {
    right();
    assertThat(problems()).isEmpty();
  }

  /** Fails where a gap at the end is not seen. */
  @Test
  void shouldFindAChangeThatIsNotThere() {
    right();
    changed('w', 6, 104);
    assertThat(problems()).singleElement().asString().startsWith("t k: ");
  }

  /** Fails where a key that never came is not looked at. */
  @Test
  void shouldFindAKeyOfWhichNothingIsThere() {
    changed('w', 1, 99);
    assertThat(problems()).isEmpty();
    changed('w', 2, 100);
    assertThat(problems())
        .containsExactly(
            "t k: 0 events in the raw topic, 2 changes at the source, 1 of them since it began");
  }

  /** Fails where a gap in the middle is not seen. */
  @Test
  void shouldFindAGap() {
    right();
    records.remove(2);
    move(0, 0);
    assertThat(problems()).singleElement().asString().contains("the source has Change");
  }

  /** Fails where a lost delete is not seen, which the versions do not show. */
  @Test
  void shouldFindADeleteThatIsNotThere() {
    right();
    records.remove(4);
    move(0, 0);
    assertThat(problems()).hasSize(1);
  }

  /** Fails where only the numbers of changes and events are compared. */
  @Test
  void shouldFindAnEventOfAChangeThatWasRolledBack() {
    right();
    history.remove(history.size() - 1);
    changed('w', 6, 103);
    assertThat(problems()).singleElement().asString().contains("the source has Change");
  }

  @Test
  void shouldFindAnEventThatIsThereTwice() {
    right();
    event(5);
    assertThat(problems()).anyMatch(problem -> problem.contains("published twice"));
  }

  /** Fails where a row that was read may hide a newer one. */
  @Test
  void shouldFindAChunkThatComesAfterANewerChange() {
    right();
    move(1, 2);
    assertThat(problems())
        .singleElement()
        .asString()
        .contains("goes back")
        .contains("after version 3");
  }

  @Test
  void shouldFindChangesInAnotherOrder() {
    right();
    move(5, 4);
    assertThat(problems()).singleElement().asString().contains("the source has Change");
  }

  @Test
  void shouldFindSequencesThatAreMissingTwiceOrOutOfOrder() {
    right();
    records.set(2, with(records.get(2), 0, 20));
    assertThat(problems())
        .anyMatch(problem -> problem.contains("sequence 4 after 20"))
        .contains("sequences 3 to 3 are missing", "sequences 7 to 19 are missing");
    records.set(2, with(records.get(2), 0, 2));
    assertThat(problems()).contains("sequence 2 stands in the raw topics twice");
  }

  @Test
  void shouldFindAKeyInTwoPartitions() {
    right();
    records.set(5, with(records.get(5), 1, 6));
    assertThat(problems()).containsExactly("t k is in several partitions");
  }
}
