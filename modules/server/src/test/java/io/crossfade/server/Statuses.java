package io.crossfade.server;

import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/** Statuses for tests. */
final class Statuses {
  static final Status.Table COPYING =
      new Status.Table(
          "public.subscriptions",
          "copying",
          41_200_000,
          OptionalLong.of(52_000_000),
          792,
          OptionalLong.of(1000),
          96_200,
          OptionalLong.of(110),
          Optional.empty(),
          Optional.empty());

  static final Status.Table LIVE =
      new Status.Table(
          "public.audit",
          "live",
          3_100_000,
          OptionalLong.of(3_000_000),
          40,
          OptionalLong.of(40),
          210.3,
          OptionalLong.empty(),
          Optional.of(new Status.Verified("equal", 12 * 60 + 5)),
          Optional.empty());

  static final Status.Table WAITING =
      new Status.Table(
          "public.a_table_with_quite_a_long_name",
          "waiting",
          0,
          OptionalLong.empty(),
          0,
          OptionalLong.empty(),
          0,
          OptionalLong.empty(),
          Optional.empty(),
          Optional.empty());

  /** The one that the contract shows. */
  static final Status CONTRACT =
      new Status(
          "subscriptions-v2",
          "BACKFILLING",
          false,
          OptionalLong.empty(),
          Optional.empty(),
          Optional.empty(),
          "wait, then `crossfade verify`",
          List.of(COPYING, LIVE),
          new Status.Lag(
              OptionalDouble.of(0.2),
              OptionalLong.of(312),
              OptionalDouble.of(0.41),
              OptionalLong.of(184L << 20),
              OptionalLong.of(50L << 30)),
          Optional.of("0/3A4B5C6D"),
          "reads OLD, writes OLD",
          0,
          0,
          List.of(),
          2 * 3600 + 4 * 60 + 59,
          1,
          "crossfade.subscriptions-v2.apply",
          "crossfade_subscriptions_v2");

  /** All that can be said beside. */
  static final Status BLOCKED =
      new Status(
          "m",
          "FOLLOWING",
          true,
          OptionalLong.of(20_000),
          Optional.of(
              new Status.Block(
                  "public.a was truncated on the source", "crossfade resync -f m.yaml")),
          Optional.of("transaction 1234 on the source (pid 99)"),
          "-",
          List.of(WAITING),
          Status.Lag.UNKNOWN,
          Optional.empty(),
          "reads OLD, writes OLD",
          12_345,
          3,
          List.of("public.a: the row id = 1 waits"),
          59,
          3,
          "crossfade.m.apply",
          "crossfade_m");

  private Statuses() {}
}
