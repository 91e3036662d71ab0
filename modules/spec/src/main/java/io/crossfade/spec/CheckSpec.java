package io.crossfade.spec;

import java.util.Objects;

/**
 * Two queries that must give the same after a barrier.
 *
 * @param name in reports; each once
 * @param source over the old tables
 * @param target over the new tables
 */
public record CheckSpec(String name, String source, String target) {

  public CheckSpec {
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(source, "source");
    Objects.requireNonNull(target, "target");
  }
}
