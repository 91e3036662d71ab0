package io.crossfade.cli.job;

import static org.assertj.core.api.Assertions.assertThat;

import io.crossfade.cli.job.Verifier.Ended;
import io.crossfade.cli.job.Verifier.Round;
import io.crossfade.core.table.TableId;
import io.crossfade.verify.Outcome;
import io.crossfade.verify.Turn;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What is known of a table that is compared round after round, and because somebody asks. */
class EndedTest {

  private static final Round THIRD = new Round("order", 3);
  private static final Round FOURTH = new Round("order", 4);

  /** Fails where the round is lost: it would be compared again for ever. */
  @Test
  void shouldKnowTheRoundWhereSomebodyHasAskedSince() {
    Ended asked = ended(20, Outcome.DIFFERENT, Optional.empty());

    Ended both = ended(10, Outcome.EQUAL, Optional.of(THIRD)).with(asked);

    assertThat(both.round()).contains(THIRD);
    assertThat(both.outcome()).isEqualTo(Outcome.DIFFERENT);
  }

  /** A round that goes on where it was, which is at its end, has ended when it did. */
  @Test
  void shouldKnowTheRoundThatHasEndedBeforeSomebodyAsked() {
    Ended asked = ended(20, Outcome.DIFFERENT, Optional.of(THIRD));

    Ended both = asked.with(ended(10, Outcome.EQUAL, Optional.of(FOURTH)));

    assertThat(both.round()).contains(FOURTH);
    assertThat(both.outcome()).isEqualTo(Outcome.DIFFERENT);
    assertThat(both.at()).isEqualTo(asked.at());
  }

  private static Ended ended(long second, Outcome outcome, Optional<Round> round) {
    return new Ended(
        new TableId("public", "b"),
        outcome,
        Instant.ofEpochSecond(second),
        Optional.of("0/1"),
        7,
        round,
        Turn.FORWARD,
        Map.of());
  }
}
