package io.crossfade.core;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;

/**
 * Places where a crash hurts most. A test kills the process there: with the system property {@code
 * crossfade.fault=POINT:N}, for instance {@code between-target-and-kafka:3}, it is halted with
 * {@value #EXIT_CODE} at the Nth passage, as {@code kill -9} would: no hook runs, nothing is
 * flushed. With {@code :stop} behind it the process stands still there instead, as by {@code kill
 * -STOP}, until it is told to go on, which it does as a zombie if that is late. Without the
 * property a point is the comparison of a constant, which the compiler takes away.
 *
 * <p>The idea is Ghostferry's. Who sets the property is modules/torture.
 */
public enum FaultPoint {
  /** Capture: records are on their way to Kafka, their transaction is not committed. */
  AFTER_SEND_BEFORE_COMMIT,
  /** Capture: Kafka has committed a part of a source transaction. */
  INSIDE_SOURCE_TRANSACTION,
  /** Capture: a row of a chunk, or of a read by keys, was read; counted by row. */
  INSIDE_CHUNK,
  /** Capture: a chunk was read, its marker is not written. */
  BETWEEN_CHUNK_AND_MARKER,
  /** Capture: Kafka has committed, the source's slot is not confirmed. */
  AFTER_KAFKA_COMMIT_BEFORE_CONFIRM,
  /** Apply: offsets and rows are written in the target's transaction, which is not committed. */
  INSIDE_TARGET_TRANSACTION,
  /** Apply: the target has committed, Kafka has not. */
  BETWEEN_TARGET_AND_KAFKA,
  /** Apply: partitions were claimed in the target, Kafka was not asked for their offsets yet. */
  AFTER_CLAIM,
  /** Apply: a record is written again after the group was reset; counted by record. */
  IN_REPLAY,
  /** A switch, or what settles one: something was done of it; counted by what was done. */
  IN_SWITCH,
  /** A migration ends: something of what was made for it was taken away; counted by what was. */
  IN_ENDING;

  /** How a halted process ends: as one that was killed by signal 9. */
  public static final int EXIT_CODE = 137;

  private static final String PROPERTY = "crossfade.fault";

  /** The one that halts this process, or none. */
  private static final FaultPoint ARMED;

  private static final AtomicLong LEFT;

  private static final boolean STOPS;

  static {
    String order = System.getProperty(PROPERTY, "");
    String[] parts = order.split(":", 3);
    ARMED = order.isEmpty() ? null : of(parts[0]);
    LEFT = new AtomicLong(parts.length >= 2 ? Long.parseLong(parts[1]) : 1);
    STOPS = parts.length == 3 && parts[2].equals("stop");
  }

  /** The point of that name, as the property has it. */
  private static FaultPoint of(String name) {
    return Arrays.stream(values())
        .filter(point -> point.label().equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    PROPERTY
                        + " names no point: '"
                        + name
                        + "'; there are "
                        + Arrays.stream(values())
                            .map(FaultPoint::label)
                            .collect(Collectors.joining(", "))));
  }

  /** Those that a job passes by itself, nobody having switched anything. */
  public static List<FaultPoint> ofTheFlow() {
    return Arrays.stream(values())
        .filter(point -> point != IN_SWITCH && point != IN_ENDING)
        .toList();
  }

  /** As it is written in the property: small letters, with hyphens. */
  public String label() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** This place is passed. Does nothing, unless a test has armed it. */
  public void reached() {
    if (this == ARMED && LEFT.decrementAndGet() == 0) {
      if (STOPS) {
        stop();
      } else {
        System.err.println("fault point " + label() + ": halting");
        Runtime.getRuntime().halt(EXIT_CODE);
      }
    }
  }

  private void stop() {
    System.err.println("fault point " + label() + ": standing still");
    try {
      new ProcessBuilder("kill", "-STOP", "" + ProcessHandle.current().pid()).start().waitFor();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
