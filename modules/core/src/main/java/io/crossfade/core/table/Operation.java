package io.crossfade.core.table;

/** How a row came into its raw topic. */
public enum Operation {
  /**
   * Read by a chunk, and unchanged since before the log began: no record of this key can stand
   * before it, so no row of it can be in the target yet.
   */
  LOAD('l'),
  /**
   * Read from the table, by a chunk or because an event came without a value that had not changed.
   */
  READ('r'),
  INSERT('c'),
  UPDATE('u'),
  DELETE('d');

  private final char code;

  Operation(char code) {
    this.code = code;
  }

  /** The letter that stands for it on the wire. */
  public char code() {
    return code;
  }

  /** The operation of that letter. */
  public static Operation of(char code) {
    for (Operation operation : values()) {
      if (operation.code == code) {
        return operation;
      }
    }
    throw new IllegalArgumentException("no operation has the code '" + code + "'");
  }
}
