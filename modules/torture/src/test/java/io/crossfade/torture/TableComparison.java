package io.crossfade.torture;

import io.crossfade.sandbox.Database;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Whether a new table is its SELECT over the old one, as multisets of rows. Both databases compute
 * and print it themselves, under the same settings; nothing of Crossfade takes part.
 */
final class TableComparison {

  private static final int EXAMPLES = 10;
  private static final int SHOWN = 300;

  private static final String SETTINGS =
      "SET DateStyle = 'ISO, YMD'; SET IntervalStyle = 'postgres'; SET TimeZone = 'UTC';"
          + " SET extra_float_digits = 1; SET bytea_output = 'hex'; SET lc_monetary = 'C'";

  private TableComparison() {}

  /** The differences, as sentences with keys; empty where both are equal. Both must be at rest. */
  static List<String> differences(TortureTable table, Database source, Database target)
      throws SQLException {
    Map<String, List<String>> old = rows(source, table.select(), table.newKeyOf("q"));
    Map<String, List<String>> fresh =
        rows(
            target,
            "SELECT " + columns(source, table) + " FROM public." + table.into(),
            table.newKeyOf("q"));
    List<String> differences = new ArrayList<>();
    TreeSet<String> keys = new TreeSet<>(old.keySet());
    keys.addAll(fresh.keySet());
    for (String key : keys) {
      List<String> expected = old.getOrDefault(key, List.of());
      List<String> actual = fresh.getOrDefault(key, List.of());
      if (!expected.equals(actual)) {
        differences.add(
            table.into()
                + " "
                + key.replace(TortureTable.BETWEEN, "/")
                + ": the SELECT gives "
                + shown(expected)
                + ", the new table has "
                + shown(actual));
      }
    }
    if (differences.size() > EXAMPLES) {
      int all = differences.size();
      differences.subList(EXAMPLES, all).clear();
      differences.add(table.into() + ": " + all + " keys differ, of " + keys.size());
    }
    return differences;
  }

  private static String shown(List<String> rows) {
    if (rows.isEmpty()) {
      return "no row";
    }
    String text = rows.toString();
    return text.length() <= SHOWN ? text : text.substring(0, SHOWN) + "…";
  }

  private static String columns(Database source, TortureTable table) throws SQLException {
    try (Connection connection = source.connect();
        Statement statement = connection.createStatement();
        ResultSet none = statement.executeQuery(table.select() + " LIMIT 0")) {
      List<String> names = new ArrayList<>();
      for (int i = 1; i <= none.getMetaData().getColumnCount(); i++) {
        names.add(none.getMetaData().getColumnLabel(i));
      }
      return String.join(", ", names);
    }
  }

  /** The rows as text, sorted, by key. */
  private static Map<String, List<String>> rows(Database database, String select, String key)
      throws SQLException {
    Map<String, List<String>> rows = new TreeMap<>();
    try (Connection connection = database.connect();
        Statement statement = connection.createStatement()) {
      statement.execute(SETTINGS);
      try (ResultSet result =
          statement.executeQuery("SELECT " + key + ", q::text FROM (" + select + ") q")) {
        while (result.next()) {
          rows.computeIfAbsent(result.getString(1), k -> new ArrayList<>())
              .add(result.getString(2));
        }
      }
    }
    rows.values().forEach(same -> same.sort(null));
    return rows;
  }
}
