package io.crossfade.sql;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.List;
import java.util.Random;
import java.util.StringJoiner;
import java.util.function.Supplier;

/** Text of values that types accept as input: extreme ones first of all, then random ones. */
final class RandomValues {

  private static final List<String> TEXTS =
      List.of(
          "",
          " ",
          "  ",
          "a",
          "A",
          "abc",
          "ABC",
          " abc ",
          "abc   ",
          "groß",
          "Straße",
          "ÀÉÎ",
          "àéî",
          "Ελλάς ΣΑΣ",
          "ЖЗИ",
          "日本語",
          "😀x😀",
          "e\u0301a",
          "ﬁ",
          "a,b,,c",
          ",",
          ",,",
          "xyx",
          "xxax",
          "%",
          "_",
          "a%b",
          "a_b",
          "\\",
          "a\\%b",
          "\\%",
          "hello world",
          "o'neill",
          "\"q\"",
          "NULL",
          "\\N",
          "\t",
          "a\nb",
          "\r",
          "foo bar-baz 1st 2ND",
          "x1y2",
          "hELLO_wORLD",
          "--",
          "1",
          "0");

  private static final List<String> NUMBERS =
      List.of(
          "0",
          "1",
          "-1",
          "+7",
          "007",
          " 12 ",
          "\t5\n",
          "32767",
          "32768",
          "-32768",
          "-32769",
          "2147483647",
          "2147483648",
          "-2147483648",
          "-2147483649",
          "9223372036854775807",
          "9223372036854775808",
          "-9223372036854775808",
          "1.5",
          "2.5",
          "-2.5",
          ".5",
          "5.",
          "-.5e-3",
          "1e10",
          "1E400",
          "1e-400",
          "3.4028236e38",
          "1.7976931348623159e308",
          "4.9e-324",
          "2e-324",
          "1e-46",
          "7e-46",
          "NaN",
          "nan",
          "Infinity",
          "-infinity",
          "inf",
          "+Inf",
          "",
          " ",
          "-",
          "+",
          ".",
          "e5",
          "1e",
          "1e+",
          "12a",
          "1 2",
          "--1",
          "0.1",
          "123456789012345678901234567890.123");

  private static final List<String> BOOLEANS =
      List.of(
          "t", "T", "true", "TRUE", " tru ", "y", "yes", "on", "1", "f", "false", "fal", "n", "no",
          "of", "off", "0", "o", "", " ", "ye s", "2", "truee", "nope", "onn");

  private static final List<String> DATES =
      List.of(
          "2024-01-01",
          "2024-02-29",
          "2023-02-29",
          "2024-13-01",
          "2024-00-10",
          "2024-12-31",
          "1970-01-01",
          "1969-12-31",
          "0001-01-01",
          "0001-01-01 BC",
          "4713-11-24 BC",
          "4713-11-23 BC",
          "294276-12-31",
          "294277-01-01",
          "5874897-12-31",
          "5874898-01-01",
          "infinity",
          "-infinity",
          "2024-01-01 12:34:56",
          "2024-01-01 24:00:00",
          "2024-01-01 24:00:01",
          "2024-01-01 23:59:60",
          "2024-01-01T01:02",
          "1999-06-30 0:0:0",
          "2024-05-05 01:02:03.123456",
          "1960-05-05 01:02:03.5",
          "2024-01-01 25:00:00",
          "2024-01-01 12:60:00",
          "1900-02-29",
          "2000-02-29",
          " 2024-01-01 ");

  private static final List<String> UUIDS =
      List.of(
          "00000000-0000-0000-0000-000000000000",
          "FFFFFFFF-ffff-FFFF-ffff-FFFFFFFFFFFF",
          "{a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11}",
          "a0eebc999c0b4ef8bb6d6bb9bd380a11",
          "a0ee-bc99-9c0b-4ef8-bb6d-6bb9-bd38-0a11",
          "",
          "xyz",
          "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a1",
          "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a111",
          "{a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11",
          "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a1g",
          "a0eebc999c0b4ef8bb6d6bb9bd380a11-");

  private static final List<String> JSONS =
      List.of(
          "{}",
          "[]",
          "null",
          "true",
          "1",
          "-0",
          "1.50",
          "1e5",
          "\"x\"",
          " {\"a\" : [1, 2,{}]} ",
          "{\"a\":1,\"a\":2}",
          "\"\\u00e9\\n\"",
          "",
          "{",
          "{a:1}",
          "[1,]",
          "01",
          "1.",
          ".5",
          "+1",
          "nul",
          "\"\t\"",
          "\"\\x\"",
          "\"\\u12\"",
          "[1] 2",
          "tru",
          "{\"a\":}",
          "{\"a\"}",
          "'x'",
          "-",
          "1e",
          "[[[]]]",
          "\"abc",
          "truex",
          "NaN",
          "\"\\ud800\"",
          "\"\\u0000\"");

  private final Random random;

  RandomValues(long seed) {
    random = new Random(seed);
  }

  /**
   * A value, or null for NULL.
   *
   * @param type the family of the column, or for text what it should look like
   */
  String next(String type, int precision, int scale) {
    if (random.nextInt(10) == 0) {
      return null;
    }
    return switch (type) {
      case "bool" -> random.nextBoolean() ? "t" : "f";
      case "int2" -> integer(16);
      case "int4" -> integer(32);
      case "int8" -> integer(64);
      case "tiny" -> Integer.toString(random.nextInt(13) - 4);
      case "numeric" -> precision > 0 ? decimal(precision, scale) : numeric();
      case "float4" -> float4();
      case "float8" -> float8();
      case "date" -> date();
      case "timestamp", "timestamptz" -> timestamp();
      case "uuid" -> uuid();
      case "json", "jsonb" -> pick(JSONS.subList(0, 12));
      case "bytea" -> "\\x" + Integer.toHexString(0x10 + random.nextInt(200));
      case "time" -> time();
      case "interval" -> interval();
      case "numbers" -> fit(pick(NUMBERS), precision);
      case "booleans" -> pick(BOOLEANS);
      case "dates" -> pick(DATES);
      case "uuids" -> pick(UUIDS);
      case "jsons" -> pick(JSONS);
      case "written" -> json(3);
      case "keys" -> pick(List.of("a", "b", "a b", "", "0", "1", "-1", " 1", "+0", "x", "é", "-9"));
      case "int_array" -> array(() -> integer(16));
      case "int_matrix" -> matrix();
      case "text_array" -> array(() -> quoted(text()));
      case "number_array" -> array(() -> decimal(8, 3));
      case "bool_array" -> array(() -> random.nextBoolean() ? "t" : "f");
      case "time_array" -> array(() -> '"' + timestamp() + '"');
      default -> fit(text(), precision);
    };
  }

  private String pick(List<String> values) {
    return values.get(random.nextInt(values.size()));
  }

  private static String fit(String text, int length) {
    int points = text.codePointCount(0, text.length());
    return length > 0 && points > length
        ? text.substring(0, text.offsetByCodePoints(0, length))
        : text;
  }

  private String integer(int bits) {
    BigInteger limit = BigInteger.ONE.shiftLeft(bits - 1);
    return switch (random.nextInt(5)) {
      case 0 -> limit.subtract(BigInteger.valueOf(1 + random.nextInt(3))).toString();
      case 1 -> limit.negate().add(BigInteger.valueOf(random.nextInt(3))).toString();
      case 2 -> Integer.toString(random.nextInt(11) - 5);
      default -> {
        BigInteger any = new BigInteger(1 + random.nextInt(bits - 1), random);
        yield (random.nextBoolean() ? any : any.negate()).toString();
      }
    };
  }

  private String decimal(int precision, int scale) {
    int digits = 1 + random.nextInt(precision);
    BigInteger unscaled = new BigInteger(digits, new Random(random.nextLong())).abs();
    unscaled = random.nextInt(6) == 0 ? nines(precision) : unscaled.mod(nines(precision));
    BigDecimal value = new BigDecimal(random.nextBoolean() ? unscaled : unscaled.negate(), scale);
    return random.nextInt(40) == 0 ? "NaN" : value.toPlainString();
  }

  private static BigInteger nines(int digits) {
    return BigInteger.TEN.pow(digits).subtract(BigInteger.ONE);
  }

  private String numeric() {
    return switch (random.nextInt(12)) {
      case 0 -> pick(List.of("NaN", "Infinity", "-Infinity"));
      case 1 -> pick(List.of("0", "0.00", "0.5", "-0.5", "1", "-1", "10000", "9999", "0.0001"));
      case 2 -> pick(List.of("1e-30", "1e30", "-2.5", "1.5", "2.5", "0.49999", "99999999.5"));
      case 3 -> new BigDecimal(new BigInteger(600, random), 20).toPlainString();
      case 4 -> new BigDecimal(new BigInteger(60, random), 60).toPlainString();
      default -> {
        BigInteger unscaled = new BigInteger(1 + random.nextInt(100), random);
        BigDecimal value = new BigDecimal(unscaled, random.nextInt(25));
        yield (random.nextBoolean() ? value : value.negate()).toPlainString();
      }
    };
  }

  private String float8() {
    return switch (random.nextInt(6)) {
      case 0 ->
          pick(
              List.of(
                  "0",
                  "-0",
                  "NaN",
                  "Infinity",
                  "-Infinity",
                  "1",
                  "-1",
                  "0.1",
                  "1e15",
                  "1e14",
                  "123456789012345",
                  "1234567890123456",
                  "1e-4",
                  "1e-5",
                  "4.9e-324",
                  "2.5",
                  "3.5",
                  "1.7976931348623157e308",
                  "2.2250738585072014e-308",
                  "9007199254740993",
                  "2e-3"));
      case 1 -> Double.toString(Double.longBitsToDouble(random.nextLong()));
      case 2 -> Double.toString(random.nextInt(2_000_000) / 100.0);
      case 3 -> Double.toString(Math.scalb(1.0, random.nextInt(2000) - 1000));
      case 4 -> Integer.toString(random.nextInt());
      default -> Double.toString(random.nextGaussian());
    };
  }

  private String float4() {
    return switch (random.nextInt(5)) {
      case 0 ->
          pick(
              List.of(
                  "0",
                  "-0",
                  "NaN",
                  "Infinity",
                  "-Infinity",
                  "1e6",
                  "1e5",
                  "123456",
                  "1234567",
                  "1e-4",
                  "1e-5",
                  "1.4e-45",
                  "3.4028235e38",
                  "1.1754944e-38",
                  "16777217",
                  "0.3"));
      case 1 -> Float.toString(Float.intBitsToFloat(random.nextInt()));
      case 2 -> Float.toString(random.nextInt(2_000_000) / 100f);
      case 3 -> Float.toString(Math.scalb(1f, random.nextInt(250) - 125));
      default -> Float.toString((float) random.nextGaussian());
    };
  }

  private String date() {
    return switch (random.nextInt(8)) {
      case 0 ->
          pick(
              List.of(
                  "infinity",
                  "-infinity",
                  "4713-11-24 BC",
                  "5874897-12-31",
                  "0001-12-31 BC",
                  "0001-01-01",
                  "2000-02-29",
                  "294276-12-31",
                  "294277-01-01"));
      default ->
          "%04d-%02d-%02d"
              .formatted(
                  random.nextInt(4) == 0 ? 1 + random.nextInt(9998) : 1990 + random.nextInt(40),
                  1 + random.nextInt(12),
                  1 + random.nextInt(28));
    };
  }

  private String timestamp() {
    String date = date();
    if (date.endsWith("infinity")) {
      return date;
    }
    if (date.startsWith("294277") || date.startsWith("5874897")) {
      date = "294276-12-31";
    }
    String time =
        switch (random.nextInt(4)) {
          case 0 -> "00:00:00";
          case 1 -> "23:59:59.999999";
          case 2 -> "%02d:%02d:%02d".formatted(random.nextInt(24), random.nextInt(60), 59);
          default ->
              "%02d:%02d:%02d.%06d"
                  .formatted(
                      random.nextInt(24),
                      random.nextInt(60),
                      random.nextInt(60),
                      random.nextInt(1_000_000));
        };
    return date.endsWith(" BC")
        ? date.substring(0, date.length() - 3) + " " + time + " BC"
        : date + " " + time;
  }

  private String time() {
    return switch (random.nextInt(6)) {
      case 0 -> pick(List.of("00:00:00", "24:00:00", "23:59:59.999999", "12:00:00.5"));
      case 1 -> "%02d:%02d:%02d".formatted(random.nextInt(24), random.nextInt(60), 7);
      default ->
          "%02d:%02d:%02d.%06d"
              .formatted(
                  random.nextInt(24),
                  random.nextInt(60),
                  random.nextInt(60),
                  random.nextInt(1_000_000));
    };
  }

  private String interval() {
    return switch (random.nextInt(8)) {
      case 0 ->
          pick(
              List.of(
                  "0",
                  "1 mon",
                  "30 days",
                  "-1 mon",
                  "24:00:00",
                  "1 day -24:00:00",
                  "1 year -1 mon",
                  "178000000 years",
                  "-178000000 years",
                  "2147483647 days",
                  "-2147483648 days",
                  "2562047787:00:54.775807",
                  "-2562047787:00:54.775808",
                  "-1 day +00:00:00.000001"));
      case 1 -> signed(14) + " mons";
      case 2 -> signed(70) + " days";
      case 3 -> signed(100_000) + " seconds";
      case 4 -> signed(5000) + " years " + signed(12) + " mons";
      default ->
          "%s mons %s days %s hours %s.%06d secs"
              .formatted(
                  signed(30), signed(40), signed(50), signed(4000), random.nextInt(1_000_000));
    };
  }

  private String signed(int bound) {
    return Integer.toString(random.nextInt(2 * bound + 1) - bound);
  }

  private String array(Supplier<String> element) {
    StringBuilder out = new StringBuilder(random.nextInt(6) == 0 ? "[0:2]=" : "");
    int size = out.length() > 0 ? 3 : random.nextInt(4);
    StringJoiner elements = new StringJoiner(",", "{", "}");
    for (int i = 0; i < size; i++) {
      elements.add(random.nextInt(5) == 0 ? "NULL" : element.get());
    }
    return out.append(elements).toString();
  }

  private String matrix() {
    return pick(
        List.of(
            "{}", "{1,2}", "{{1,2},{3,NULL}}", "{{{1,2}}}", "[2:3][0:1]={{1,2},{3,4}}", "{{7}}"));
  }

  private static String quoted(String text) {
    return '"' + text.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
  }

  /** JSON as people write it: keys twice, blanks, escapes, odd numbers. */
  private String json(int depth) {
    StringJoiner parts;
    switch (depth == 0 ? 2 + random.nextInt(4) : random.nextInt(7)) {
      case 0:
      case 6:
        parts =
            new StringJoiner(
                random.nextBoolean() ? "," : " , ", "{", random.nextBoolean() ? "}" : " }");
        for (int i = random.nextInt(4); i > 0; i--) {
          String key =
              pick(
                  List.of("a", "a", "a", "b", "a b", "long", "é", "0", "", "\\u0061", "\\n", "😀"));
          parts.add(" \"" + key + "\" :" + json(depth - 1));
        }
        return parts.toString();
      case 1:
        parts = new StringJoiner(",\n", "[", "]");
        for (int i = random.nextInt(4); i > 0; i--) {
          parts.add(json(depth - 1));
        }
        return parts.toString();
      case 2:
        return pick(
            List.of(
                "0",
                "-0",
                "1",
                "-1.50",
                "1e3",
                "1E-2",
                "12345678901234567890",
                "0.000",
                "1.5",
                "70000"));
      case 3:
        return pick(
            List.of(
                "\"x\"",
                "\"\"",
                "\"\\u00e9\"",
                "\"\\ud83d\\ude00\"",
                "\"a\\tb\\\\\"",
                "\"\\/\"",
                "\"12\"",
                "\"t\"",
                "\"2024-01-31\"",
                "\"\\u0001\"",
                "\"\u007f\"",
                "\"1.5\"",
                "\" 7 \""));
      case 4:
        return pick(List.of("true", "false", "null", "true", "1"));
      default:
        return random.nextInt(12) == 0
            ? pick(List.of("\"\\u0000\"", "\"\\ud800\"", "\"\\udc00x\"", "\"\\ud800\\u0041\""))
            : " 42 ";
    }
  }

  private String uuid() {
    return random.nextInt(4) == 0
        ? "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"
        : new java.util.UUID(random.nextLong(), random.nextLong()).toString();
  }

  private String text() {
    if (random.nextInt(3) > 0) {
      return pick(TEXTS);
    }
    StringBuilder text = new StringBuilder();
    String alphabet = "abAB xyXY,%_\\ß1é";
    for (int i = random.nextInt(12); i > 0; i--) {
      text.append(alphabet.charAt(random.nextInt(alphabet.length())));
    }
    return text.toString();
  }
}
