package io.crossfade.capture;

import java.util.concurrent.atomic.LongAdder;

/** What capture counts over all its terms, for people. Written by the log's thread, read by any. */
final class CaptureCounters {

  private final LongAdder changes = new LongAdder();
  private final LongAdder rereads = new LongAdder();
  private volatile String position = "";

  void changed(String at) {
    changes.increment();
    position = at;
  }

  void reread() {
    changes.increment();
    rereads.increment();
  }

  /** A row was deleted that no event tells of. */
  void removed() {
    changes.increment();
  }

  long changes() {
    return changes.sum();
  }

  String position() {
    return position;
  }
}
