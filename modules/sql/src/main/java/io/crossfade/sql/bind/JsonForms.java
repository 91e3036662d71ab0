package io.crossfade.sql.bind;

import static io.crossfade.core.table.TypeFamily.JSON;
import static io.crossfade.core.table.TypeFamily.JSONB;
import static io.crossfade.sql.bind.CallSupport.literal;
import static io.crossfade.sql.bind.CallSupport.make;

import io.crossfade.core.table.ColumnType;
import io.crossfade.core.table.TypeFamily;
import io.crossfade.sql.eval.Eval;
import io.crossfade.sql.eval.Routine;
import io.crossfade.sql.front.Term.CallTerm;
import io.crossfade.sql.value.JsonPath;
import io.crossfade.sql.value.Jsonb;
import io.crossfade.sql.value.PgError;
import io.crossfade.sql.value.PgTypes;
import io.crossfade.sql.value.Values;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What is asked of {@code json} and {@code jsonb}. */
final class JsonForms {

  private JsonForms() {}

  /** A part of a JSON text by the steps that lead to it. */
  private interface Extraction {
    String of(String json, List<String> path);
  }

  static Map<String, Form> all() {
    Map<String, Form> forms = new HashMap<>();
    path(forms, "jsonb_extract_path", PgTypes.JSONB, JSONB, Jsonb::extract);
    path(forms, "jsonb_extract_path_text", PgTypes.TEXT, JSONB, Jsonb::extractText);
    path(forms, "json_extract_path", PgTypes.JSON, JSON, Jsonb::extractWritten);
    path(forms, "json_extract_path_text", PgTypes.TEXT, JSON, Jsonb::extractWrittenText);
    for (TypeFamily family : List.of(JSON, JSONB)) {
      String prefix = family == JSON ? "json_" : "jsonb_";
      Routine length = Routine.unary((String json) -> Jsonb.arrayLength(json));
      forms.put(prefix + "array_length", one(family, PgTypes.INT4, length));
      Routine type = Routine.unary((String json) -> Jsonb.typeOf(json));
      forms.put(prefix + "typeof", one(family, PgTypes.TEXT, type));
    }
    forms.put("json_value", JsonForms::value);
    return forms;
  }

  private static Form one(TypeFamily family, ColumnType result, Routine routine) {
    List<Signature> signatures = List.of(Signature.of(result, routine, family));
    return (call, arguments) -> {
      Signature chosen =
          Overloads.function(signatures, arguments).orElseThrow(() -> noFunction(call, arguments));
      return CallSupport.apply(chosen, arguments, call.position());
    };
  }

  private static BindFailure noFunction(CallTerm call, List<Bound> arguments) {
    return new BindFailure(
        call.position(),
        "there is no function "
            + call.name()
            + "("
            + CallSupport.typeNames(arguments)
            + "); json_… takes json and jsonb_… takes jsonb");
  }

  private static void path(
      Map<String, Form> forms,
      String name,
      ColumnType result,
      TypeFamily family,
      Extraction extraction) {
    Routine routine = arguments -> extract(arguments, extraction);
    forms.put(
        name,
        (call, arguments) -> {
          List<Expr> coerced = new ArrayList<>();
          for (int i = 0; i < arguments.size(); i++) {
            Bound argument = arguments.get(i);
            boolean fits = i == 0 ? argument.family() == family : argument.family().isText();
            if ((!argument.untyped() && !fits) || arguments.size() < 2) {
              throw noFunction(call, arguments);
            }
            coerced.add(Coercion.implicit(argument, i == 0 ? family : TypeFamily.TEXT));
          }
          return make(call, routine, coerced, result, true);
        });
  }

  private static Eval extract(List<Eval> arguments, Extraction extraction) {
    Eval json = arguments.get(0);
    List<Eval> steps = List.copyOf(arguments.subList(1, arguments.size()));
    return row -> {
      Object text = json.of(row);
      List<String> path = new ArrayList<>(steps.size());
      boolean unknown = text == null;
      for (Eval step : steps) {
        Object value = step.of(row);
        unknown |= value == null;
        path.add((String) value);
      }
      return unknown ? null : extraction.of((String) text, path);
    };
  }

  /** The third argument, if there is one, is a NULL of the type that RETURNING names. */
  private static Expr value(CallTerm call, List<Bound> arguments) {
    Bound json = arguments.get(0);
    if (json.family() != JSONB && json.family() != JSON) {
      throw new BindFailure(
          json.position(), "JSON_VALUE takes json or jsonb here, this is " + json.typeName());
    }
    Bound written = arguments.get(1);
    JsonPath path =
        JsonPath.of(literal(call, written, "the path"))
            .orElseThrow(
                () ->
                    new BindFailure(
                        written.position(),
                        "paths are made of members and elements here: '$.a.\"b c\"[0]'"));
    ColumnType type = arguments.size() > 2 ? arguments.get(2).expr().type() : PgTypes.TEXT;
    if (!isReturned(type)) {
      throw new BindFailure(
          arguments.get(2).position(),
          "JSON_VALUE RETURNING " + type + " is not supported; return text and cast it");
    }
    Expr normal = Coercion.explicit(json, PgTypes.JSONB, json.position()).expr();
    Routine routine = Routine.unary((String text) -> read(Jsonb.value(text, path), type));
    return make(call, routine, List.of(normal), type, true);
  }

  /**
   * By the type's input function; of a length, a scale or a json value more would have to be known.
   */
  private static boolean isReturned(ColumnType type) {
    return !PgTypes.hasModifier(type)
        && switch (type.family()) {
          case JSON, JSONB, BYTES, OPAQUE, ARRAY, CHAR -> false;
          default -> true;
        };
  }

  /** NULL ON ERROR is the default: text that the type does not take becomes NULL. */
  private static Object read(String text, ColumnType type) {
    if (text == null) {
      return null;
    }
    try {
      return Values.fromText(type.family(), text);
    } catch (PgError e) {
      if (e.sqlState().equals(PgError.NOT_SUPPORTED)) {
        throw e;
      }
      return null;
    }
  }
}
