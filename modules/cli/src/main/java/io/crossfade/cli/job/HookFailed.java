package io.crossfade.cli.job;

/** A hook has not succeeded: what stands behind it does not begin. */
final class HookFailed extends RuntimeException {

  private static final long serialVersionUID = 1L;

  private final String summary;

  /**
   * @param summary which hook and what became of it, in one line
   * @param more what to do next, and what the hook has said
   */
  HookFailed(String summary, String more) {
    super(summary + "; " + more);
    this.summary = summary;
  }

  /** For where there is one line only. */
  String summary() {
    return summary;
  }
}
