package io.crossfade.verify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.crossfade.core.table.Row;
import io.crossfade.core.verify.ComparedDatabase;
import io.crossfade.core.verify.ReadFailedException;
import io.crossfade.core.verify.Relation;
import io.crossfade.core.verify.RelationReader;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A clock that only statements and pauses move. */
class WithinShareTest {

  private static final long SECOND = 1_000_000_000;

  private long now;
  private long statement;
  private boolean fails;

  /** Fails where a pause is as long as its statement, or where the statement pays for itself. */
  @ParameterizedTest
  @ValueSource(doubles = {0.01, 0.05, 0.5, 1})
  void shouldKeepTheSourceBusyForTheShareWhateverStatementsTake(double share) {
    WithinShare source = source(share);
    Random random = new Random(7);
    long busy = 0;
    for (int i = 0; i < 2_000; i++) {
      statement = random.nextInt(10) == 0 ? random.nextLong(SECOND) : random.nextLong(SECOND / 500);
      busy += statement;
      source.position();
    }
    long work = busy;
    // The last statement's pause is still to come.
    assertThat((work - statement) / (double) (now - statement))
        .isBetween(share * 0.99, share * 1.01);
    assertThat(source.used()).isBetween(share * 0.9, Math.min(1, share * 1.1));
  }

  /** Fails where time that was not used is saved up. */
  @Test
  void shouldNotMakeUpForAQuietHour() {
    WithinShare source = source(0.1);
    statement = SECOND;
    source.position();
    now += 3600 * SECOND;
    long from = now;
    source.position();
    source.position();
    assertThat(now - from).isGreaterThanOrEqualTo(11 * SECOND);
  }

  /** Fails where a statement that failed has cost nothing. */
  @Test
  void shouldCountWhatFailed() {
    WithinShare source = source(0.1);
    statement = SECOND;
    fails = true;
    assertThatThrownBy(source::position).isInstanceOf(ReadFailedException.class);
    fails = false;
    statement = 0;
    long from = now;
    source.position();
    assertThat(now - from).isBetween(9 * SECOND - 10, 9 * SECOND + 10);
  }

  /** Fails where an interruption is forgotten, or the statement is sent all the same. */
  @Test
  void shouldStopWhenItIsInterrupted() {
    WithinShare source = new WithinShare(new Slow(), 0.01);
    source.position();
    statement = Long.MIN_VALUE;
    long until = System.nanoTime() + SECOND / 100;
    while (System.nanoTime() < until) {
      Thread.onSpinWait();
    }
    Thread.currentThread().interrupt();
    assertThatThrownBy(
            () -> {
              while (true) {
                source.query("", 1);
              }
            })
        .isInstanceOf(ReadFailedException.class)
        .hasMessage("it was stopped");
    assertThat(Thread.interrupted()).isTrue();
  }

  private WithinShare source(double share) {
    return new WithinShare(
        new Slow(),
        share,
        new WithinShare.Clock() {
          @Override
          public long nanos() {
            return now;
          }

          @Override
          public void sleep(long nanos) {
            now += nanos;
          }
        });
  }

  private final class Slow implements ComparedDatabase {
    @Override
    public RelationReader open(Relation relation) {
      throw new UnsupportedOperationException();
    }

    @Override
    public String position() {
      now += statement;
      if (fails) {
        throw new ReadFailedException("away", true, null);
      }
      return "";
    }

    @Override
    public List<Row> query(String sql, int most) {
      return List.of();
    }
  }
}
