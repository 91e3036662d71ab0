package io.crossfade.sql.front;

import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Functions that are refused for a reason of their own, not only because they are missing. */
public final class KnownFunctions {

  private static final Set<String> NOT_REPEATABLE =
      Set.of(
          "now",
          "current_timestamp",
          "current_date",
          "current_time",
          "localtime",
          "localtimestamp",
          "transaction_timestamp",
          "statement_timestamp",
          "clock_timestamp",
          "timeofday",
          "age",
          "random",
          "random_normal",
          "setseed",
          "gen_random_uuid",
          "uuidv4",
          "uuidv7",
          "uuid_generate_v1",
          "uuid_generate_v4",
          "nextval",
          "currval",
          "lastval",
          "setval",
          "current_user",
          "current_role",
          "session_user",
          "system_user",
          "user",
          "current_schema",
          "current_catalog",
          "current_database",
          "txid_current",
          "pg_current_xact_id",
          "version");

  private static final Set<String> AGGREGATES =
      Set.of(
          "count",
          "sum",
          "avg",
          "min",
          "max",
          "array_agg",
          "string_agg",
          "json_agg",
          "jsonb_agg",
          "json_object_agg",
          "jsonb_object_agg",
          "bool_and",
          "bool_or",
          "every",
          "listagg",
          "stddev",
          "variance");

  /** Functions for which there is another one. */
  private static final Map<String, String> INSTEAD =
      Map.of("date_part", "EXTRACT(field FROM x) instead of DATE_PART('field', x)");

  private KnownFunctions() {}

  /** Whether it makes one value of those of several rows. */
  static boolean isAggregate(String name) {
    return AGGREGATES.contains(name);
  }

  /** Why a function is refused, if there is more to say than that it is not on the list. */
  public static Optional<String> refusal(String name) {
    if (NOT_REPEATABLE.contains(name)) {
      return Optional.of(
          name.toUpperCase(Locale.ROOT)
              + " is not repeatable: the same row would get another value at every replay. Let the"
              + " target fill the column with a DEFAULT, or write a constant");
    }
    return Optional.ofNullable(INSTEAD.get(name)).map(KnownFunctions::instead);
  }

  private static String instead(String advice) {
    return "write " + advice;
  }
}
