package io.crossfade.postgres;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;

/**
 * The settings under which PostgreSQL prints and reads canonical text (I5): the same bytes for a
 * value whatever the server, the role or the database sets as its default.
 */
public final class CanonicalSession {

  /**
   * {@code extra_float_digits = 1} prints the shortest exact float (any value above 0 does). {@code
   * search_path} is empty, so that names say their schema and a function of the user's cannot stand
   * in for a built-in one. {@code lc_monetary} decides how the same stored money is written; {@code
   * quote_all_identifiers} how names are that a value stands for. With {@code row_security} off a
   * role that may not see all rows gets an error: a read would leave rows out in silence, a delete
   * would not find its row.
   */
  private static final String SETTINGS =
      """
      SET DateStyle = 'ISO, YMD';
      SET IntervalStyle = 'postgres';
      SET TimeZone = 'UTC';
      SET extra_float_digits = 1;
      SET bytea_output = 'hex';
      SET lc_monetary = 'C';
      SET quote_all_identifiers = off;
      SET client_encoding = 'UTF8';
      SET standard_conforming_strings = on;
      SET backslash_quote = safe_encoding;
      SET array_nulls = on;
      SET xmloption = content;
      SET search_path = '';
      SET row_security = off;
      """;

  private CanonicalSession() {}

  /** Pins a session's settings. Blocks for one round trip; may be repeated. */
  public static void pin(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(SETTINGS);
    }
  }

  /** A name as SQL wants it: quoted always, so that case and odd characters stay. */
  public static String quote(String name) {
    return '"' + name.replace("\"", "\"\"") + '"';
  }
}
