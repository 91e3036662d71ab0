package io.crossfade.sql.front;

import java.util.Set;

/**
 * Where PostgreSQL's words and the Babel parser's differ. {@code NamesTest} holds these lists
 * against {@code pg_get_keywords()} and against the parser.
 */
final class Keywords {

  /** Words that PostgreSQL does not take as the name of a column unless they are quoted. */
  static final Set<String> RESERVED =
      words(
          """
          all analyse analyze and any array as asc asymmetric authorization binary both case cast
          check collate collation column concurrently constraint create cross current_catalog
          current_date current_role current_schema current_time current_timestamp current_user
          default deferrable desc distinct do else end except false fetch for foreign freeze from
          full grant group having ilike in initially inner intersect into is isnull join lateral
          leading left like limit localtime localtimestamp natural not notnull null offset on only
          or order outer overlaps placing primary references returning right select session_user
          similar some symmetric system_user table tablesample then to trailing true union unique
          user using variadic verbose when where window with
          """);

  /** Words that PostgreSQL takes as the name of an output column only behind AS. */
  static final Set<String> LABEL_NEEDS_AS =
      words(
          """
          array as char character create day except fetch filter for from grant group having hour
          intersect into isnull limit minute month notnull offset on order over overlaps precision
          returning second to union varying where window with within without year
          """);

  /** Common column names in PostgreSQL that the Babel parser keeps for itself. */
  static final Set<String> QUOTED_FOR_THE_PARSER =
      words(
          """
          asof call current cursor date date_part dateadd datediff datepart datetime define delete
          describe drop exists explain final friday grouping insert interval json_scope
          match_condition match_recognize measure merge minus monday new next ordinal over partition
          pattern qualify range rollup row rows running safe_cast safe_offset safe_ordinal saturday
          set skip snapshot stream sunday thursday time timestamp try_cast tuesday unknown unnest
          unsigned update uuid values variant volatile wednesday
          """);

  /** Functions that the Babel parser reads in a way of its own. */
  static final Set<String> CALLS_QUOTED_FOR_THE_PARSER = Set.of("date_trunc", "date_part");

  /** Words in front of a string that make a literal of it: {@code DATE '2024-01-01'}. */
  static final Set<String> LITERAL_PREFIXES = Set.of("date", "time", "timestamp", "interval");

  /** What may stand behind {@code INTERVAL '1'}. */
  static final Set<String> INTERVAL_FIELDS =
      Set.of("year", "month", "day", "hour", "minute", "second");

  private Keywords() {}

  private static Set<String> words(String text) {
    return Set.of(text.trim().split("\\s+"));
  }
}
