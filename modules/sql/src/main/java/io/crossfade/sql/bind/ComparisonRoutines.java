package io.crossfade.sql.bind;

import static io.crossfade.core.table.TypeFamily.DATE;
import static io.crossfade.core.table.TypeFamily.FLOAT4;
import static io.crossfade.core.table.TypeFamily.FLOAT8;
import static io.crossfade.core.table.TypeFamily.TIMESTAMP;
import static io.crossfade.core.table.TypeFamily.TIMESTAMPTZ;

import io.crossfade.core.table.TypeFamily;
import io.crossfade.sql.eval.Comparison;
import io.crossfade.sql.eval.Comparison.Order;
import io.crossfade.sql.eval.Routine;
import io.crossfade.sql.value.PgTypes;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Which types compare with which. */
final class ComparisonRoutines {

  static final String COLLATION =
      "the order of text depends on the collation of each database; compare text with = or <>, or"
          + " compare numbers or dates";

  private static final String JSONB_EQUALITY =
      "comparing jsonb is not supported yet; compare a text or a number inside of it";

  private ComparisonRoutines() {}

  /**
   * How two families compare.
   *
   * @param ordered whether more than equality is known
   */
  record Pair(TypeFamily left, TypeFamily right, Order order, boolean ordered) {}

  private static final List<Pair> ALL = all();

  private static List<Pair> all() {
    List<Pair> all = new ArrayList<>();
    TypeFamily[] integers = {TypeFamily.INT2, TypeFamily.INT4, TypeFamily.INT8};
    for (TypeFamily left : integers) {
      for (TypeFamily right : integers) {
        all.add(new Pair(left, right, Comparison.NATURAL, true));
      }
    }
    TypeFamily[] floats = {FLOAT4, FLOAT8};
    for (TypeFamily left : floats) {
      for (TypeFamily right : floats) {
        all.add(new Pair(left, right, Comparison.FLOATING, true));
      }
    }
    for (TypeFamily family :
        List.of(
            TypeFamily.NUMERIC,
            TypeFamily.BOOLEAN,
            TypeFamily.UUID,
            TypeFamily.BYTES,
            TypeFamily.TIME,
            TypeFamily.INTERVAL)) {
      all.add(new Pair(family, family, Comparison.NATURAL, true));
    }
    List<TypeFamily> timestamps = List.of(TIMESTAMP, TIMESTAMPTZ);
    all.add(new Pair(DATE, DATE, Comparison.NATURAL, true));
    for (TypeFamily timestamp : timestamps) {
      all.add(new Pair(DATE, timestamp, Comparison.DATE_TIMESTAMP, true));
      all.add(new Pair(timestamp, DATE, Comparison.TIMESTAMP_DATE, true));
      for (TypeFamily other : timestamps) {
        all.add(new Pair(timestamp, other, Comparison.NATURAL, true));
      }
    }
    all.add(new Pair(TypeFamily.TEXT, TypeFamily.TEXT, Comparison.SAME_TEXT, false));
    all.add(new Pair(TypeFamily.CHAR, TypeFamily.CHAR, Comparison.SAME_PADDED_TEXT, false));
    return List.copyOf(all);
  }

  /** The overloads of an operator of comparison. */
  static List<Signature> overloads(Comparison.Test test) {
    boolean equality = test == Comparison.Test.EQUAL || test == Comparison.Test.NOT_EQUAL;
    return overloads(equality, order -> Comparison.test(order, test));
  }

  /** Makes a routine of an order. */
  interface Maker {
    Routine of(Order order);
  }

  /** The overloads of whatever is decided by {@code =}, or by {@code <}. */
  static List<Signature> overloads(boolean equality, Maker maker) {
    List<Signature> signatures = new ArrayList<>();
    for (Pair pair : ALL) {
      signatures.add(
          pair.ordered() || equality
              ? Signature.of(PgTypes.BOOLEAN, maker.of(pair.order()), pair.left(), pair.right())
              : Signature.refused(COLLATION, PgTypes.BOOLEAN, pair.left(), pair.right()));
    }
    signatures.add(
        Signature.refused(JSONB_EQUALITY, PgTypes.BOOLEAN, TypeFamily.JSONB, TypeFamily.JSONB));
    return signatures;
  }

  /** How values of one family compare with each other, if their order is known. */
  static Optional<Order> order(TypeFamily family) {
    return ALL.stream()
        .filter(pair -> pair.left() == family && pair.right() == family && pair.ordered())
        .map(Pair::order)
        .findFirst();
  }
}
