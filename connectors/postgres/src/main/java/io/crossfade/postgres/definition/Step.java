package io.crossfade.postgres.definition;

/** One of the statements that a statement becomes, executed one after the other. */
public sealed interface Step {

  /** What is executed. */
  String sql();

  /**
   * In a transaction, and its mark with it.
   *
   * @param lengthy whether it may take its time, as nobody who reads or writes waits for it; all
   *     others end in a moment, or are to be given up
   */
  record InTransaction(String sql, boolean lengthy) implements Step {}

  /**
   * Outside of a transaction.
   *
   * @param again what is executed where a run was interrupted after it had begun this: content with
   *     what is done already
   */
  record Concurrently(String sql, String again) implements Step {}

  /** What ends in a moment. */
  static Step brief(String sql) {
    return new InTransaction(sql, false);
  }
}
