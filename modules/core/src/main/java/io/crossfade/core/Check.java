package io.crossfade.core;

import java.util.Objects;

/**
 * One thing that was looked at before a migration runs.
 *
 * @param level whether it will do
 * @param id a short name that does not change, for scripts: {@code source.wal-level}
 * @param found what was found and, where that will not do, what is needed
 * @param fix what to do about it, as SQL or a setting where there is one; empty where it will do
 */
public record Check(Level level, String id, String found, String fix) {

  /** How good it is. */
  public enum Level {
    OK,
    WARN,
    FAIL
  }

  public Check {
    Objects.requireNonNull(level, "level");
    Objects.requireNonNull(id, "id");
    Objects.requireNonNull(found, "found");
    Objects.requireNonNull(fix, "fix");
  }

  /** It will do. */
  public static Check ok(String id, String found) {
    return new Check(Level.OK, id, found, "");
  }

  /** It will do, but somebody should know. */
  public static Check warn(String id, String found, String fix) {
    return new Check(Level.WARN, id, found, fix);
  }

  /** It will not do. */
  public static Check fail(String id, String found, String fix) {
    return new Check(Level.FAIL, id, found, fix);
  }

  /** As a line for people. */
  @Override
  public String toString() {
    return level + " " + id + "  " + found + (fix.isEmpty() ? "" : "  → " + fix);
  }
}
