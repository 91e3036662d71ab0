package io.crossfade.sql.bind;

import io.crossfade.core.table.TypeFamily;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.ToIntFunction;

/**
 * Chooses among overloads as PostgreSQL does: "Operator Type Resolution" and "Function Type
 * Resolution" of its manual, chapter 10; {@code oper()} and {@code func_select_candidate()} of its
 * source.
 */
final class Overloads {

  /** PostgreSQL's type categories, as far as they matter here. */
  private enum Category {
    BOOLEAN,
    NUMERIC,
    STRING,
    DATETIME,
    TIMESPAN,
    OTHER
  }

  private final List<Bound> arguments;

  private Overloads(List<Bound> arguments) {
    this.arguments = arguments;
  }

  /** The overload of an operator; empty where none fits or several fit equally well. */
  static Optional<Signature> operator(List<Signature> candidates, List<Bound> arguments) {
    Overloads overloads = new Overloads(arguments);
    if (arguments.size() == 2 && arguments.get(0).untyped() != arguments.get(1).untyped()) {
      // An untyped literal is first tried with the type of the other side.
      Bound known = arguments.get(arguments.get(0).untyped() ? 1 : 0);
      List<TypeFamily> both = List.of(known.family(), known.family());
      Optional<Signature> same =
          candidates.stream().filter(c -> c.parameters().equals(both)).findFirst();
      if (same.isPresent()) {
        return same;
      }
    }
    return overloads.choose(candidates);
  }

  /** The overload of a function; empty where none fits or several fit equally well. */
  static Optional<Signature> function(List<Signature> candidates, List<Bound> arguments) {
    return new Overloads(arguments).choose(candidates);
  }

  private Optional<Signature> choose(List<Signature> all) {
    List<Signature> candidates = all.stream().filter(this::isApplicable).toList();
    List<Signature> exact = candidates.stream().filter(this::isExact).toList();
    if (!exact.isEmpty()) {
      return Optional.of(exact.get(0));
    }
    candidates = best(candidates, this::exactMatches);
    candidates = best(candidates, this::preferredMatches);
    if (candidates.size() > 1) {
      candidates = byLiterals(candidates);
    }
    return candidates.size() == 1 ? Optional.of(candidates.get(0)) : Optional.empty();
  }

  private boolean isApplicable(Signature candidate) {
    if (candidate.parameters().size() != arguments.size()) {
      return false;
    }
    for (int i = 0; i < arguments.size(); i++) {
      Bound argument = arguments.get(i);
      boolean taken =
          argument.untyped() || Casts.isImplicit(argument.family(), candidate.parameters().get(i));
      if (!taken) {
        return false;
      }
    }
    return true;
  }

  private boolean isExact(Signature candidate) {
    return arguments.stream().noneMatch(Bound::untyped)
        && exactMatches(candidate) == arguments.size();
  }

  private int exactMatches(Signature candidate) {
    int matches = 0;
    for (int i = 0; i < arguments.size(); i++) {
      Bound argument = arguments.get(i);
      if (!argument.untyped() && argument.family() == candidate.parameters().get(i)) {
        matches++;
      }
    }
    return matches;
  }

  private int preferredMatches(Signature candidate) {
    int matches = 0;
    for (int i = 0; i < arguments.size(); i++) {
      Bound argument = arguments.get(i);
      TypeFamily parameter = candidate.parameters().get(i);
      boolean good =
          argument.family() == parameter
              || (isPreferred(parameter) && category(parameter) == category(argument.family()));
      if (!argument.untyped() && good) {
        matches++;
      }
    }
    return matches;
  }

  private static List<Signature> best(List<Signature> candidates, ToIntFunction<Signature> points) {
    int most = candidates.stream().mapToInt(points).max().orElse(0);
    return candidates.stream().filter(c -> points.applyAsInt(c) == most).toList();
  }

  /** Untyped literals: a string where one is taken, else what all candidates agree on. */
  private List<Signature> byLiterals(List<Signature> candidates) {
    List<Signature> left = candidates;
    for (int i = 0; i < arguments.size(); i++) {
      if (arguments.get(i).untyped()) {
        left = byLiteral(left, i);
      }
    }
    if (left.size() > 1) {
      left = byTheOnlyKnownType(left);
    }
    return left;
  }

  private static List<Signature> byLiteral(List<Signature> candidates, int argument) {
    Set<Category> categories = new HashSet<>();
    candidates.forEach(c -> categories.add(category(c.parameters().get(argument))));
    Category chosen;
    if (categories.contains(Category.STRING)) {
      chosen = Category.STRING;
    } else if (categories.size() == 1) {
      chosen = categories.iterator().next();
    } else {
      return candidates;
    }
    List<Signature> same =
        candidates.stream().filter(c -> category(c.parameters().get(argument)) == chosen).toList();
    List<Signature> preferred =
        same.stream().filter(c -> isPreferred(c.parameters().get(argument))).toList();
    return preferred.isEmpty() ? same : preferred;
  }

  private List<Signature> byTheOnlyKnownType(List<Signature> candidates) {
    Set<TypeFamily> known = new HashSet<>();
    arguments.stream().filter(a -> !a.untyped()).forEach(a -> known.add(a.family()));
    if (known.size() != 1) {
      return candidates;
    }
    TypeFamily family = known.iterator().next();
    List<Signature> fitting = new ArrayList<>();
    for (Signature candidate : candidates) {
      if (candidate.parameters().stream().allMatch(p -> Casts.isImplicit(family, p))) {
        fitting.add(candidate);
      }
    }
    return fitting;
  }

  private static boolean isPreferred(TypeFamily family) {
    return switch (family) {
      case BOOLEAN, FLOAT8, TEXT, TIMESTAMPTZ, INTERVAL -> true;
      default -> false;
    };
  }

  private static Category category(TypeFamily family) {
    if (family.isNumber()) {
      return Category.NUMERIC;
    }
    if (family.isText()) {
      return Category.STRING;
    }
    return switch (family) {
      case BOOLEAN -> Category.BOOLEAN;
      case DATE, TIME, TIMESTAMP, TIMESTAMPTZ -> Category.DATETIME;
      case INTERVAL -> Category.TIMESPAN;
      default -> Category.OTHER;
    };
  }

  /**
   * The type that CASE, COALESCE, IN and their kin give all their branches ({@code
   * select_common_type()}); empty where there is none, TEXT where all are untyped.
   */
  static Optional<TypeFamily> common(List<Bound> branches) {
    TypeFamily common = null;
    for (Bound branch : branches) {
      if (branch.untyped() || branch.family() == common) {
        continue;
      }
      TypeFamily next = branch.family();
      if (common == null) {
        common = next;
      } else if (category(common) != category(next) || category(next) == Category.OTHER) {
        return Optional.empty();
      } else if (!isPreferred(common)
          && Casts.isImplicit(common, next)
          && !Casts.isImplicit(next, common)) {
        common = next;
      }
    }
    return Optional.of(common == null ? TypeFamily.TEXT : common);
  }
}
