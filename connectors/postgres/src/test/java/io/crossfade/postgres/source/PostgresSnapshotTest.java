package io.crossfade.postgres.source;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class PostgresSnapshotTest {

  @Test
  void shouldIncludeWhatHasEndedAndNothingElseOnAPrimary() {
    PostgresSnapshot snapshot = PostgresSnapshot.ofPrimary("100:105:100,103");

    assertThat(snapshot.includes(99)).isTrue();
    assertThat(snapshot.includes(100)).isFalse();
    assertThat(snapshot.includes(102)).isTrue();
    assertThat(snapshot.includes(103)).isFalse();
    assertThat(snapshot.includes(105)).isFalse();
    assertThat(snapshot).hasToString("100:105:100,103");
  }

  @Test
  void shouldTakeOnlyWhatIsCertainOnAStandbyWhichListsNoRunningTransactions() {
    PostgresSnapshot snapshot = PostgresSnapshot.ofStandby("100:105:");

    assertThat(snapshot.includes(99)).isTrue();
    assertThat(snapshot.includes(102)).isFalse();
  }

  @Test
  void shouldCompareIdsAcrossTheWrapOf32Bits() {
    long epoch = 3L << 32;
    PostgresSnapshot snapshot =
        PostgresSnapshot.ofPrimary((epoch + 5) + ":" + (epoch + 10) + ":" + (epoch + 5));

    assertThat(snapshot.includes(7)).isTrue();
    assertThat(snapshot.includes(5)).isFalse();
    assertThat(snapshot.includes(11)).isFalse();
    assertThat(snapshot.includes(0xFFFF_FFF0L)).as("from before the wrap").isTrue();
  }

  @Test
  void shouldKnowWhichOfTwoSnapshotsIncludesTheOther() {
    PostgresSnapshot older = PostgresSnapshot.ofPrimary("100:105:100,103");

    assertThat(PostgresSnapshot.ofPrimary("103:106:103").includesAllOf(older)).isTrue();
    assertThat(PostgresSnapshot.ofPrimary("100:110:100,107").includesAllOf(older)).isTrue();
    assertThat(PostgresSnapshot.ofPrimary("100:110:101").includesAllOf(older)).isFalse();
    assertThat(PostgresSnapshot.ofPrimary("99:104:99").includesAllOf(older)).isFalse();
  }

  @Test
  void shouldSayWhetherALineHasSettled() {
    assertThat(PostgresSnapshot.ofPrimary("100:105:100").settled(99)).isTrue();
    assertThat(PostgresSnapshot.ofPrimary("100:105:100").settled(100)).isFalse();
  }
}
