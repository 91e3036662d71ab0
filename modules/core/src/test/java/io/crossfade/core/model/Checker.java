package io.crossfade.core.model;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Takes all steps of a model in every order, depth first, and looks at each state once. A state is
 * known by a fingerprint of 64 bits: of a million states two are taken for one with a probability
 * of less than one to ten million.
 *
 * <p>The classes that are checked cannot be copied, so a state is made again by taking its steps
 * from the beginning.
 *
 * @param <W> the model
 */
final class Checker<W extends World<W>> {

  /**
   * What was found.
   *
   * @param states how many different states were looked at
   * @param ends in how many of them nothing more could happen
   * @param longest the most steps from the beginning
   * @param failure what went wrong, and the steps that lead there; empty where nothing does
   */
  record Result(long states, long ends, int longest, Optional<Failure> failure) {}

  /**
   * A path that goes wrong, without steps that have no part in it.
   *
   * @param problem what went wrong
   * @param steps what happened
   */
  record Failure(String problem, List<String> steps) {

    @Override
    public String toString() {
      StringBuilder text = new StringBuilder();
      for (int i = 0; i < steps.size(); i++) {
        text.append(String.format("%n  %2d. %s", i + 1, steps.get(i)));
      }
      return text.append(String.format("%n  → %s", problem)).toString();
    }
  }

  private final Supplier<W> beginning;
  private final Seen seen = new Seen();
  private final List<World.Step<W>> path = new ArrayList<>();
  private long ends;
  private int longest;

  private Checker(Supplier<W> beginning) {
    this.beginning = beginning;
  }

  /** Looks at all states, or stops at the first that is wrong. */
  static <W extends World<W>> Result check(Supplier<W> beginning) {
    return new Checker<>(beginning).run();
  }

  private Result run() {
    List<List<World.Step<W>>> todo = new ArrayList<>();
    W world = beginning.get();
    Optional<String> problem = visit(world, todo);
    while (problem.isEmpty() && !todo.isEmpty()) {
      List<World.Step<W>> next = todo.get(todo.size() - 1);
      if (next.isEmpty()) {
        todo.remove(todo.size() - 1);
        if (!path.isEmpty()) {
          path.remove(path.size() - 1);
        }
        world = null;
        continue;
      }
      if (world == null) {
        world = replay();
      }
      World.Step<W> step = next.remove(next.size() - 1);
      step.take().accept(world);
      path.add(step);
      int depth = todo.size();
      problem = visit(world, todo);
      if (problem.isEmpty() && todo.size() == depth) {
        path.remove(path.size() - 1);
        world = null;
      }
    }
    return new Result(
        seen.size(),
        ends,
        longest,
        problem.map(p -> shrunk(p, new ArrayList<>(path.stream().map(World.Step::says).toList()))));
  }

  /** Looks at a state; where it is new, its steps are to be taken. */
  private Optional<String> visit(W world, List<List<World.Step<W>>> todo) {
    Optional<String> problem = world.problem();
    if (problem.isPresent() || !seen.add(Fingerprint.of(world))) {
      return problem;
    }
    longest = Math.max(longest, path.size());
    List<World.Step<W>> steps = new ArrayList<>(world.steps());
    if (steps.stream().allMatch(World.Step::fault)) {
      ends++;
      Optional<String> atTheEnd = world.problemAtTheEnd();
      if (atTheEnd.isPresent()) {
        return atTheEnd;
      }
    }
    // The last is taken first.
    Collections.reverse(steps);
    todo.add(steps);
    return Optional.empty();
  }

  private W replay() {
    W world = beginning.get();
    path.forEach(step -> step.take().accept(world));
    return world;
  }

  /** Leaves out what can be left out, so that people need not read it. */
  private Failure shrunk(String problem, List<String> steps) {
    Failure best = new Failure(problem, steps);
    for (int width = Math.max(1, steps.size() / 2); width >= 1; width /= 2) {
      boolean shorter = true;
      while (shorter) {
        shorter = false;
        for (int i = 0; i + width <= best.steps().size(); i++) {
          List<String> fewer = new ArrayList<>(best.steps());
          fewer.subList(i, i + width).clear();
          Optional<Failure> still = fails(fewer);
          if (still.isPresent()) {
            best = still.get();
            shorter = true;
            i--;
          }
        }
      }
    }
    return best;
  }

  private Optional<Failure> fails(List<String> names) {
    W world = beginning.get();
    for (int i = 0; i < names.size(); i++) {
      String name = names.get(i);
      Optional<World.Step<W>> step =
          world.steps().stream().filter(s -> s.says().equals(name)).findFirst();
      if (step.isEmpty()) {
        return Optional.empty();
      }
      step.get().take().accept(world);
      Optional<String> problem = world.problem();
      if (problem.isPresent()) {
        return Optional.of(new Failure(problem.get(), List.copyOf(names.subList(0, i + 1))));
      }
    }
    return world.steps().stream().allMatch(World.Step::fault)
        ? world.problemAtTheEnd().map(problem -> new Failure(problem, List.copyOf(names)))
        : Optional.empty();
  }

  /** A set of numbers in 8 bytes each. */
  private static final class Seen {
    private long[] table = new long[1 << 16];
    private int size;

    boolean add(long fingerprint) {
      if (2 * size > table.length) {
        long[] old = table;
        table = new long[2 * old.length];
        size = 0;
        Arrays.stream(old).filter(x -> x != 0).forEach(this::add);
      }
      long value = fingerprint == 0 ? 1 : fingerprint;
      int i = (int) (value & (table.length - 1));
      while (table[i] != 0) {
        if (table[i] == value) {
          return false;
        }
        i = (i + 1) & (table.length - 1);
      }
      table[i] = value;
      size++;
      return true;
    }

    long size() {
      return size;
    }
  }
}
