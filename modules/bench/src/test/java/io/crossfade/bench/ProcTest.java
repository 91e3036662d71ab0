package io.crossfade.bench;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ProcTest {

  private static final long SELF = ProcessHandle.current().pid();

  @Test
  void shouldCountTheTimeOfChildrenThatHaveEndedForTheTreeOnly() throws Exception {
    long own = Proc.ownTicks(SELF);
    long tree = Proc.treeTicks(SELF);
    Process child =
        new ProcessBuilder("sh", "-c", "i=0; while [ $i -lt 300000 ]; do i=$((i+1)); done").start();
    child.waitFor();

    long ofTree = Proc.treeTicks(SELF) - tree;
    long ofSelf = Proc.ownTicks(SELF) - own;
    assertThat(ofTree).isGreaterThanOrEqualTo(ofSelf + 5);
  }

  @Test
  void shouldKnowThePeakOfAProcessAndNothingOfOneThatHasEnded() throws Exception {
    Process child = new ProcessBuilder("true").start();
    child.waitFor();

    assertThat(Proc.peakKibibytes(SELF).orElseThrow()).isGreaterThan(10_000);
    assertThat(Proc.peakKibibytes(child.pid())).isEmpty();
    assertThat(Proc.ownTicks(child.pid())).isZero();
  }

  @Test
  void shouldFindOnlyAJavaProcessByItsMainClass() throws Exception {
    Process shell = new ProcessBuilder("sh", "-c", "read line", "guard", "io.example.Main").start();
    try {
      assertThat(Proc.javaBelow(SELF, "io.example.Main")).isEmpty();
    } finally {
      shell.destroy();
      shell.waitFor();
    }
  }
}
