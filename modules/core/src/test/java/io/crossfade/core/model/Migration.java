package io.crossfade.core.model;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * The whole way, or a part of it. Capture does not know of apply, and apply only reads what capture
 * has committed; so either can be looked at alone, with more happening to it, and both together
 * with less.
 */
final class Migration implements World<Migration> {

  private final Optional<Source> source;
  private final Topic topic;
  private final Optional<Capture> capture;
  private final Optional<Apply> apply;
  @Fingerprint.Ignored private final int keys;

  private Migration(
      Optional<Source> source,
      Topic topic,
      Optional<Capture> capture,
      Optional<Apply> apply,
      int keys) {
    this.source = source;
    this.topic = topic;
    this.capture = capture;
    this.apply = apply;
    this.keys = keys;
  }

  /** Source and capture. */
  static Migration capture(
      int keys,
      boolean standby,
      List<Source.Plan> plans,
      Capture.Bounds bounds,
      Predicate<Rule> keeps) {
    Source source = new Source(keys, !bounds.copied().isEmpty(), standby, plans);
    Topic topic = new Topic(keys, false);
    return new Migration(
        Optional.of(source),
        topic,
        Optional.of(new Capture(source, topic, bounds, keeps)),
        Optional.empty(),
        keys);
  }

  /** A raw topic that is there, and apply. */
  static Migration apply(
      int keys, List<Topic.Raw> records, Apply.Bounds bounds, Predicate<Rule> keeps) {
    Topic topic = new Topic(keys, true);
    topic.append(records);
    return new Migration(
        Optional.empty(),
        topic,
        Optional.empty(),
        Optional.of(new Apply(topic, bounds, keeps)),
        keys);
  }

  /** All of it. */
  static Migration whole(
      int keys,
      List<Source.Plan> plans,
      Capture.Bounds captureBounds,
      Apply.Bounds applyBounds,
      Predicate<Rule> keeps) {
    Source source = new Source(keys, !captureBounds.copied().isEmpty(), false, plans);
    Topic topic = new Topic(keys, true);
    return new Migration(
        Optional.of(source),
        topic,
        Optional.of(new Capture(source, topic, captureBounds, keeps)),
        Optional.of(new Apply(topic, applyBounds, keeps)),
        keys);
  }

  @Override
  public List<Step<Migration>> steps() {
    List<Step<Migration>> steps = new ArrayList<>();
    source.ifPresent(s -> s.steps(w -> w.source.orElseThrow(), steps));
    capture.ifPresent(c -> c.steps(w -> w.capture.orElseThrow(), steps));
    apply.ifPresent(a -> a.steps(w -> w.apply.orElseThrow(), steps));
    return steps;
  }

  @Override
  public Optional<String> problem() {
    return topic.problem().or(() -> apply.flatMap(Apply::problem));
  }

  @Override
  public Optional<String> problemAtTheEnd() {
    return capture
        .flatMap(Capture::problemAtTheEnd)
        .or(() -> apply.flatMap(a -> a.problemAtTheEnd(keys)));
  }
}
