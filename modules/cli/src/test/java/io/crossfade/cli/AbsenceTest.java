package io.crossfade.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.crossfade.cli.job.CommandException;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class AbsenceTest {

  private static final IOException REFUSED = new IOException("connection refused");

  private final AtomicLong now = new AtomicLong();
  private final List<String> said = new ArrayList<>();

  /**
   * Fails where a job that is gone for good is waited for for ever, or an answer does not count.
   */
  @Test
  void shouldWaitForSoLongSinceTheLastAnswer() {
    Absence absence = absence(Duration.ofMinutes(5));
    absence.lasts(REFUSED);
    now.addAndGet(Duration.ofMinutes(4).toNanos());
    absence.lasts(REFUSED);
    absence.over();
    assertThat(said).hasSize(2).last().isEqualTo("verify: the job answers again");
    now.addAndGet(Duration.ofMinutes(4).toNanos());
    absence.lasts(REFUSED);
    now.addAndGet(Duration.ofMinutes(5).toNanos());
    assertThatThrownBy(() -> absence.lasts(REFUSED))
        .isInstanceOf(CommandException.class)
        .hasMessage("incomplete: it is gone: connection refused");
  }

  /** Fails where somebody waits for what does not outlive the job. */
  @Test
  void shouldNotWaitWhereNothingOutlivesTheJob() {
    assertThatThrownBy(() -> absence(Duration.ZERO).lasts(REFUSED))
        .isInstanceOf(CommandException.class);
    assertThat(said).isEmpty();
  }

  private Absence absence(Duration patience) {
    return new Absence("verify", "it is gone", patience, now::get, said::add);
  }
}
