package io.crossfade.server;

import java.util.Objects;

/**
 * What somebody did to the migration.
 *
 * @param at when, ISO 8601 in UTC
 * @param who a person or an instance, as it was told
 * @param what the command with its parameters
 * @param why the reason that was given; empty where none was
 */
public record JobEvent(String at, String who, String what, String why) {

  public JobEvent {
    Objects.requireNonNull(at, "at");
    Objects.requireNonNull(who, "who");
    Objects.requireNonNull(what, "what");
    Objects.requireNonNull(why, "why");
  }
}
