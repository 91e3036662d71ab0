package io.crossfade.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class StatusTextTest {

  @Test
  void shouldLookAsTheContractShows() {
    assertThat(StatusText.render(Statuses.CONTRACT, false))
        .isEqualTo(
            """
            subscriptions-v2   BACKFILLING   serving: reads OLD, writes OLD   up 2h 04m (resumed once)
            TABLE                 PHASE     ROWS               PROGRESS           RATE       ETA       VERIFIED
            public.subscriptions  copying   41.2M of ~52.0M    ███████▉··  79 %   96k/s      1m 50s    –
            public.audit          live      3.10M              done               210/s      –         equal, 12 m ago
            Lag  capture 0.2 s · apply 312 records, 0.4 s (group crossfade.subscriptions-v2.apply)
            WAL  held by slot crossfade_subscriptions_v2: 184 MiB of 50 GiB
            Blocked by: nothing.   Next: wait, then `crossfade verify`
            """);
  }

  @Test
  void shouldAddChunksAndPositionWhereThereIsRoom() {
    assertThat(StatusText.render(Statuses.CONTRACT, true))
        .contains("ETA       VERIFIED         CHUNKS\n")
        .contains("1m 50s    –                792/1000\n")
        .contains("–         equal, 12 m ago  40/40\n")
        .contains("\nPosition  0/3A4B5C6D\n");
  }

  @Test
  void shouldSayWhatIsUnknownAndWhoIsWaitedForAndWhatIsBlocked() {
    assertThat(StatusText.render(Statuses.BLOCKED, false))
        .isEqualTo(
            """
            m   FOLLOWING (paused, blocked)   serving: reads OLD, writes OLD   up 59s (resumed 3 times)
            TABLE                                  PHASE     ROWS               PROGRESS           RATE       ETA       VERIFIED
            public.a_table_with_quite_a_long_name  waiting   0                  –                  0/s        –         –
            Lag  capture – · apply – records, – (group crossfade.m.apply)
            WAL  held by slot crossfade_m: –
            Backfill limited to 20.0k rows/s
            Rows that the target refused: 12.3k, see `crossfade rows list`
            Rows that wait for another row: 3
            WARN  public.a: the row id = 1 waits
            Waiting for: transaction 1234 on the source (pid 99)
            Blocked by: public.a was truncated on the source.   Next: crossfade resync -f m.yaml
            """);
  }

  @Test
  void shouldShowNoBarWithoutAKnownEndButTheEstimate() {
    Status.Table planned =
        new Status.Table(
            "a.b",
            "copying",
            5,
            OptionalLong.of(70),
            3,
            OptionalLong.empty(),
            1,
            OptionalLong.empty(),
            Optional.empty(),
            Optional.empty());
    assertThat(StatusText.render(with(planned), false))
        .contains(
            "a.b    copying   5 of ~70           –                  1/s        –         –\n");
  }

  @Test
  void shouldNotLookDoneBeforeItIs() {
    assertThat(Human.bar(999_999, 1_000_000)).isEqualTo("█████████▉  99 %");
    assertThat(Human.bar(0, 3)).isEqualTo("··········   0 %");
    assertThat(Human.bar(1, 80)).isEqualTo("▏·········   1 %");
    assertThat(Human.bar(1, 2)).isEqualTo("█████·····  50 %");
    assertThat(Human.bar(3, 3)).isEqualTo("██████████ 100 %");
  }

  @Test
  void shouldWriteCountsWithThreeDigits() {
    assertThat(Human.count(0)).isEqualTo("0");
    assertThat(Human.count(9_999)).isEqualTo("9999");
    assertThat(Human.count(10_000)).isEqualTo("10.0k");
    assertThat(Human.count(99_949)).isEqualTo("99.9k");
    assertThat(Human.count(99_951)).isEqualTo("100k");
    assertThat(Human.count(999_499)).isEqualTo("999k");
    assertThat(Human.count(999_500)).isEqualTo("1.00M");
    assertThat(Human.count(9_996_000)).isEqualTo("10.0M");
    assertThat(Human.count(Long.MAX_VALUE)).isEqualTo("9223P");
  }

  @Test
  void shouldWriteRatesWithTwoDigits() {
    assertThat(Human.rate(0)).isEqualTo("0/s");
    assertThat(Human.rate(0.2)).isEqualTo("<1/s");
    assertThat(Human.rate(999.4)).isEqualTo("999/s");
    assertThat(Human.rate(999.6)).isEqualTo("1.0k/s");
    assertThat(Human.rate(1_234)).isEqualTo("1.2k/s");
    assertThat(Human.rate(12_345)).isEqualTo("12k/s");
    assertThat(Human.rate(1_500_000)).isEqualTo("1.5M/s");
  }

  @Test
  void shouldWriteTimesAndSizes() {
    assertThat(Human.duration(0)).isEqualTo("0s");
    assertThat(Human.duration(61)).isEqualTo("1m 01s");
    assertThat(Human.duration(3_600)).isEqualTo("1h 00m");
    assertThat(Human.duration(86_400 * 3 + 7_200)).isEqualTo("3d 02h");
    assertThat(Human.seconds(9.96)).isEqualTo("10 s");
    assertThat(Human.seconds(150)).isEqualTo("2m 30s");
    assertThat(Human.ago(59)).isEqualTo("59 s ago");
    assertThat(Human.ago(7_300)).isEqualTo("2 h ago");
    assertThat(Human.ago(200_000)).isEqualTo("2 d ago");
    assertThat(Human.bytes(0)).isEqualTo("0 B");
    assertThat(Human.bytes(1_536)).isEqualTo("1.5 KiB");
    assertThat(Human.bytes(1L << 40)).isEqualTo("1 TiB");
    assertThat(Human.bytes((1L << 20) - 1)).isEqualTo("1.0 MiB");
  }

  @Test
  void shouldWriteTheSameInEveryLanguage() {
    Locale before = Locale.getDefault();
    Locale.setDefault(Locale.GERMANY);
    try {
      shouldLookAsTheContractShows();
    } finally {
      Locale.setDefault(before);
    }
  }

  private static Status with(Status.Table table) {
    Status s = Statuses.BLOCKED;
    return new Status(
        s.migration(),
        s.phase(),
        s.paused(),
        s.maxRowsPerSecond(),
        s.blockedBy(),
        s.waitingFor(),
        s.next(),
        List.of(table),
        s.lag(),
        s.position(),
        s.serving(),
        s.deadRows(),
        s.parkedRows(),
        s.warnings(),
        s.upSeconds(),
        s.resumed(),
        s.group(),
        s.slot());
  }
}
