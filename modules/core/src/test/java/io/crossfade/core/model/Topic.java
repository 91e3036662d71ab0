package io.crossfade.core.model;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The raw topic, of which compaction leaves the last record of each key. */
final class Topic {

  /**
   * A raw record.
   *
   * @param event transaction and number of the event that it was; empty for a row that was read
   */
  record Raw(int key, Image image, Optional<String> event) {}

  @Fingerprint.Ignored private final List<Raw> records = new ArrayList<>();
  private final List<Image> last = new ArrayList<>();
  private final List<String> events = new ArrayList<>();

  /** Where somebody reads the topic while it grows, all of it belongs to the state. */
  @SuppressWarnings("UnusedVariable") // read by Fingerprint
  private final List<Raw> history;

  private Optional<String> problem = Optional.empty();

  Topic(int keys, boolean isRead) {
    for (int key = 0; key < keys; key++) {
      last.add(Image.NEVER);
    }
    history = isRead ? records : List.of();
  }

  void append(List<Raw> batch) {
    batch.forEach(this::append);
  }

  private void append(Raw raw) {
    Image before = last.get(raw.key());
    if (raw.image().version() < before.version()) {
      problem = Optional.of(name(raw.key()) + " goes back from " + before + " to " + raw.image());
    }
    raw.event()
        .ifPresent(
            event -> {
              if (events.contains(event)) {
                problem = Optional.of("event " + event + " is in the raw topic twice");
              }
              events.add(event);
              events.sort(null);
            });
    records.add(raw);
    last.set(raw.key(), raw.image());
  }

  List<Raw> records() {
    return records;
  }

  /** The last record of a key. */
  Image last(int key) {
    return last.get(key);
  }

  Optional<String> problem() {
    return problem;
  }

  static String name(int key) {
    return key == 0 ? "row A" : "row B";
  }
}
