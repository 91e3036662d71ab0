package io.crossfade.bench;

import io.crossfade.sandbox.Database;

/** A database on each of the two servers, made for one run and dropped after it. */
record Pair(Database source, Database target) implements AutoCloseable {

  /** What was written before must not be paid for by what is measured next. */
  void checkpoint() {
    source.execute("CHECKPOINT");
    target.execute("CHECKPOINT");
  }

  @Override
  public void close() {
    // In this order: a subscription of the target holds a slot of the source.
    try {
      target.close();
    } finally {
      source.close();
    }
  }
}
