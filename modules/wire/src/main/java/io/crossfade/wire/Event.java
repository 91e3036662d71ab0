package io.crossfade.wire;

import java.time.Instant;
import java.util.Objects;

/**
 * Something that was done to a migration, for those who look later.
 *
 * @param at when it was done, by the clock of the instance that says so
 * @param who the person or the instance: {@code anna@build-7}; as it was told, nobody has proved it
 * @param what the command with its parameters, or what an instance did by itself
 * @param why the reason that was given; empty where none was
 */
public record Event(Instant at, String who, String what, String why) {

  public Event {
    Objects.requireNonNull(at, "at");
    Objects.requireNonNull(who, "who");
    Objects.requireNonNull(what, "what");
    Objects.requireNonNull(why, "why");
  }
}
