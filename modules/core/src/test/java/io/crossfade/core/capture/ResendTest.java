package io.crossfade.core.capture;

import static org.assertj.core.api.Assertions.assertThat;

import io.crossfade.core.source.Snapshot;
import io.crossfade.core.table.Key;
import io.crossfade.core.table.TableId;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;

/** What {@link CaptureProtocolTest} has no step for. */
class ResendTest {

  private static final TableId TABLE = new TableId("public", "t");
  private static final Key KEY = new ModelDatabase(1).keys.get(0);

  private final Resend resend = new Resend(TABLE, List.of(KEY), snapshot -> true);

  /** Fails where a truncate is no event of the keys. */
  @Test
  void shouldGiveWayToATruncateThatTheReadHasNotSeen() {
    assertThat(resend.mayPublish(KEY, until(10))).isTrue();
    resend.emptied(new TableId("public", "other"), 11);
    assertThat(resend.mayPublish(KEY, until(10))).isTrue();
    resend.emptied(TABLE, 11);
    assertThat(resend.mayPublish(KEY, until(10))).isFalse();
    assertThat(resend.mayPublish(KEY, until(12))).isTrue();
  }

  /** Fails where ids that are published in part, or not beyond the horizon, are forgotten. */
  @Test
  void shouldWantToSeeAllThatWasStreamed() {
    PublishedLog log = new PublishedLog(PublishedLog.State.NOTHING, ModelSnapshot::parse);
    commit(log, 5);
    commit(log, 7);
    log.advance(until(6));
    log.begin(9);
    log.next();
    Predicate<Snapshot> inside = log.streamedUntilNow();
    log.commit(9);
    commit(log, 20);

    assertThat(inside.test(until(10))).isTrue();
    assertThat(inside.test(new ModelSnapshot(10, Set.of(9L)))).isFalse();
    assertThat(inside.test(new ModelSnapshot(10, Set.of(7L)))).isFalse();
    assertThat(inside.test(new ModelSnapshot(10, Set.of(6L, 8L)))).isTrue();
    assertThat(log.streamedUntilNow().test(until(10))).isFalse();
  }

  /** Fails where the transaction that a former run has published in part is forgotten. */
  @Test
  void shouldWantToSeeWhatAFormerRunHasPublishedInPart() {
    PublishedLog before = new PublishedLog(PublishedLog.State.NOTHING, ModelSnapshot::parse);
    before.begin(9);
    before.next();
    PublishedLog log = new PublishedLog(before.state(), ModelSnapshot::parse);

    assertThat(log.streamedUntilNow().test(until(9))).isFalse();
    assertThat(log.streamedUntilNow().test(until(10))).isTrue();
  }

  private static void commit(PublishedLog log, long id) {
    log.begin(id);
    log.next();
    log.commit(id);
  }

  private static ModelSnapshot until(long next) {
    return new ModelSnapshot(next, Set.of());
  }
}
