package io.crossfade.transform;

/** Where tests break a commit. */
interface CommitHook {

  CommitHook NONE = new CommitHook() {};

  /** Kafka has the offsets in its open transaction, the target knows nothing yet. */
  default void beforeTarget() {}

  /** The target has committed, Kafka has not. */
  default void betweenTargetAndKafka() {}
}
