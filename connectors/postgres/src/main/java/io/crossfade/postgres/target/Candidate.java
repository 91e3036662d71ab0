package io.crossfade.postgres.target;

import io.crossfade.core.table.Row;
import io.crossfade.core.target.Origin;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/** A row that one careful flush tries to write, or a key that it tries to delete. */
final class Candidate {

  private final Row key;
  private final Optional<Origin> origin;
  private final Optional<Instant> waitingSince;
  private List<String> columns;
  private Row image;

  private Candidate(
      Row key,
      Optional<Origin> origin,
      Optional<Instant> waitingSince,
      List<String> columns,
      Row image) {
    this.key = Objects.requireNonNull(key, "key");
    this.origin = origin;
    this.waitingSince = waitingSince;
    this.columns = columns;
    this.image = image;
  }

  /** A key to be deleted. */
  static Candidate delete(Row key, Optional<Origin> origin, Optional<Instant> waitingSince) {
    return new Candidate(key, origin, waitingSince, List.of(), null);
  }

  /**
   * A row to be written.
   *
   * @param key in the order of the primary key
   * @param waitingSince where a row of the key waits already, since when
   */
  static Candidate write(
      Row key,
      Optional<Origin> origin,
      Optional<Instant> waitingSince,
      List<String> columns,
      Row image) {
    return new Candidate(
        key, origin, waitingSince, columns, Objects.requireNonNull(image, "image"));
  }

  boolean isDelete() {
    return image == null;
  }

  Row key() {
    return key;
  }

  Optional<Origin> origin() {
    return origin;
  }

  Optional<Instant> waitingSince() {
    return waitingSince;
  }

  List<String> columns() {
    return columns;
  }

  Row image() {
    return image;
  }

  /**
   * What the former row held in columns that nobody fills for us is to come back with the new one.
   */
  void keep(List<String> more, Row values) {
    if (more.isEmpty()) {
      return;
    }
    List<String> all = new ArrayList<>(columns);
    all.addAll(more);
    String[] both = new String[all.size()];
    for (int i = 0; i < both.length; i++) {
      both[i] = i < image.size() ? image.get(i) : values.get(i - image.size());
    }
    columns = List.copyOf(all);
    image = Row.of(both);
  }
}
