package io.crossfade.verify;

import java.util.Objects;

/**
 * Two queries of the user's that must give the same.
 *
 * @param name in reports
 * @param source over the old tables
 * @param target over the new tables
 */
public record CheckPair(String name, String source, String target) {

  public CheckPair {
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(source, "source");
    Objects.requireNonNull(target, "target");
  }
}
