package io.crossfade.sql.bind;

import static io.crossfade.core.table.TypeFamily.FLOAT4;
import static io.crossfade.core.table.TypeFamily.FLOAT8;
import static io.crossfade.core.table.TypeFamily.INT4;
import static io.crossfade.core.table.TypeFamily.NUMERIC;

import io.crossfade.core.table.ColumnType;
import io.crossfade.core.table.TypeFamily;
import io.crossfade.sql.eval.Routine;
import io.crossfade.sql.value.Floats;
import io.crossfade.sql.value.Numbers.Int;
import io.crossfade.sql.value.PgNumeric;
import io.crossfade.sql.value.PgTypes;
import io.crossfade.sql.value.Power;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Arithmetic: operators and functions over numbers. */
final class NumberRoutines {

  /** Operators between two operands. */
  static final Map<String, List<Signature>> BINARY = new HashMap<>();

  /** Signs in front of one operand. */
  static final Map<String, List<Signature>> PREFIX = new HashMap<>();

  /** Functions. */
  static final Map<String, List<Signature>> FUNCTIONS = new HashMap<>();

  static {
    integers();
    numerics();
    floats();
  }

  private NumberRoutines() {}

  private static void add(
      Map<String, List<Signature>> table,
      String name,
      ColumnType result,
      Routine routine,
      TypeFamily... parameters) {
    table
        .computeIfAbsent(name, n -> new ArrayList<>())
        .add(Signature.of(result, routine, parameters));
  }

  private static void integers() {
    Int[] types = Int.values();
    for (Int left : types) {
      for (Int right : types) {
        Int wider = left.compareTo(right) >= 0 ? left : right;
        ColumnType result = PgTypes.plain(family(wider));
        TypeFamily[] both = {family(left), family(right)};
        add(BINARY, "+", result, Routine.binary((Long a, Long b) -> wider.plus(a, b)), both);
        add(BINARY, "-", result, Routine.binary((Long a, Long b) -> wider.minus(a, b)), both);
        add(BINARY, "*", result, Routine.binary((Long a, Long b) -> wider.times(a, b)), both);
        add(BINARY, "/", result, Routine.binary((Long a, Long b) -> wider.dividedBy(a, b)), both);
      }
    }
    for (Int type : types) {
      TypeFamily family = family(type);
      ColumnType result = PgTypes.plain(family);
      Routine remainder = Routine.binary((Long a, Long b) -> type.remainder(a, b));
      add(BINARY, "%", result, remainder, family, family);
      add(FUNCTIONS, "mod", result, remainder, family, family);
      add(PREFIX, "-", result, Routine.unary((Long a) -> type.negate(a)), family);
      add(PREFIX, "+", result, Routine.unary((Long a) -> a), family);
      add(FUNCTIONS, "abs", result, Routine.unary((Long a) -> type.abs(a)), family);
    }
  }

  private static TypeFamily family(Int type) {
    return TypeFamily.valueOf(type.name());
  }

  private static void numerics() {
    ColumnType result = PgTypes.NUMERIC;
    Routine remainder = Routine.binary(PgNumeric::remainder);
    add(BINARY, "+", result, Routine.binary(PgNumeric::plus), NUMERIC, NUMERIC);
    add(BINARY, "-", result, Routine.binary(PgNumeric::minus), NUMERIC, NUMERIC);
    add(BINARY, "*", result, Routine.binary(PgNumeric::times), NUMERIC, NUMERIC);
    add(BINARY, "/", result, Routine.binary(PgNumeric::dividedBy), NUMERIC, NUMERIC);
    add(BINARY, "%", result, remainder, NUMERIC, NUMERIC);
    add(PREFIX, "-", result, Routine.unary(PgNumeric::negate), NUMERIC);
    add(PREFIX, "+", result, Routine.unary((PgNumeric a) -> a), NUMERIC);
    add(FUNCTIONS, "mod", result, remainder, NUMERIC, NUMERIC);
    add(FUNCTIONS, "abs", result, Routine.unary(PgNumeric::abs), NUMERIC);
    add(FUNCTIONS, "sign", result, Routine.unary(PgNumeric::sign), NUMERIC);
    add(FUNCTIONS, "ceil", result, Routine.unary(PgNumeric::ceiling), NUMERIC);
    add(FUNCTIONS, "floor", result, Routine.unary(PgNumeric::floor), NUMERIC);
    add(FUNCTIONS, "round", result, Routine.unary((PgNumeric a) -> a.round(0)), NUMERIC);
    add(FUNCTIONS, "trunc", result, Routine.unary((PgNumeric a) -> a.truncate(0)), NUMERIC);
    Routine round = Routine.binary((PgNumeric a, Long places) -> a.round((int) (long) places));
    add(FUNCTIONS, "round", result, round, NUMERIC, INT4);
    Routine cut = Routine.binary((PgNumeric a, Long places) -> a.truncate((int) (long) places));
    add(FUNCTIONS, "trunc", result, cut, NUMERIC, INT4);
    for (String name : List.of("power", "pow")) {
      Routine power =
          Routine.binary((PgNumeric base, PgNumeric exponent) -> Power.of(base, exponent));
      add(FUNCTIONS, name, result, power, NUMERIC, NUMERIC);
      Routine exact = Routine.binary((Double base, Double exponent) -> Power.of(base, exponent));
      add(FUNCTIONS, name, PgTypes.FLOAT8, exact, FLOAT8, FLOAT8);
    }
  }

  private static void floats() {
    Routine plus =
        Routine.binary((Number a, Number b) -> Floats.plus(a.doubleValue(), b.doubleValue()));
    Routine minus =
        Routine.binary((Number a, Number b) -> Floats.minus(a.doubleValue(), b.doubleValue()));
    Routine times =
        Routine.binary((Number a, Number b) -> Floats.times(a.doubleValue(), b.doubleValue()));
    Routine divide =
        Routine.binary((Number a, Number b) -> Floats.dividedBy(a.doubleValue(), b.doubleValue()));
    TypeFamily[][] mixed = {{FLOAT8, FLOAT8}, {FLOAT4, FLOAT8}, {FLOAT8, FLOAT4}};
    for (TypeFamily[] both : mixed) {
      add(BINARY, "+", PgTypes.FLOAT8, plus, both);
      add(BINARY, "-", PgTypes.FLOAT8, minus, both);
      add(BINARY, "*", PgTypes.FLOAT8, times, both);
      add(BINARY, "/", PgTypes.FLOAT8, divide, both);
    }
    TypeFamily[] singles = {FLOAT4, FLOAT4};
    ColumnType single = PgTypes.FLOAT4;
    add(BINARY, "+", single, Routine.binary((Float a, Float b) -> Floats.plus(a, b)), singles);
    add(BINARY, "-", single, Routine.binary((Float a, Float b) -> Floats.minus(a, b)), singles);
    add(BINARY, "*", single, Routine.binary((Float a, Float b) -> Floats.times(a, b)), singles);
    add(BINARY, "/", single, Routine.binary((Float a, Float b) -> Floats.dividedBy(a, b)), singles);
    add(PREFIX, "-", single, Routine.unary((Float a) -> -a), FLOAT4);
    add(PREFIX, "+", single, Routine.unary((Float a) -> a), FLOAT4);
    add(FUNCTIONS, "abs", single, Routine.unary((Float a) -> Math.abs(a)), FLOAT4);
    ColumnType result = PgTypes.FLOAT8;
    add(PREFIX, "-", result, Routine.unary((Double a) -> -a), FLOAT8);
    add(PREFIX, "+", result, Routine.unary((Double a) -> a), FLOAT8);
    add(FUNCTIONS, "abs", result, Routine.unary((Double a) -> Math.abs(a)), FLOAT8);
    add(FUNCTIONS, "ceil", result, Routine.unary((Double a) -> Math.ceil(a)), FLOAT8);
    add(FUNCTIONS, "floor", result, Routine.unary((Double a) -> Math.floor(a)), FLOAT8);
    add(FUNCTIONS, "round", result, Routine.unary((Double a) -> Math.rint(a)), FLOAT8);
    add(FUNCTIONS, "sign", result, Routine.unary((Double a) -> Floats.sign(a)), FLOAT8);
    add(FUNCTIONS, "trunc", result, Routine.unary((Double a) -> Floats.truncate(a)), FLOAT8);
  }
}
