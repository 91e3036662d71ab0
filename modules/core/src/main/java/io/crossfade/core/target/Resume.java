package io.crossfade.core.target;

import java.util.Objects;
import java.util.OptionalLong;

/**
 * Where to go on in a partition that was just taken, from what the target and Kafka say about it.
 *
 * <p>Every flush writes {@code prev} = what Kafka has committed and {@code cur} = what it is about
 * to commit, and only then Kafka commits. So {@code prev <= Kafka's offset <= cur} always, whatever
 * is killed when; anything else was restored, lost, recreated or reset by somebody, and to go on
 * would lose rows silently.
 */
public sealed interface Resume {

  /**
   * Read from Kafka's offset; write from {@code writeFrom}.
   *
   * @param committed Kafka's offset, 0 where it has none
   * @param writeFrom records below it are in the target already
   * @param copyFrom records below it may be in the target from before a rewind
   */
  record GoOn(long committed, long writeFrom, long copyFrom) implements Resume {}

  /**
   * Never go on.
   *
   * @param reason what differs
   * @param next what to do about it
   */
  record Refused(String reason, String next) implements Resume {

    public Refused {
      Objects.requireNonNull(reason, "reason");
      Objects.requireNonNull(next, "next");
    }
  }

  /**
   * The decision for one partition.
   *
   * @param partition for the messages
   * @param stored what the target says, read after this owner's token was written
   * @param committed what Kafka's group says, asked after that; empty where it has no offset
   * @param topic the topic as it is
   * @param end the offset behind the topic's last record, transactions included
   */
  static Resume of(
      InputPartition partition,
      Progress stored,
      OptionalLong committed,
      TopicIdentity topic,
      long end) {
    long kafka = committed.orElse(0);
    if (!stored.topic().id().equals(topic.id())) {
      return new Refused(
          partition
              + ": the topic was deleted and made again (id "
              + stored.topic().id()
              + " before, "
              + topic.id()
              + " now)",
          RESYNC);
    }
    if (stored.topic().partitions() != topic.partitions()) {
      return new Refused(
          partition
              + ": the topic had "
              + stored.topic().partitions()
              + " partitions and has "
              + topic.partitions()
              + ": keys have moved between them",
          RESYNC);
    }
    if (kafka > stored.cur()) {
      return new Refused(
          partition
              + ": Kafka's group is at offset "
              + kafka
              + ", the target has applied only up to "
              + stored.cur()
              + ": the target was restored from a backup, or the group's offsets were moved forward",
          "move the group back to "
              + stored.cur()
              + " (kafka-consumer-groups --reset-offsets --to-offset "
              + stored.cur()
              + "), then start again");
    }
    if (stored.cur() > end) {
      return new Refused(
          partition
              + ": the target has applied up to offset "
              + stored.cur()
              + ", the topic ends at "
              + end
              + ": Kafka has lost records",
          RESYNC);
    }
    if (kafka < stored.prev()) {
      return new Refused(
          partition
              + ": Kafka's group went back from offset "
              + stored.prev()
              + " to "
              + kafka
              + " while the job was running",
          "stop all instances and start again: a reset of the group is taken up when the job starts");
    }
    return new GoOn(kafka, stored.cur(), stored.highest());
  }

  /**
   * Where an operator has reset the group to, if he has: asked when the job starts and the group
   * has no members, for then no commit of ours can be under way. A group without an offset reads
   * from the start, so it counts as reset to 0.
   */
  static OptionalLong rewoundTo(Progress stored, OptionalLong committed) {
    long kafka = committed.orElse(0);
    return kafka < stored.prev() ? OptionalLong.of(kafka) : OptionalLong.empty();
  }

  /** What a reader does where the topic itself is no longer what it was. */
  String RESYNC = "begin again as docs/runbook.md says";
}
