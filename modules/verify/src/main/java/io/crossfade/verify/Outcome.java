package io.crossfade.verify;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Collection;
import java.util.Locale;

/** How a comparison ended. */
public enum Outcome {
  /** All was compared, and nothing differed. */
  EQUAL,
  /** Something differs; whether or not all was compared. */
  DIFFERENT,
  /** No difference was found, and not all could be compared: nothing is known. */
  INCOMPLETE;

  /** Of several: a difference stays one, and equal are all or none. */
  static Outcome of(Collection<Outcome> all) {
    return all.contains(DIFFERENT)
        ? DIFFERENT
        : all.contains(INCOMPLETE) || all.isEmpty() ? INCOMPLETE : EQUAL;
  }

  /** As users read it. */
  @JsonValue
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
