package io.crossfade.sql.value;

import io.crossfade.sql.value.RegexSyntax.Alternatives;
import io.crossfade.sql.value.RegexSyntax.Edge;
import io.crossfade.sql.value.RegexSyntax.Group;
import io.crossfade.sql.value.RegexSyntax.Node;
import io.crossfade.sql.value.RegexSyntax.Repeat;
import io.crossfade.sql.value.RegexSyntax.Sequence;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * A regular expression of PostgreSQL ("advanced", ARE), without what {@link RegexSyntax} refuses.
 *
 * <p>An automaton of its own and not {@code java.util.regex}: PostgreSQL takes the longest match at
 * the first place where there is one, Java the first that its alternatives lead to. It also takes
 * time in proportion to the text, whatever the expression. Counts code points.
 */
public final class Regex {

  private static final int MAX_STATES = 20_000;

  /** One step of the automaton: take a character, look at an edge, or go on in two ways. */
  private record State(CharacterSet set, Edge edge, int[] next) {}

  private final RegexSyntax syntax;
  private final List<State> states = new ArrayList<>();
  private final int start;

  private Regex(RegexSyntax syntax) {
    this.syntax = syntax;
    int end = add(new State(null, null, new int[0]));
    this.start = build(syntax.root(), end);
  }

  /**
   * Reads an expression.
   *
   * @param ignoreCase as {@code ~*} does
   * @throws PgError 2201B where it is none, NOT_SUPPORTED where it is more than is known here
   */
  public static Regex of(String pattern, boolean ignoreCase) {
    return new Regex(RegexSyntax.read(pattern, ignoreCase));
  }

  private int add(State state) {
    if (states.size() >= MAX_STATES) {
      throw new PgError(PgError.NOT_SUPPORTED, "this regular expression is too large");
    }
    states.add(state);
    return states.size() - 1;
  }

  /** The state in front of a node; built from the end to the start. */
  private int build(Node node, int next) {
    if (node instanceof CharacterSet set) {
      return add(new State(set, null, new int[] {next}));
    }
    if (node instanceof Edge edge) {
      return add(new State(null, edge, new int[] {next}));
    }
    if (node instanceof Group group) {
      return build(group.body(), next);
    }
    if (node instanceof Sequence sequence) {
      int at = next;
      for (int i = sequence.parts().size() - 1; i >= 0; i--) {
        at = build(sequence.parts().get(i), at);
      }
      return at;
    }
    if (node instanceof Alternatives alternatives) {
      int[] ways = alternatives.branches().stream().mapToInt(b -> build(b, next)).toArray();
      return add(new State(null, null, ways));
    }
    return repeat((Repeat) node, next);
  }

  private int repeat(Repeat repeat, int next) {
    int at = next;
    if (repeat.most() == RegexSyntax.UNLIMITED) {
      int[] ways = {0, next};
      int loop = add(new State(null, null, ways));
      ways[0] = build(repeat.body(), loop);
      at = loop;
    } else {
      for (int i = repeat.least(); i < repeat.most(); i++) {
        at = add(new State(null, null, new int[] {build(repeat.body(), at), next}));
      }
    }
    for (int i = 0; i < repeat.least(); i++) {
      at = build(repeat.body(), at);
    }
    return at;
  }

  /** Whether it occurs in a text. */
  public boolean isFoundIn(String text) {
    return new Run(text).find(0, false);
  }

  /** How many groups in parentheses it has. */
  public int groups() {
    return syntax.groups();
  }

  /** Why {@link #extract} is not known here. */
  public Optional<String> whyNoSubstring() {
    return groups() == 0 ? Optional.empty() : whyNoGroups();
  }

  /** Why {@link #replace} cannot be asked for groups. */
  Optional<String> whyNoGroups() {
    return RegexGroups.isPlain(syntax.root())
        ? Optional.empty()
        : Optional.of(
            "which part of the match a group takes is known here only for expressions without |,"
                + " without repeated groups and without *?");
  }

  /**
   * {@code regexp_replace}.
   *
   * @param all every match (flag g), not only the first
   */
  public String replace(String text, RegexReplacement replacement, boolean all) {
    Run run = new Run(text);
    StringBuilder out = new StringBuilder();
    int copied = 0;
    int from = 0;
    while (from <= run.points.length && run.find(from, true)) {
      run.append(out, copied, run.matchStart);
      replacement.append(out, run.points, run.matchStart, run.matchEnd, syntax.root());
      copied = run.matchEnd;
      from = run.matchEnd + (run.matchEnd == run.matchStart ? 1 : 0);
      if (!all) {
        break;
      }
    }
    run.append(out, copied, run.points.length);
    return out.toString();
  }

  /**
   * {@code substring(text from pattern)}: the first group if there is one, else all of the match.
   */
  public String extract(String text) {
    Run run = new Run(text);
    if (!run.find(0, true)) {
      return null;
    }
    int[] span = {run.matchStart, run.matchEnd};
    if (syntax.groups() > 0) {
      int[][] spans = RegexGroups.spans(syntax.root(), run.points, span[0], span[1]);
      span = spans[0];
    }
    StringBuilder out = new StringBuilder();
    run.append(out, span[0], span[1]);
    return out.toString();
  }

  /** The search in one text. */
  private final class Run {
    private final int[] points;
    private final int[] seen = new int[states.size()];
    private final int[] stack = new int[states.size() + 1];
    private int[] current = new int[states.size()];
    private int[] next = new int[states.size()];
    private int round;
    private int matchStart;
    private int matchEnd;

    Run(String text) {
      points = text.codePoints().toArray();
      syntax.refuseUnknown(points);
    }

    void append(StringBuilder out, int from, int to) {
      for (int i = from; i < to; i++) {
        out.appendCodePoint(points[i]);
      }
    }

    /** The first match from a place on; its end is only looked for where it is wanted. */
    boolean find(int from, boolean extent) {
      if (!extent) {
        return matches(from, true);
      }
      for (int at = from; at <= points.length; at++) {
        if (matches(at, false)) {
          matchStart = at;
          return true;
        }
      }
      return false;
    }

    /** One pass; {@code anywhere} starts anew at each character and stops at the first match. */
    private boolean matches(int from, boolean anywhere) {
      round++;
      int count = follow(start, from, current, 0);
      matchEnd = -1;
      for (int at = from; ; at++) {
        if (accepts(current, count)) {
          matchEnd = at;
          if (anywhere || syntax.shortest()) {
            return true;
          }
        }
        if (at >= points.length || (count == 0 && !anywhere)) {
          return matchEnd >= 0;
        }
        round++;
        int nextCount = 0;
        for (int i = 0; i < count; i++) {
          State state = states.get(current[i]);
          if (state.set() != null && state.set().contains(points[at])) {
            nextCount = follow(state.next()[0], at + 1, next, nextCount);
          }
        }
        if (anywhere) {
          nextCount = follow(start, at + 1, next, nextCount);
        }
        int[] swapped = current;
        current = next;
        next = swapped;
        count = nextCount;
      }
    }

    private boolean accepts(int[] current, int count) {
      return Arrays.stream(current, 0, count).anyMatch(s -> s == 0);
    }

    /** All states that are reached without taking a character. */
    private int follow(int first, int at, int[] list, int size) {
      int count = size;
      int depth = 0;
      stack[depth++] = first;
      if (seen[first] == round) {
        return count;
      }
      seen[first] = round;
      while (depth > 0) {
        int index = stack[--depth];
        State state = states.get(index);
        if (state.set() != null || state.next().length == 0) {
          list[count++] = index;
          continue;
        }
        if (state.edge() != null && !state.edge().isAt(at, points.length)) {
          continue;
        }
        for (int way : state.next()) {
          if (seen[way] != round) {
            seen[way] = round;
            stack[depth++] = way;
          }
        }
      }
      return count;
    }
  }
}
