package io.crossfade.core.model;

import io.crossfade.core.model.Topic.Raw;
import io.crossfade.core.model.World.Step;
import io.crossfade.core.target.InputPartition;
import io.crossfade.core.target.Progress;
import io.crossfade.core.target.Resume;
import io.crossfade.core.target.TopicIdentity;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * Apply: instances that read partitions of the raw topic, write rows into the target and commit
 * offsets in Kafka. Any of them may die after every step; and one that was thought dead may still
 * take its next step, so two may have one partition at once.
 */
final class Apply {

  private static final TopicIdentity TOPIC = new TopicIdentity("t", 1);

  private enum Stage {
    IDLE,
    ASKED,
    CLAIMED,
    RUNNING,
    WRITTEN
  }

  /** One instance with one partition. */
  private static final class Instance {
    @Fingerprint.Ignored private final String name;
    @Fingerprint.Ignored private final int partition;
    private Stage stage = Stage.IDLE;
    private int token;
    private boolean fenced;
    private long committed;
    private long writeFrom;
    private long position;
    private OptionalLong asked = OptionalLong.empty();
    private final TreeMap<Integer, Image> buffer = new TreeMap<>();

    Instance(String name, int partition) {
      this.name = name;
      this.partition = partition;
    }

    void stop() {
      stage = Stage.IDLE;
      token = 0;
      fenced = false;
      committed = 0;
      writeFrom = 0;
      position = 0;
      asked = OptionalLong.empty();
      buffer.clear();
    }
  }

  /**
   * How much may happen.
   *
   * @param partitions one for all keys, or one for each
   * @param instances how many instances each partition may be given to
   * @param crashes how often one may die or be stopped
   * @param claims how often one may start
   * @param resets how often an operator may reset the group
   * @param uniqueValues whether no two rows of the target may hold the same value
   */
  record Bounds(
      int partitions, int instances, int crashes, int claims, int resets, boolean uniqueValues) {}

  @Fingerprint.Ignored private final Topic topic;
  @Fingerprint.Ignored private final Predicate<Rule> keeps;
  @Fingerprint.Ignored private final Bounds bounds;
  private final List<Instance> instances = new ArrayList<>();
  private int crashes;
  private int claims;
  private int resets;
  private int lastToken;
  private boolean replay;
  private Optional<String> problem = Optional.empty();

  // In the target.
  private final TreeMap<Integer, Image> rows = new TreeMap<>();
  private final TreeMap<Integer, Image> displaced = new TreeMap<>();
  private final List<Progress> progress = new ArrayList<>();
  private final List<Integer> owner = new ArrayList<>();

  // In Kafka.
  private final List<Long> offsets = new ArrayList<>();

  /** The highest version of each key that the target has had. */
  @Fingerprint.Ignored private final TreeMap<Integer, Long> versions = new TreeMap<>();

  Apply(Topic topic, Bounds bounds, Predicate<Rule> keeps) {
    this.topic = topic;
    this.bounds = bounds;
    this.keeps = keeps;
    this.crashes = bounds.crashes();
    this.claims = bounds.claims();
    this.resets = bounds.resets();
    for (int p = 0; p < bounds.partitions(); p++) {
      progress.add(Progress.none(TOPIC));
      owner.add(0);
      offsets.add(-1L);
      for (int i = 1; i <= bounds.instances(); i++) {
        instances.add(
            new Instance(
                "instance " + i + (bounds.partitions() == 1 ? "" : " of partition " + p), p));
      }
    }
  }

  <W> void steps(Function<W, Apply> in, List<Step<W>> steps) {
    for (int i = 0; i < instances.size(); i++) {
      int which = i;
      Instance x = instances.get(i);
      steps(x, w -> in.apply(w).instances.get(which), in, steps);
      if (crashes > 0 && x.stage != Stage.IDLE) {
        steps.add(Step.fault(x.name + " is killed", w -> in.apply(w).crash(which)));
        if (x.stage == Stage.RUNNING && x.position == x.committed) {
          steps.add(Step.fault(x.name + " is stopped", w -> in.apply(w).stop(which)));
        }
      }
    }
    if (resets > 0
        && !offsets.get(0).equals(-1L)
        && offsets.get(0) > 0
        && instances.stream().allMatch(x -> x.stage == Stage.IDLE)) {
      steps.add(Step.fault("an operator resets the group to 0", w -> in.apply(w).reset()));
    }
  }

  private <W> void steps(
      Instance x, Function<W, Instance> same, Function<W, Apply> in, List<Step<W>> steps) {
    boolean askFirst = !keeps.test(Rule.CLAIM_BEFORE_KAFKA_IS_ASKED);
    boolean rowsFirst = keeps.test(Rule.ROWS_BEFORE_THE_OFFSET);
    switch (x.stage) {
      case IDLE:
        if (mayStart(x)) {
          if (askFirst) {
            add(steps, x, "asks Kafka for its offset", in, same, Apply::ask);
          } else {
            add(steps, x, "claims the partition", in, same, Apply::claim);
          }
        }
        break;
      case ASKED:
        add(steps, x, "claims the partition and goes on", in, same, Apply::claimAfter);
        break;
      case CLAIMED:
        add(steps, x, "asks Kafka for its offset and goes on", in, same, Apply::goOn);
        break;
      case RUNNING:
        if (x.position < partition(x.partition).size()) {
          Raw next = partition(x.partition).get((int) x.position);
          String what = Topic.name(next.key()) + ", " + next.image();
          add(steps, x, "reads offset " + x.position + ": " + what, in, same, Apply::read);
        }
        if (x.position > x.committed) {
          if (rowsFirst) {
            add(steps, x, "writes rows and progress", in, same, Apply::write);
          } else {
            add(steps, x, "commits its offset in Kafka", in, same, Apply::commit);
          }
        }
        break;
      default:
        if (rowsFirst) {
          add(steps, x, "commits offset " + x.position + " in Kafka", in, same, Apply::commit);
        } else {
          add(steps, x, "writes rows and progress", in, same, Apply::write);
        }
    }
  }

  private interface Act {
    void take(Apply apply, Instance instance);
  }

  private static <W> void add(
      List<Step<W>> steps,
      Instance x,
      String says,
      Function<W, Apply> in,
      Function<W, Instance> same,
      Act act) {
    steps.add(Step.of(x.name + " " + says, w -> act.take(in.apply(w), same.apply(w))));
  }

  /** A partition is given to somebody who runs; to a second one while the first may be a zombie. */
  private boolean mayStart(Instance x) {
    boolean orphan =
        instances.stream().noneMatch(o -> o.partition == x.partition && o.stage != Stage.IDLE);
    return orphan || claims > 0;
  }

  private void count(Instance x) {
    boolean orphan =
        instances.stream()
            .noneMatch(o -> o != x && o.partition == x.partition && o.stage != Stage.IDLE);
    if (!orphan) {
      claims--;
    }
  }

  private List<Raw> partition(int p) {
    return bounds.partitions() == 1
        ? topic.records()
        : topic.records().stream().filter(raw -> raw.key() == p).toList();
  }

  private OptionalLong committed(int p) {
    return offsets.get(p) < 0 ? OptionalLong.empty() : OptionalLong.of(offsets.get(p));
  }

  // ---------------------------------------------------------------- taking a partition

  /**
   * The token first. From now on a former owner writes nothing into the target, so what Kafka says
   * after that is not behind what the target says.
   */
  private void claim(Instance x) {
    count(x);
    takeUpReset(x);
    x.token = ++lastToken;
    owner.set(x.partition, x.token);
    x.stage = Stage.CLAIMED;
  }

  /**
   * When nobody runs no commit can be under way. So where Kafka is behind what it had, somebody has
   * reset it.
   */
  private void takeUpReset(Instance x) {
    boolean nobodyRuns = instances.stream().allMatch(o -> o == x || o.stage == Stage.IDLE);
    if (!nobodyRuns) {
      return;
    }
    Progress stored = progress.get(x.partition);
    Resume.rewoundTo(stored, committed(x.partition))
        .ifPresent(
            to ->
                progress.set(x.partition, new Progress(TOPIC, to, to, stored.highest(), Set.of())));
  }

  /** Former owners' producers are fenced, so Kafka's offset cannot change any more; then asked. */
  private void goOn(Instance x) {
    fence(x);
    resume(x, committed(x.partition));
  }

  private void fence(Instance x) {
    instances.stream()
        .filter(o -> o != x && o.partition == x.partition && o.stage != Stage.IDLE)
        .forEach(o -> o.fenced = true);
  }

  /** The wrong way round. */
  private void ask(Instance x) {
    count(x);
    x.asked = committed(x.partition);
    x.stage = Stage.ASKED;
  }

  private void claimAfter(Instance x) {
    x.token = ++lastToken;
    owner.set(x.partition, x.token);
    fence(x);
    resume(x, x.asked);
    x.asked = OptionalLong.empty();
  }

  private void resume(Instance x, OptionalLong committed) {
    Resume resume =
        Resume.of(
            new InputPartition("raw", x.partition),
            progress.get(x.partition),
            committed,
            TOPIC,
            partition(x.partition).size());
    boolean byProgress =
        keeps.test(Rule.ROWS_BEFORE_THE_OFFSET) && keeps.test(Rule.ROWS_WITH_THE_PROGRESS);
    if (byProgress && resume instanceof Resume.Refused refused) {
      problem = Optional.of("BLOCKED without a cause: " + refused.reason());
      return;
    }
    x.committed = committed.orElse(0);
    x.position = x.committed;
    x.writeFrom = byProgress ? ((Resume.GoOn) resume).writeFrom() : x.committed;
    x.stage = Stage.RUNNING;
  }

  // ---------------------------------------------------------------- a commit

  /** What the target has already is not written again. */
  private void read(Instance x) {
    Raw raw = partition(x.partition).get((int) x.position);
    if (x.position >= x.writeFrom) {
      x.buffer.put(raw.key(), raw.image());
    }
    x.position++;
  }

  /**
   * One transaction of the target: progress and rows, and nothing of it where somebody else has
   * claimed the partition. Where the target has all of it, there is nothing to write.
   */
  private void write(Instance x) {
    if (x.position >= x.writeFrom) {
      if (keeps.test(Rule.TOKEN) && owner.get(x.partition) != x.token) {
        x.stop();
        return;
      }
      if (keeps.test(Rule.ROWS_WITH_THE_PROGRESS)) {
        Progress before = progress.get(x.partition);
        long cur = Math.max(before.cur(), x.position);
        long highest = Math.max(before.highest(), cur);
        progress.set(x.partition, new Progress(TOPIC, x.committed, cur, highest, Set.of()));
      }
      writeRows(x.buffer);
      x.writeFrom = x.position;
      x.buffer.clear();
    }
    x.stage = keeps.test(Rule.ROWS_BEFORE_THE_OFFSET) ? Stage.WRITTEN : Stage.RUNNING;
  }

  /** Kafka refuses the commit of a producer that was fenced. */
  private void commit(Instance x) {
    if (x.fenced) {
      x.stop();
      return;
    }
    offsets.set(x.partition, x.position);
    x.committed = x.position;
    x.stage = keeps.test(Rule.ROWS_BEFORE_THE_OFFSET) ? Stage.RUNNING : Stage.WRITTEN;
  }

  /**
   * Deletes first, then rows. A row whose unique value another row holds waits in {@code
   * crossfade.displaced}, its own old image is deleted, and the other row stays: its partition may
   * be behind or ahead. What waits is tried again with each write.
   */
  private void writeRows(Map<Integer, Image> changes) {
    changes.forEach(
        (key, image) -> {
          displaced.remove(key);
          if (!image.exists()) {
            note(key, image);
            rows.remove(key);
          }
        });
    changes.forEach(
        (key, image) -> {
          if (image.exists()) {
            put(key, image);
          }
        });
    boolean again = true;
    while (again) {
      again = false;
      for (Map.Entry<Integer, Image> waiting : List.copyOf(displaced.entrySet())) {
        if (holder(waiting.getKey(), waiting.getValue()).isEmpty()) {
          displaced.remove(waiting.getKey());
          put(waiting.getKey(), waiting.getValue());
          again = true;
        }
      }
    }
  }

  private void put(int key, Image image) {
    Optional<Integer> holder = holder(key, image);
    if (holder.isPresent() && keeps.test(Rule.OTHER_ROWS_STAY)) {
      rows.remove(key);
      displaced.put(key, image);
      return;
    }
    holder.ifPresent(rows::remove);
    note(key, image);
    rows.put(key, image);
  }

  /** Another row that has the value. */
  private Optional<Integer> holder(int key, Image image) {
    return !bounds.uniqueValues()
        ? Optional.empty()
        : rows.entrySet().stream()
            .filter(row -> row.getKey() != key && row.getValue().value() == image.value())
            .map(Map.Entry::getKey)
            .findFirst();
  }

  private void note(int key, Image image) {
    long before = versions.getOrDefault(key, 0L);
    if (image.version() < before && !replay) {
      problem =
          Optional.of(
              "the target's "
                  + Topic.name(key)
                  + " goes back from version "
                  + before
                  + " to "
                  + image);
    }
    versions.put(key, Math.max(before, image.version()));
  }

  // ---------------------------------------------------------------- what goes wrong

  private void crash(int which) {
    crashes--;
    instances.get(which).stop();
  }

  /**
   * It says that Kafka has all that the target has, so that a reset by one record is told from a
   * crash.
   */
  private void stop(int which) {
    crashes--;
    Instance x = instances.get(which);
    Progress before = progress.get(x.partition);
    if (owner.get(x.partition) == x.token && x.position == before.cur()) {
      progress.set(
          x.partition, new Progress(TOPIC, before.cur(), before.cur(), before.highest(), Set.of()));
    }
    x.stop();
  }

  /** To have all written again, which may show old rows on the way. */
  private void reset() {
    resets--;
    replay = true;
    offsets.set(0, 0L);
  }

  Optional<String> problem() {
    return problem;
  }

  /** What is wrong when nothing more can happen. */
  Optional<String> problemAtTheEnd(int keys) {
    for (int key = 0; key < keys; key++) {
      Image wanted = topic.last(key);
      Image there = rows.getOrDefault(key, Image.NEVER);
      if (wanted.exists() ? !there.equals(wanted) : there.exists()) {
        return Optional.of(
            "at the end the target has "
                + there
                + " of "
                + Topic.name(key)
                + (displaced.containsKey(key) ? " (it waits in crossfade.displaced)" : "")
                + ", and the source has "
                + wanted);
      }
    }
    return Optional.empty();
  }
}
