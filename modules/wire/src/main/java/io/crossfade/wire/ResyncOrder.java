package io.crossfade.wire;

import java.time.Instant;
import java.util.Objects;

/**
 * An operator wants a table to be copied again. It counts once: what began by it carries its id.
 *
 * @param id tells it from all others
 * @param reason why, in the operator's words; empty where none was given
 * @param at when
 */
public record ResyncOrder(String id, String reason, Instant at) {

  public ResyncOrder {
    Objects.requireNonNull(id, "id");
    Objects.requireNonNull(reason, "reason");
    Objects.requireNonNull(at, "at");
  }
}
