package io.crossfade.sql;

import static org.assertj.core.api.Assertions.assertThat;

import io.crossfade.sandbox.Database;
import io.crossfade.sandbox.SharedSandbox;
import io.crossfade.sql.value.Floats;
import io.crossfade.sql.value.Texts;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Single functions over very many values against PostgreSQL. */
class ValueDifferentialTest {

  private static Database database;
  private static Connection connection;

  @BeforeAll
  static void start() throws Exception {
    database = SharedSandbox.postgres18().createDatabase();
    connection = database.connect();
  }

  @AfterAll
  static void stop() throws Exception {
    connection.close();
    database.close();
  }

  /** What PostgreSQL makes of each input. */
  private static List<String> theirs(String expression, List<String> inputs) throws Exception {
    Array array = connection.createArrayOf("text", inputs.toArray());
    try (PreparedStatement query =
        connection.prepareStatement(
            "SELECT " + expression + " FROM unnest(?) WITH ORDINALITY AS i(s, n) ORDER BY n")) {
      query.setArray(1, array);
      List<String> results = new ArrayList<>();
      try (ResultSet rows = query.executeQuery()) {
        while (rows.next()) {
          results.add(rows.getString(1));
        }
      }
      return results;
    }
  }

  @Test
  void shouldPrintDoublesAsShortAsPostgres() throws Exception {
    Random random = new Random(1);
    List<String> printed = new ArrayList<>();
    for (int i = 0; i < 50_000; i++) {
      double value =
          i % 4 == 0
              ? random.nextInt(100_000_000) / 1000.0
              : Double.longBitsToDouble(random.nextLong());
      if (i % 16 == 1) {
        // Powers of two have a lower neighbour that is closer than the upper one.
        value = Math.scalb(1.0, random.nextInt(2098) - 1074);
      }
      String text = Floats.toText(value);
      assertThat((Object) Double.parseDouble(text)).isEqualTo(value);
      printed.add(text);
    }
    assertThat(theirs("s::float8::text", printed)).isEqualTo(printed);
  }

  @Test
  void shouldPrintFloatsAsShortAsPostgres() throws Exception {
    Random random = new Random(2);
    List<String> printed = new ArrayList<>();
    for (int i = 0; i < 50_000; i++) {
      float value =
          i % 4 == 0 ? random.nextInt(1_000_000) / 100f : Float.intBitsToFloat(random.nextInt());
      if (i % 16 == 1) {
        value = Math.scalb(1f, random.nextInt(277) - 149);
      }
      String text = Floats.toText(value);
      assertThat((Object) Float.parseFloat(text)).isEqualTo(value);
      printed.add(text);
    }
    assertThat(theirs("s::float4::text", printed)).isEqualTo(printed);
  }

  /** Every letter of the planes that have any, as one text each. */
  private static List<String> characters() {
    List<String> all = new ArrayList<>();
    for (int codePoint = 1; codePoint < 0x20000; codePoint++) {
      boolean surrogate = codePoint >= 0xD800 && codePoint <= 0xDFFF;
      if (!surrogate && Character.isDefined(codePoint)) {
        all.add(Character.toString(codePoint));
      }
    }
    return all;
  }

  private static List<String> differing(
      String function, String collation, UnaryOperator<String> ours, List<String> inputs)
      throws Exception {
    List<String> theirs = theirs(function + "(s COLLATE " + collation + ")", inputs);
    List<String> differing = new ArrayList<>();
    for (int i = 0; i < inputs.size(); i++) {
      String input = inputs.get(i);
      if (!ours.apply(input).equals(theirs.get(i))) {
        differing.add("U+%04X".formatted(input.codePointAt(input.length() / 3)));
      }
    }
    return differing;
  }

  @Test
  void shouldMapCaseAsPostgresDoesForEveryCharacter() throws Exception {
    List<String> inputs = characters();
    List<String> inWords = inputs.stream().map(c -> "a" + c + "B").toList();
    assertThat(differing("upper", "\"default\"", Texts::upper, inputs)).isEmpty();
    assertThat(differing("lower", "\"default\"", Texts::lower, inputs)).isEmpty();
    assertThat(differing("initcap", "\"default\"", Texts::initcap, inputs)).isEmpty();
    assertThat(differing("initcap", "\"default\"", Texts::initcap, inWords)).isEmpty();
  }

  @Test
  void shouldMapCaseAsTheBuiltinProviderDoesButForTheNewestLetters() throws Exception {
    List<String> inputs = characters();
    // They got an upper case with Unicode 16.
    List<String> newest = List.of("U+019B", "U+0264");
    assertThat(differing("upper", "pg_c_utf8", Texts::upper, inputs)).isEqualTo(newest);
    assertThat(differing("lower", "pg_c_utf8", Texts::lower, inputs)).isEmpty();
  }
}
