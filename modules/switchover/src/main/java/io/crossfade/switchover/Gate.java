package io.crossfade.switchover;

import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;

/**
 * What has to be so before the new side serves anything.
 *
 * @param name of one word
 * @param met whether it is so
 * @param found what was found, with its figures
 * @param needed what has to be found
 * @param fix what to do about it
 */
public record Gate(String name, boolean met, String found, String needed, String fix) {

  public Gate {
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(found, "found");
    Objects.requireNonNull(needed, "needed");
    Objects.requireNonNull(fix, "fix");
  }

  /** One that is met. */
  public static Gate met(String name, String found) {
    return new Gate(name, true, found, "", "");
  }

  /** Those that are not met, as lines that each begin with a line break; empty where all are. */
  public static String open(List<Gate> gates) {
    return gates.stream()
        .filter(gate -> !gate.met())
        .map(
            gate ->
                "%n  %s: %s; needed: %s. %s"
                    .formatted(gate.name(), gate.found(), gate.needed(), gate.fix()))
        .collect(Collectors.joining());
  }

  /** On one line, for people. */
  @Override
  public String toString() {
    return (met ? "OK   " : "FAIL ")
        + name
        + " "
        + found
        + (met ? "" : " → " + needed + "  " + fix);
  }
}
