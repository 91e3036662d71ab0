package io.crossfade.core.source;

/** A running stream of the log. */
public interface LogStream extends AutoCloseable {

  /**
   * Waits until the stream has ended.
   *
   * @throws SourceException why it ended, unless {@link #close} ended it
   */
  void join() throws InterruptedException;

  /**
   * Ends the stream and waits for its threads. What was not confirmed is sent again by the next
   * stream. Idempotent.
   */
  @Override
  void close();
}
