package io.crossfade.bench;

import java.util.List;

/** One question to the machine, and who is asked: us, and who does the same. */
interface Measurement {

  /** As {@code --only} names it. */
  String name();

  /** What of it is compared. */
  List<Ratio> ratios();

  /**
   * Measures everybody once, one after the other, and looks whether the rows are right.
   *
   * @throws IllegalStateException where somebody's are not
   */
  void round(Setup setup, Results results) throws Exception;
}
