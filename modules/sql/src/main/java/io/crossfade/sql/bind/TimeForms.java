package io.crossfade.sql.bind;

import static io.crossfade.core.table.TypeFamily.DATE;
import static io.crossfade.core.table.TypeFamily.INTERVAL;
import static io.crossfade.core.table.TypeFamily.TIME;
import static io.crossfade.core.table.TypeFamily.TIMESTAMP;
import static io.crossfade.core.table.TypeFamily.TIMESTAMPTZ;
import static io.crossfade.sql.bind.CallSupport.literal;
import static io.crossfade.sql.bind.CallSupport.make;

import io.crossfade.core.table.TypeFamily;
import io.crossfade.sql.eval.Eval;
import io.crossfade.sql.eval.Routine;
import io.crossfade.sql.front.NearestName;
import io.crossfade.sql.front.Term.CallTerm;
import io.crossfade.sql.value.Interval;
import io.crossfade.sql.value.NumberFormat;
import io.crossfade.sql.value.PgError;
import io.crossfade.sql.value.PgNumeric;
import io.crossfade.sql.value.PgTypes;
import io.crossfade.sql.value.TimeField;
import io.crossfade.sql.value.TimeFormat;
import io.crossfade.sql.value.Zones;
import java.time.zone.ZoneRules;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Supplier;

/** EXTRACT, DATE_TRUNC, {@code timezone(zone, time)}: a field or a zone is known beforehand. */
final class TimeForms {

  private TimeForms() {}

  static Map<String, Form> all() {
    Map<String, Form> forms = new HashMap<>();
    forms.put("extract", TimeForms::extract);
    forms.put("date_trunc", TimeForms::truncate);
    forms.put("timezone", TimeForms::timezone);
    forms.put("to_char", TimeForms::toChar);
    return forms;
  }

  private static TimeField field(CallTerm call, Bound name) {
    String text = literal(call, name, "the field");
    return TimeField.of(text)
        .orElseThrow(
            () ->
                new BindFailure(
                    name.position(),
                    "there is no field "
                        + text
                        + " of a time"
                        + NearestName.hint(
                            text.toLowerCase(Locale.ROOT),
                            Arrays.stream(TimeField.values())
                                .map(f -> f.name().toLowerCase(Locale.ROOT))
                                .toList())));
  }

  private static Expr extract(CallTerm call, List<Bound> arguments) {
    TimeField field = field(call, arguments.get(0));
    List<Signature> candidates =
        List.of(
            Signature.of(PgTypes.NUMERIC, Routine.unary(field::ofDate), DATE),
            Signature.of(PgTypes.NUMERIC, Routine.unary(field::ofTimestamp), TIMESTAMP),
            Signature.of(PgTypes.NUMERIC, Routine.unary(field::ofTimestamp), TIMESTAMPTZ),
            Signature.of(PgTypes.NUMERIC, Routine.unary(field::ofTime), TIME),
            Signature.of(PgTypes.NUMERIC, Routine.unary(field::ofInterval), INTERVAL));
    List<Bound> source = List.of(arguments.get(1));
    Signature chosen = function(call, candidates, source);
    TypeFamily family = chosen.parameters().get(0);
    boolean known =
        switch (family) {
          case DATE -> field.isOfDates();
          case TIMESTAMP -> field.isOfTimestamps();
          case TIME -> field.isOfTimes();
          case INTERVAL -> field.isOfIntervals();
          default -> true;
        };
    if (!known) {
      throw new BindFailure(
          arguments.get(0).position(),
          "EXTRACT("
              + field
              + ") of "
              + PgTypes.plain(family)
              + " is an error in PostgreSQL, or depends on its version");
    }
    List<Expr> coerced = CallSupport.coerce(chosen, source);
    // Of an infinite time most fields are NULL.
    boolean finite = family == TIME || family == INTERVAL;
    boolean nullable = !finite || coerced.get(0).nullable();
    return make(call, chosen.routine().orElseThrow(), coerced, chosen.result(), nullable);
  }

  private static Signature function(
      CallTerm call, List<Signature> candidates, List<Bound> arguments) {
    return Overloads.function(candidates, arguments)
        .orElseThrow(
            () ->
                new BindFailure(
                    call.position(),
                    "there is no function "
                        + call.name()
                        + " of "
                        + CallSupport.typeNames(arguments)
                        + ", or not only one; cast the argument"));
  }

  private static void count(CallTerm call, List<Bound> arguments, int wanted) {
    if (arguments.size() != wanted) {
      throw new BindFailure(
          call.position(),
          call.name().toUpperCase(Locale.ROOT) + " takes " + wanted + " arguments here");
    }
  }

  private static Expr truncate(CallTerm call, List<Bound> arguments) {
    count(call, arguments, 2);
    TimeField field = field(call, arguments.get(0));
    if (!field.isTruncation()) {
      throw new BindFailure(
          arguments.get(0).position(), "PostgreSQL cannot truncate a time to " + field);
    }
    Routine times = Routine.unary((Long micros) -> field.truncate(micros));
    List<Signature> candidates =
        List.of(
            Signature.of(PgTypes.TIMESTAMP, times, TIMESTAMP),
            Signature.of(PgTypes.TIMESTAMPTZ, times, TIMESTAMPTZ),
            Signature.of(
                PgTypes.INTERVAL, Routine.unary((Interval i) -> field.truncate(i)), INTERVAL));
    List<Bound> source = List.of(arguments.get(1));
    return CallSupport.apply(function(call, candidates, source), source, call.position());
  }

  /** Of times and of numbers; which one decides the first argument. */
  private static Expr toChar(CallTerm call, List<Bound> arguments) {
    count(call, arguments, 2);
    Bound written = arguments.get(1);
    String format = literal(call, written, "the format");
    List<Bound> source = List.of(arguments.get(0));
    List<Signature> candidates = new ArrayList<>();
    for (TypeFamily family : List.of(TIMESTAMPTZ, TIMESTAMP)) {
      Routine routine =
          formatted(
              () -> {
                TimeFormat times = TimeFormat.of(format, family == TIMESTAMPTZ);
                return Routine.unary((Long micros) -> times.format(micros));
              });
      candidates.add(Signature.of(PgTypes.TEXT, routine, family));
    }
    Routine numbers =
        formatted(
            () -> {
              NumberFormat numeric = NumberFormat.of(format);
              return Routine.unary((PgNumeric number) -> numeric.format(number));
            });
    Routine integers =
        arguments0 ->
            numbers.compile(
                List.of(Routine.unary((Long n) -> PgNumeric.of(n)).compile(arguments0)));
    candidates.add(Signature.of(PgTypes.TEXT, numbers, TypeFamily.NUMERIC));
    candidates.add(Signature.of(PgTypes.TEXT, integers, TypeFamily.INT4));
    candidates.add(Signature.of(PgTypes.TEXT, integers, TypeFamily.INT8));
    String floats = "TO_CHAR of floating numbers is not supported; cast to numeric";
    candidates.add(Signature.refused(floats, PgTypes.TEXT, TypeFamily.FLOAT4));
    candidates.add(Signature.refused(floats, PgTypes.TEXT, TypeFamily.FLOAT8));
    String intervals = "TO_CHAR of an interval is not supported; cast it to text, or EXTRACT";
    candidates.add(Signature.refused(intervals, PgTypes.TEXT, INTERVAL));
    Signature chosen = function(call, candidates, source);
    Routine routine =
        chosen.routine().orElseThrow(() -> new BindFailure(call.position(), chosen.refusal()));
    List<Expr> coerced = CallSupport.coerce(chosen, source);
    try {
      routine.compile(List.of(new Eval.Known(null)));
    } catch (PgError e) {
      throw new BindFailure(written.position(), e.getMessage());
    }
    return make(call, routine, coerced, PgTypes.TEXT, true);
  }

  /** Reads its format when it is compiled: only that of the chosen overload must be right. */
  private static Routine formatted(Supplier<Routine> routine) {
    return arguments -> routine.get().compile(arguments);
  }

  private static Expr timezone(CallTerm call, List<Bound> arguments) {
    count(call, arguments, 2);
    String name = literal(call, arguments.get(0), "the time zone");
    ZoneRules rules =
        Zones.rules(name)
            .orElseThrow(
                () ->
                    new BindFailure(
                        arguments.get(0).position(),
                        "time zone "
                            + name
                            + " is not known by this name everywhere; write UTC or a region like"
                            + " Europe/Berlin, no abbreviation and no offset"));
    List<Signature> candidates =
        List.of(
            Signature.of(
                PgTypes.TIMESTAMPTZ,
                Routine.unary((Long micros) -> Zones.toUtc(micros, rules)),
                TIMESTAMP),
            Signature.of(
                PgTypes.TIMESTAMP,
                Routine.unary((Long micros) -> Zones.toLocal(micros, rules)),
                TIMESTAMPTZ));
    List<Bound> source = List.of(arguments.get(1));
    return CallSupport.apply(function(call, candidates, source), source, call.position());
  }
}
