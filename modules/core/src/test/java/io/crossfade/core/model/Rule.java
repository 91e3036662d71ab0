package io.crossfade.core.model;

/** A rule of the protocol, each of which is left out once to see that the checker notices. */
enum Rule {
  /** What is published already is known by transaction and count, not by places in the log. I2. */
  KNOWN_BY_TRANSACTION,
  /** Records and position are one transaction of Kafka. I2. */
  POSITION_WITH_THE_RECORDS,
  /** A former publisher is fenced before the position is read. I1. */
  FENCED_BEFORE_THE_POSITION_IS_READ,
  /** The slot moves only after Kafka has committed. I1. */
  CONFIRMED_AFTER_THE_COMMIT,
  /** The slot does not move past a hint that waits. I8. */
  CONFIRMED_BEFORE_THE_HINT,
  /** The line is drawn when the slot is there. I1. */
  LINE_AFTER_THE_SLOT,
  /** No chunk begins before the line has settled. I1. */
  CHUNKS_AFTER_THE_LINE,
  /** A chunk waits for its marker. I3. */
  MARKER,
  /** Rows of keys with a newer event give way. I3. */
  WINDOW,
  /** Of a standby only what is below xmin is certain. I3. */
  STANDBY_BY_XMIN,
  /** An event without a value is a hint and not a record. I8. */
  WHOLE_ROWS,
  /** Rows are in the target before Kafka has the offset. I6. */
  ROWS_BEFORE_THE_OFFSET,
  /** Rows and progress are one transaction of the target. I6. */
  ROWS_WITH_THE_PROGRESS,
  /** A flush under another owner's token writes nothing. I6. */
  TOKEN,
  /** The partition is claimed before Kafka is asked for its offset. I6. */
  CLAIM_BEFORE_KAFKA_IS_ASKED,
  /** A unique value that another row holds is waited for; that row is not deleted. I7. */
  OTHER_ROWS_STAY
}
