package io.crossfade.sql.bind;

import static io.crossfade.core.table.TypeFamily.CHAR;
import static io.crossfade.core.table.TypeFamily.INT4;
import static io.crossfade.core.table.TypeFamily.TEXT;

import io.crossfade.core.table.ColumnType;
import io.crossfade.core.table.TypeFamily;
import io.crossfade.sql.eval.Routine;
import io.crossfade.sql.value.PgTypes;
import io.crossfade.sql.value.Texts;
import io.crossfade.sql.value.Texts.Ends;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Functions over text. */
final class TextRoutines {

  static final Map<String, List<Signature>> FUNCTIONS = new HashMap<>();

  static {
    whole();
    ends();
    parts();
    positions();
  }

  private TextRoutines() {}

  private static void add(
      String name, ColumnType result, Routine routine, TypeFamily... parameters) {
    FUNCTIONS
        .computeIfAbsent(name, n -> new ArrayList<>())
        .add(Signature.of(result, routine, parameters));
  }

  private static void text(String name, Routine routine, TypeFamily... parameters) {
    add(name, PgTypes.TEXT, routine, parameters);
  }

  private static void whole() {
    text("upper", Routine.unary(Texts::upper), TEXT);
    text("lower", Routine.unary(Texts::lower), TEXT);
    text("initcap", Routine.unary(Texts::initcap), TEXT);
    text("reverse", Routine.unary(Texts::reverse), TEXT);
    text("md5", Routine.unary(Texts::md5), TEXT);
    text("replace", Routine.ternary(Texts::replace), TEXT, TEXT, TEXT);
    text("translate", Routine.ternary(Texts::translate), TEXT, TEXT, TEXT);
    for (String name : List.of("length", "char_length", "character_length")) {
      add(name, PgTypes.INT4, Routine.unary((String s) -> (long) Texts.length(s)), TEXT);
      Routine padded = Routine.unary((String s) -> (long) Texts.length(Texts.trimBlanks(s)));
      add(name, PgTypes.INT4, padded, CHAR);
    }
  }

  private static void ends() {
    Map<String, Ends> trims = Map.of("btrim", Ends.BOTH, "ltrim", Ends.LEFT, "rtrim", Ends.RIGHT);
    trims.forEach(
        (name, ends) -> {
          text(name, Routine.unary((String s) -> Texts.trim(s, " ", ends)), TEXT);
          Routine set = Routine.binary((String s, String chars) -> Texts.trim(s, chars, ends));
          text(name, set, TEXT, TEXT);
        });
    text("lpad", Routine.binary((String s, Long n) -> Texts.leftPad(s, n, " ")), TEXT, INT4);
    text("rpad", Routine.binary((String s, Long n) -> Texts.rightPad(s, n, " ")), TEXT, INT4);
    Routine lpad = Routine.ternary((String s, Long n, String fill) -> Texts.leftPad(s, n, fill));
    text("lpad", lpad, TEXT, INT4, TEXT);
    Routine rpad = Routine.ternary((String s, Long n, String fill) -> Texts.rightPad(s, n, fill));
    text("rpad", rpad, TEXT, INT4, TEXT);
  }

  private static void parts() {
    Routine from = Routine.binary((String s, Long start) -> Texts.substring(s, start));
    Routine span =
        Routine.ternary((String s, Long start, Long count) -> Texts.substring(s, start, count));
    for (String name : List.of("substring", "substr")) {
      text(name, from, TEXT, INT4);
      text(name, span, TEXT, INT4, INT4);
    }
    String escape = "SUBSTRING with an escape character is not supported";
    FUNCTIONS.get("substring").add(Signature.refused(escape, PgTypes.TEXT, TEXT, TEXT, TEXT));
    text("left", Routine.binary((String s, Long n) -> Texts.left(s, n)), TEXT, INT4);
    text("right", Routine.binary((String s, Long n) -> Texts.right(s, n)), TEXT, INT4);
    Routine split = Routine.ternary((String s, String by, Long n) -> Texts.splitPart(s, by, n));
    text("split_part", split, TEXT, TEXT, INT4);
  }

  private static void positions() {
    Routine strpos = Routine.binary((String s, String part) -> Texts.position(s, part));
    add("strpos", PgTypes.INT4, strpos, TEXT, TEXT);
    Routine position = Routine.binary((String part, String s) -> Texts.position(s, part));
    add("position", PgTypes.INT4, position, TEXT, TEXT);
  }
}
