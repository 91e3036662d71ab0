package io.crossfade.torture;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JobRunTest {

  /** As the job logs and prints them; fails where one of them would pass unseen. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "2026-01-01T00:00:00.000Z ERROR i.c.capture.Capture BLOCKED: the slot is gone. Next: begin",
        "2026-01-01T00:00:00.000Z ERROR i.c.capture.Capture capture stopped by an error of its own",
        "2026-01-01T00:00:00.000Z ERROR i.c.transform.Apply Apply has failed",
        "BLOCKED: public.a refuses the row"
      })
  void shouldHearWhatAJobMustNotSay(String line) {
    assertThat(JobRun.complaintsIn("Running torture\n" + line + "\ncaught up\n"))
        .containsExactly(line);
  }

  @Test
  void shouldPassOverWhatAJobMaySay() {
    assertThat(
            JobRun.complaintsIn(
                """
                2026-01-01T00:00:00.000Z WARN  i.c.capture.Capture Capture is interrupted and begins again in 500 ms
                torture BACKFILLING: public.wide copying 0; waiting for transaction 7401
                """))
        .isEmpty();
  }
}
