package io.crossfade.cli.demo;

import static io.crossfade.postgres.CanonicalSession.quote;

import io.crossfade.core.table.Table;
import io.crossfade.core.table.TableId;
import io.crossfade.postgres.CanonicalSession;
import io.crossfade.sql.OutputColumn;
import io.crossfade.sql.SelectPlan;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;

/**
 * Whether a new table is its SELECT over the old ones, as multisets of rows. Both databases compute
 * it themselves: nothing that has carried the rows has a part in judging them.
 *
 * <p>For tables at rest; a write in between shows up as a difference.
 */
final class Comparison {

  /** More would not tell more. */
  private static final int EXAMPLES = 5;

  /** A column of either query may have any name but this one. */
  private static final String ROW = quote("crossfade: row");

  /**
   * Two hashes of 64 bits that have nothing in common. Summed, so that no order matters and each of
   * several equal rows counts.
   */
  private static final String DIGEST =
      """
      SELECT count(*),
             sum(hashtextextended(line COLLATE "C", 0)::numeric)::text,
             sum(('x' || substr(md5(line), 1, 16))::bit(64)::bigint::numeric)::text
      FROM (SELECT CAST(%s AS text) AS line FROM (%s) AS %s) AS lines
      """;

  private static final String LIST =
      """
      SELECT CAST(ROW(%s) AS text) COLLATE "C", md5(CAST(%s AS text)) COLLATE "C"
      FROM (%s) AS %s ORDER BY 1, 2
      """;

  private static final String ONE_ROW =
      "SELECT %s FROM (%s) AS %s WHERE CAST(ROW(%s) AS text) = %s LIMIT 1";

  /**
   * What a comparison has found.
   *
   * @param into the new table
   * @param oldRows how many rows the SELECT has
   * @param newRows how many rows the table has
   * @param differing keys whose rows differ, or that only one side has
   * @param examples some of them, each as a sentence
   */
  record Result(TableId into, long oldRows, long newRows, long differing, List<String> examples) {

    Result {
      Objects.requireNonNull(into, "into");
      examples = List.copyOf(examples);
    }

    boolean equal() {
      return differing == 0;
    }
  }

  private record Digest(long rows, Optional<String> hash, Optional<String> otherHash) {}

  private final TableId into;
  private final List<String> columns;
  private final String key;
  private final String oldRows;
  private final String newRows;

  /**
   * A comparison of one mapping.
   *
   * @param plan its SELECT
   * @param target the new table as it is in the target
   */
  Comparison(SelectPlan plan, Table target) {
    this.into = target.id();
    this.columns = plan.columns().stream().map(OutputColumn::name).toList();
    this.key =
        target.primaryKey().stream().map(CanonicalSession::quote).collect(Collectors.joining(", "));
    this.oldRows =
        "SELECT %s FROM (%s\n) AS old_rows"
            .formatted(
                plan.columns().stream()
                    .map(column -> asIn(target, column))
                    .collect(Collectors.joining(", ")),
                withoutSemicolon(plan.oracleSql(UnaryOperator.identity())));
    this.newRows =
        "SELECT %s FROM %s.%s"
            .formatted(
                columns.stream().map(CanonicalSession::quote).collect(Collectors.joining(", ")),
                quote(into.schema()),
                quote(into.name()));
  }

  /** A value as the target's column holds it: {@code 1} and {@code 1.00} are one amount. */
  private static String asIn(Table target, OutputColumn column) {
    String name = quote(column.name());
    String type = target.column(column.name()).type().name();
    return column.type().name().equals(type)
        ? name
        : "CAST(" + name + " AS " + type + ") AS " + name;
  }

  private static String withoutSemicolon(String sql) {
    String text = sql.stripTrailing();
    return text.endsWith(";") ? text.substring(0, text.length() - 1) : text;
  }

  /**
   * Compares. Blocks while both databases read their tables, once; where they differ, once more to
   * find the rows.
   *
   * @param source with autocommit off and nothing open
   * @param target likewise
   * @throws SQLException when one side could not be read to its end: then nothing is known
   */
  Result compare(Connection source, Connection target) throws SQLException {
    begin(source);
    begin(target);
    Digest expected = digest(source, oldRows);
    Digest actual = digest(target, newRows);
    Result result =
        expected.equals(actual)
            ? new Result(into, expected.rows(), actual.rows(), 0, List.of())
            : differences(source, target, expected.rows(), actual.rows());
    source.rollback();
    target.rollback();
    return result;
  }

  private static void begin(Connection connection) throws SQLException {
    CanonicalSession.pin(connection);
    connection.commit();
    try (Statement statement = connection.createStatement()) {
      // The digest and the search for differences must see the same rows.
      statement.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY");
    }
  }

  private static Digest digest(Connection connection, String rows) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet result = statement.executeQuery(DIGEST.formatted(ROW, rows, ROW))) {
      result.next();
      return new Digest(
          result.getLong(1),
          Optional.ofNullable(result.getString(2)),
          Optional.ofNullable(result.getString(3)));
    }
  }

  private Result differences(Connection source, Connection target, long expected, long actual)
      throws SQLException {
    long differing = 0;
    List<String> examples = new ArrayList<>();
    try (RowStream old = RowStream.open(source, LIST.formatted(key, ROW, oldRows, ROW));
        RowStream fresh = RowStream.open(target, LIST.formatted(key, ROW, newRows, ROW))) {
      RowStream.Differences found = new RowStream.Differences(old, fresh);
      for (Optional<String> at = found.next(); at.isPresent(); at = found.next()) {
        differing++;
        if (examples.size() < EXAMPLES) {
          examples.add(describe(source, target, at.get()));
        }
      }
    }
    if (differing == 0) {
      throw new IllegalStateException(
          into + ": the digests differ, but no row does. Both sides must be at rest.");
    }
    return new Result(into, expected, actual, differing, examples);
  }

  private String describe(Connection source, Connection target, String at) throws SQLException {
    List<String> old = row(source, oldRows, at);
    List<String> fresh = row(target, newRows, at);
    if (fresh.isEmpty()) {
      return at + " is missing";
    }
    if (old.isEmpty()) {
      return at + " should not be there";
    }
    List<String> parts = new ArrayList<>();
    for (int i = 0; i < columns.size(); i++) {
      if (!Objects.equals(old.get(i), fresh.get(i))) {
        parts.add(ValueDifference.describe(columns.get(i), old.get(i), fresh.get(i)));
      }
    }
    return parts.isEmpty() ? at + " occurs more than once" : at + " " + String.join("; ", parts);
  }

  /** The values as text; empty where there is no row. */
  private List<String> row(Connection connection, String rows, String at) throws SQLException {
    String values =
        columns.stream()
            .map(column -> "CAST(" + quote(column) + " AS text)")
            .collect(Collectors.joining(", "));
    // Not as a parameter: the SELECT may have question marks of its own.
    String literal = "'" + at.replace("'", "''") + "'";
    try (Statement statement = connection.createStatement();
        ResultSet result =
            statement.executeQuery(ONE_ROW.formatted(values, rows, ROW, key, literal))) {
      List<String> found = new ArrayList<>();
      if (result.next()) {
        for (int i = 1; i <= columns.size(); i++) {
          found.add(result.getString(i));
        }
      }
      return found;
    }
  }
}
