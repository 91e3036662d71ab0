package io.crossfade.transform;

import io.crossfade.core.BlockedException;
import io.crossfade.core.FaultPoint;
import io.crossfade.core.target.BadRow;
import io.crossfade.core.target.Flush;
import io.crossfade.core.target.Flushed;
import io.crossfade.core.target.InputPartition;
import io.crossfade.core.target.Progress;
import io.crossfade.core.target.Resume;
import io.crossfade.core.target.TableBatch;
import io.crossfade.core.target.TargetSession;
import io.crossfade.core.target.TargetUnavailableException;
import io.crossfade.core.target.TopicIdentity;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.CommitFailedException;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What one stream thread has between Kafka and the target: the partitions that it holds, their
 * buffers, and the one transaction that writes both. Everything here runs on that thread.
 */
final class JoinedCommit {

  private static final Logger log = LoggerFactory.getLogger(JoinedCommit.class);

  /** Shorter than Kafka's transaction may live ({@link StreamsSettings}). */
  private static final Duration FLUSH_WITHIN = Duration.ofSeconds(240);

  /** Streams asks again after it, without an end; in between the consumer is polled. */
  private static final Duration CLAIM_WITHIN = Duration.ofSeconds(20);

  /** What a thread collects before it asks for a commit. */
  private static final long FULL_BYTES = 16L * 1024 * 1024;

  private static final long FULL_RECORDS = 50_000;

  /** The same where rows are others', who wait for ours until it is committed. */
  private static final long FULL_OF_OTHERS = 5_000;

  /** How long a change waits at most until a commit begins. */
  private static final Duration LATEST = Duration.ofMillis(100);

  /** The same while so many records wait behind it: fewer commits are then worth more. */
  private static final Duration LATEST_IN_A_BACKLOG =
      Duration.ofMillis(StreamsSettings.COMMIT_INTERVAL_MS);

  private static final long BACKLOG = 10_000;

  /**
   * Somebody in the group who has a transaction open ends it sooner, or is in the group no more and
   * fenced the next time.
   */
  private static final Duration DECIDED_WITHIN = Duration.ofSeconds(5);

  private final ApplyContext context;
  private final TargetLink target;
  private final long full;
  private final LagTracker lag = new LagTracker();
  private final Retries retries;
  private final FormerOwners formerOwners;
  private final Map<TopicPartition, PartitionBuffer> taken = new LinkedHashMap<>();
  private final Map<TopicPartition, PartitionBuffer> held = new TreeMap<>(JoinedCommit::compare);
  private final Map<TopicPartition, Runnable> requests = new HashMap<>();
  private String producer;
  private Consumer<byte[], byte[]> consumer;
  private volatile boolean holds;
  private long records;
  private long firstAt;
  private long bytes;

  JoinedCommit(ApplyContext context) {
    this.context = context;
    this.target = new TargetLink(context);
    this.full = context.fills() ? FULL_OF_OTHERS : FULL_RECORDS;
    this.retries = new Retries(context, target);
    this.formerOwners = new FormerOwners(context);
  }

  /** The transactional id of the producer that commits for this thread. */
  void bind(String transactionalId) {
    producer = transactionalId;
  }

  void bind(Consumer<byte[], byte[]> real) {
    consumer = real;
  }

  TargetLink target() {
    return target;
  }

  /** After each poll. */
  void polled(Consumer<byte[], byte[]> real, ConsumerRecords<byte[], byte[]> polled) {
    lag.polled(real, polled);
    if (context.isStateful()) {
      formerOwners.of(waiting(real.assignment()), producer);
    }
    askWhenDue();
    retries.whenDue(producer, held.values());
  }

  /** What was assigned and is not taken yet, since its stores are being restored. */
  private Set<TopicPartition> waiting(Set<TopicPartition> assigned) {
    return assigned.stream()
        .filter(p -> context.topic(p.topic()) != null)
        .filter(p -> !taken.containsKey(p) && !held.containsKey(p))
        .collect(Collectors.toSet());
  }

  Retries retries() {
    return retries;
  }

  LagTracker lag() {
    return lag;
  }

  /**
   * Takes partitions, before Streams asks for their offsets. Ownership first, then Kafka: the other
   * way round the former owner may commit in between, and what it committed looks like a rewind.
   *
   * @throws TimeoutException when the target or Kafka cannot be had now; Streams asks again
   * @throws BlockedException when target and Kafka contradict each other
   */
  void take(Collection<TopicPartition> partitions) {
    List<TopicPartition> wanted =
        partitions.stream()
            .filter(p -> context.topic(p.topic()) != null && !held.containsKey(p))
            .sorted(JoinedCommit::compare)
            .toList();
    if (wanted.isEmpty()) {
      return;
    }
    wanted.forEach(taken::remove);
    List<TopicPartition> logs = wanted.stream().flatMap(this::changelogs).toList();
    List<TopicPartition> all = Stream.concat(wanted.stream(), logs.stream()).toList();
    Map<String, TopicIdentity> topics = context.cluster().topics(topicsOf(all));
    Map<TopicPartition, String> tokens = new LinkedHashMap<>();
    Map<TopicPartition, Progress> stored = claim(all, topics, tokens);
    FaultPoint.AFTER_CLAIM.reached();
    Set<String> former = new TreeSet<>();
    stored.values().forEach(progress -> former.addAll(progress.producers()));
    former.remove(producer);
    // A killed owner leaves its Kafka transaction open: its offsets would stay undecided, and this
    // call below without an answer, until the broker gives up on it.
    context.cluster().fenceWhoIsGone(context.group(), former);
    Map<TopicPartition, OffsetAndMetadata> committed =
        consumer.committed(Set.copyOf(wanted), DECIDED_WITHIN);
    for (TopicPartition log : logs) {
      // Streams makes one that is missing anew, and goes on as if nothing had been remembered.
      Resume same =
          Resume.of(input(log), stored.get(log), OptionalLong.empty(), topics.get(log.topic()), 0);
      if (same instanceof Resume.Refused refused) {
        requireOwn(log, tokens.get(log));
        throw new BlockedException(refused.reason(), refused.next());
      }
    }
    for (TopicPartition partition : wanted) {
      OffsetAndMetadata offset = committed.get(partition);
      Resume resume =
          resume(
              partition,
              stored.get(partition),
              offset == null ? OptionalLong.empty() : OptionalLong.of(offset.offset()),
              topics.get(partition.topic()));
      if (resume instanceof Resume.Refused refused) {
        requireOwn(partition, tokens.get(partition));
        throw new BlockedException(refused.reason(), refused.next());
      }
      taken.put(
          partition,
          new PartitionBuffer(
              input(partition),
              context.topic(partition.topic()),
              tokens.get(partition),
              (Resume.GoOn) resume,
              context.begin(partition),
              unsent(partition, (Resume.GoOn) resume)));
    }
  }

  /** Of the stores of a partition's task. */
  private Stream<TopicPartition> changelogs(TopicPartition partition) {
    return context.topic(partition.topic()).stores().stream()
        .map(
            store ->
                new TopicPartition(
                    context.group() + "-" + store + "-changelog", partition.partition()));
  }

  /**
   * Throws where another instance has taken the partition since: what Kafka says then is that one's
   * progress, and what the target said was older. So it is for a process that stood still between
   * the two for longer than the group waits.
   */
  private void requireOwn(TopicPartition partition, String token) {
    if (!claiming(session -> session.owns(input(partition), token))) {
      throw new TimeoutException("another instance has taken " + partition);
    }
  }

  /**
   * Bad rows that the former owner has written down in the target, and whose records it could not
   * commit in Kafka.
   */
  private List<BadRow> unsent(TopicPartition partition, Resume.GoOn from) {
    if (from.writeFrom() <= from.committed()) {
      return List.of();
    }
    return claiming(
        session -> session.writtenDown(input(partition), from.committed(), from.writeFrom()));
  }

  private Map<TopicPartition, Progress> claim(
      List<TopicPartition> wanted,
      Map<String, TopicIdentity> topics,
      Map<TopicPartition, String> tokens) {
    return claiming(
        session -> {
          Map<TopicPartition, Progress> stored = new LinkedHashMap<>();
          for (TopicPartition partition : wanted) {
            String token = tokens.computeIfAbsent(partition, p -> UUID.randomUUID().toString());
            TopicIdentity topic = topics.get(partition.topic());
            stored.put(partition, session.claim(input(partition), topic, token));
          }
          return stored;
        });
  }

  private <T> T claiming(Call<T> call) {
    try {
      return target.call(CLAIM_WITHIN, producer, call);
    } catch (TargetUnavailableException e) {
      throw new TimeoutException(e.getMessage(), e);
    }
  }

  private Resume resume(
      TopicPartition partition, Progress stored, OptionalLong committed, TopicIdentity topic) {
    // A leader that was just elected may not know yet how far the log is replicated.
    for (int i = 0; ; i++) {
      long end = context.cluster().end(partition);
      if (stored.cur() <= end || i == 20 || context.pause(Duration.ofMillis(250))) {
        return Resume.of(input(partition), stored, committed, topic, end);
      }
    }
  }

  /**
   * The task of a partition starts: with nothing in its buffer.
   *
   * @param requestCommit asks Streams to commit soon
   */
  PartitionBuffer begin(TopicPartition partition, Runnable requestCommit) {
    if (!taken.containsKey(partition)) {
      take(List.of(partition));
    }
    PartitionBuffer buffer = taken.remove(partition);
    held.put(partition, buffer);
    requests.put(partition, requestCommit);
    holds = true;
    retries.taken();
    return buffer;
  }

  /**
   * The task of a partition ends, whether its last commit succeeded or not; what is in its buffer
   * belongs to whoever takes the partition next.
   */
  void end(TopicPartition partition) {
    PartitionBuffer buffer = held.remove(partition);
    requests.remove(partition);
    holds = !held.isEmpty();
    lag.dropped(partition);
    recount();
    if (buffer != null && buffer.committed() == buffer.cur()) {
      target.tryOnce(
          session -> {
            session.release(buffer.partition(), buffer.token());
            return true;
          });
    }
  }

  /** The buffer of a partition whose task has begun. */
  PartitionBuffer held(TopicPartition partition) {
    return held.get(partition);
  }

  /** Whether this thread applies anything; for any thread. */
  boolean holds() {
    return holds;
  }

  /** Counts a record that was added to a buffer, and asks for a commit when it is time. */
  void added(int size) {
    if (records == 0) {
      firstAt = context.nanoTime();
    }
    records++;
    bytes += size;
    askWhenDue();
  }

  /**
   * Asks Streams for a commit where there is enough to commit, or it has waited for long enough.
   * Called when a record was added and after each poll; not by a punctuator, for Streams takes a
   * punctuation as something to commit, so that an idle instance would commit all the time.
   */
  void askWhenDue() {
    if (records == 0) {
      return;
    }
    Duration latest = lag.behind() > BACKLOG ? LATEST_IN_A_BACKLOG : LATEST;
    if (bytes >= FULL_BYTES
        || records >= full
        || context.nanoTime() - firstAt >= latest.toNanos()) {
      requests.values().forEach(Runnable::run);
    }
  }

  private void recount() {
    records = held.values().stream().mapToLong(PartitionBuffer::records).sum();
    bytes = held.values().stream().mapToLong(PartitionBuffer::bytes).sum();
  }

  /**
   * Writes what the offsets stand for, and the offsets, to the target. When this returns, Kafka may
   * commit.
   *
   * @return bad rows whose records Kafka is to take into the same transaction
   * @throws CommitFailedException when the target is away for long, or another instance has taken a
   *     partition: Streams drops its tasks and joins the group again. Never a time-out: Streams
   *     answers that by committing the open transaction without the rows
   * @throws BlockedException when the target refuses a row
   */
  List<BadRow> flush(Map<TopicPartition, OffsetAndMetadata> offsets) {
    Map<TopicPartition, PartitionBuffer> moving = moving(offsets);
    if (!moving.isEmpty()) {
      flush(moving, offsets);
    }
    recount();
    List<BadRow> unsent = new ArrayList<>();
    offsets.forEach(
        (partition, offset) -> {
          PartitionBuffer buffer = held.get(partition);
          if (buffer != null) {
            unsent.addAll(buffer.unsent(offset.offset()));
          }
        });
    return unsent;
  }

  private void flush(
      Map<TopicPartition, PartitionBuffer> moving, Map<TopicPartition, OffsetAndMetadata> offsets) {
    Flush flush = new Flush(moves(moving, offsets), batches(moving.values()), context.onBadRow());
    Flushed flushed;
    long began = context.nanoTime();
    try {
      flushed = target.call(FLUSH_WITHIN, producer, session -> session.flush(flush));
    } catch (TargetUnavailableException e) {
      log.warn("The target is away; the commit is given up, to be done again later", e);
      throw new CommitFailedException(e.getMessage());
    }
    if (flushed instanceof Flushed.Refused refused) {
      throw refused(refused);
    }
    if (flushed instanceof Flushed.Fenced) {
      throw new CommitFailedException(
          "another instance has taken one of " + moving.keySet() + "; nothing was written");
    }
    Flushed.Done done = (Flushed.Done) flushed;
    context.statistics().targetTook(context.nanoTime() - began);
    context.statistics().flushed(flush, done, moving.values(), context.now().toEpochMilli());
    moving.forEach((partition, buffer) -> buffer.flushed(offsets.get(partition).offset()));
    retries.flushed(done);
    if (!done.bad().isEmpty() || done.parked() > 0) {
      context.lookSoon(true);
    }
    for (BadRow row : done.bad()) {
      log.warn(
          "{} refuses the row {}: {} (SQLSTATE {}); parked, see `crossfade rows list`",
          row.table(),
          row.key(),
          row.error(),
          row.code());
      InputPartition from = row.origin().partition();
      held.get(new TopicPartition(from.topic(), from.partition())).writtenDown(row);
    }
  }

  /** Kafka has committed them. */
  void committed(Map<TopicPartition, OffsetAndMetadata> offsets) {
    offsets.forEach(
        (partition, offset) -> {
          PartitionBuffer buffer = held.get(partition);
          if (buffer != null) {
            buffer.committed(offset.offset());
            lag.committed(partition);
          }
        });
  }

  /** Partitions that feed no table appear in the offsets too. */
  private Map<TopicPartition, PartitionBuffer> moving(
      Map<TopicPartition, OffsetAndMetadata> offsets) {
    Map<TopicPartition, PartitionBuffer> moving = new TreeMap<>(JoinedCommit::compare);
    for (TopicPartition partition : offsets.keySet()) {
      if (context.topic(partition.topic()) == null) {
        continue;
      }
      PartitionBuffer buffer = held.get(partition);
      if (buffer == null) {
        throw new CommitFailedException("offsets of " + partition + ", which is not held here");
      }
      // Below what the target has: read again after a crash, nothing to write.
      if (offsets.get(partition).offset() >= buffer.cur()) {
        moving.put(partition, buffer);
      }
    }
    return moving;
  }

  private static List<Flush.Move> moves(
      Map<TopicPartition, PartitionBuffer> moving, Map<TopicPartition, OffsetAndMetadata> offsets) {
    List<Flush.Move> moves = new ArrayList<>();
    moving.forEach(
        (partition, buffer) ->
            moves.add(
                new Flush.Move(
                    buffer.partition(),
                    buffer.token(),
                    buffer.committed(),
                    offsets.get(partition).offset())));
    return moves;
  }

  private static List<TableBatch> batches(Collection<PartitionBuffer> buffers) {
    return MappedTable.batches(
        buffers.stream()
            .flatMap(buffer -> buffer.tables().stream())
            .filter(table -> table.size() > 0)
            .toList());
  }

  private BlockedException refused(Flushed.Refused refused) {
    context.stoppedByARow(refused.decidable());
    return new BlockedException(
        refused.table()
            + " refuses "
            + (refused.key().isEmpty() ? "rows" : "the row " + refused.key())
            + ": "
            + refused.error()
            + " (SQLSTATE "
            + refused.code()
            + ")",
        refused.decidable()
            ? "correct what "
                + refused.table()
                + " demands, or the SELECT, then `crossfade rows retry`; or go on without the row:"
                + " `crossfade rows skip --table "
                + refused.table()
                + " --key '"
                + refused.key()
                + "'`"
            : "correct what " + refused.table() + " demands, then `crossfade run`");
  }

  private static Set<String> topicsOf(List<TopicPartition> partitions) {
    Set<String> topics = new TreeSet<>();
    partitions.forEach(partition -> topics.add(partition.topic()));
    return topics;
  }

  private static InputPartition input(TopicPartition partition) {
    return new InputPartition(partition.topic(), partition.partition());
  }

  private static int compare(TopicPartition a, TopicPartition b) {
    return input(a).compareTo(input(b));
  }

  /** What is done with the target's session. */
  @FunctionalInterface
  interface Call<T> {
    T on(TargetSession session);
  }
}
