package io.crossfade.transform;

/** The line stops here (I9); carries what {@link ApplyState.Blocked} shows. */
final class BlockedException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  private final String next;

  BlockedException(String reason, String next) {
    super(reason);
    this.next = next;
  }

  BlockedException(String reason, String next, Throwable cause) {
    super(reason, cause);
    this.next = next;
  }

  String next() {
    return next;
  }
}
