package io.crossfade.postgres;

import io.crossfade.core.table.TypeFamily;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** {@code docs/types.md}, made of what the code knows. */
final class TypesDocument {

  private TypesDocument() {}

  static String text() {
    StringBuilder text = new StringBuilder(INTRODUCTION);
    for (BuiltInType type : BuiltInType.values()) {
      row(
          text,
          "`" + type.display() + "`",
          type.refused().map(why -> "refused").orElse("yes"),
          type.refused().isPresent() ? "no" : key(type.key()),
          type.family() == TypeFamily.OPAQUE ? "no" : "as `" + type.family() + "`");
    }
    text.append(MADE);
    for (TypeKind kind : TypeKind.values()) {
      row(text, kind.display(), kind.carried(), kind.key(), "no");
    }
    text.append(REFUSED);
    Map<String, List<String>> refused = new LinkedHashMap<>();
    for (BuiltInType type : BuiltInType.values()) {
      type.refused()
          .ifPresent(
              why ->
                  refused
                      .computeIfAbsent(why, w -> new ArrayList<>())
                      .add("`" + type.display() + "`"));
    }
    refused.forEach(
        (why, types) ->
            text.append("- ")
                .append(String.join(", ", types))
                .append(":\n  ")
                .append(why)
                .append('\n'));
    return text.append(SETTINGS).toString();
  }

  private static String key(KeyUse key) {
    if (!key.allowed()) {
      return "no: " + key.why();
    }
    return key.why().isEmpty() ? "yes" : "yes, as a plain column: " + key.why();
  }

  private static void row(StringBuilder text, String... cells) {
    text.append("| ").append(String.join(" | ", cells)).append(" |\n");
  }

  private static final String INTRODUCTION =
      """
      # Types

      A value travels as the text that PostgreSQL prints for it under fixed settings. A chunk (`COPY`) and the log (`pgoutput`)
      print by the same function, and nothing is decoded in between, so both give the same bytes for every type; the target
      reads the text by the type's own input function. A large value that an update did not change is not in the log: then
      the row is read again by its key, whatever the type ([I8](how-it-works.md#i8-each-record-is-a-whole-row)).

      This page is made from the code (`BuiltInType`, `TypeKind`); a test fails when it is not what the code says.

      - **Carried**: whether a SELECT or a key may use a column of the type. `validate` names those that cannot be, with the
        reason; one that nothing uses does no harm and is left out.
      - **In a key**: whether a primary key may have it. Two values that PostgreSQL holds to be one key must become one record
        key; where a type has values that are equal and print differently they are brought to one text, or the type is refused.
        Text types need a deterministic collation.
      - **In expressions**: what a SELECT may do with it besides passing it on; see [select.md](select.md).

      ## Built-in types

      | type | carried | in a key | in expressions |
      |---|---|---|---|
      """;

  private static final String MADE =
      """

      ## Types made of others

      | type | carried | in a key | in expressions |
      |---|---|---|---|
      """;

  private static final String REFUSED =
      """

      ## Refused

      """;

  private static final String SETTINGS =
      """

      Refused are also:

      - generated columns that the log does not have: all before PostgreSQL 18, virtual ones since; write the expression instead;
      - columns of a table whose names differ in case only, or have quotes at both ends: Debezium cannot tell their values;
      - databases with the encoding `SQL_ASCII`, whose bytes have no meaning; all other encodings are carried as UTF-8;
      - databases with a domain over an enum or with an enum without values: Debezium 3.5.0 does not start there.

      ## Settings

      Our sessions set what decides how values are printed and read, so what a server, a database or a role sets changes nothing:
      `DateStyle`, `TimeZone`, `IntervalStyle`, `extra_float_digits`, `bytea_output`, `lc_monetary` (`C`: money is printed with `$` and
      two digits behind the point, and read back as the same number), `xmloption`, `array_nulls`, `quote_all_identifiers`,
      `standard_conforming_strings`, `client_encoding`, `search_path`.
      """;
}
