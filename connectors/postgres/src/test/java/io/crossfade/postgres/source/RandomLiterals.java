package io.crossfade.postgres.source;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.LocalDate;
import java.util.Random;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Random values as PostgreSQL reads them. */
final class RandomLiterals {

  /** What has to be quoted or escaped somewhere on the way, and characters of 1 to 4 bytes. */
  private static final String[] PIECES = {
    "a", "B", " ", "  ", "'", "\"", "\\", ",", ";", ":", "{", "}", "(", ")", "[", "]", "<", ">",
    "\t", "\n", "\r", "\b", "\f", "\u000b", "\u0001", "\u007f", "\u0085", "NULL", "null", "\\N",
    "\\.", "é", "ß", "\u2028", "€", "𝄞", "😀", "e\u0301", "\ufeff", "\ufffd", "%", "$1", "0", "-",
    "=>", "@", "*"
  };

  private RandomLiterals() {}

  static String text(Random random) {
    return IntStream.range(0, random.nextInt(12))
        .mapToObj(i -> PIECES[random.nextInt(PIECES.length)])
        .collect(Collectors.joining());
  }

  static Function<Random, String> integer(int bits) {
    return random ->
        BigInteger.valueOf(random.nextLong() >> (64 - bits))
            .shiftRight(random.nextInt(bits))
            .toString();
  }

  static String numeric(Random random) {
    BigDecimal number =
        new BigDecimal(new BigInteger(1 + random.nextInt(400), random), random.nextInt(80) - 20);
    return (random.nextBoolean() ? "-" : "") + number;
  }

  static String float8(Random random) {
    double value = Double.longBitsToDouble(random.nextLong());
    return random.nextBoolean() ? Double.toString(value) : Float.toString((float) value);
  }

  static String float4(Random random) {
    return Float.toString(Float.intBitsToFloat(random.nextInt()));
  }

  static String bytea(Random random) {
    byte[] bytes = new byte[random.nextInt(20)];
    random.nextBytes(bytes);
    StringBuilder hex = new StringBuilder("\\x");
    for (byte b : bytes) {
      hex.append(String.format("%02x", b));
    }
    return hex.toString();
  }

  static String bits(Random random, int count) {
    return IntStream.range(0, count)
        .mapToObj(i -> random.nextBoolean() ? "1" : "0")
        .collect(Collectors.joining());
  }

  static String date(Random random) {
    return random.nextInt(4) == 0
        ? day(random.nextInt(2_000_000) - 1_700_000)
        : day(random.nextInt(40_000) - 10_000);
  }

  private static String day(long epoch) {
    LocalDate date = LocalDate.ofEpochDay(epoch);
    int year = date.getYear();
    return String.format(
        "%04d-%02d-%02d%s",
        year > 0 ? year : 1 - year,
        date.getMonthValue(),
        date.getDayOfMonth(),
        year > 0 ? "" : " BC");
  }

  static String time(Random random) {
    String time =
        String.format("%02d:%02d:%02d", random.nextInt(24), random.nextInt(60), random.nextInt(60));
    return random.nextBoolean() ? time : time + "." + (100000 + random.nextInt(900000));
  }

  static String timestamp(Random random) {
    String date = date(random);
    boolean bc = date.endsWith(" BC");
    return (bc ? date.substring(0, date.length() - 3) : date)
        + " "
        + time(random)
        + (bc ? " BC" : "");
  }

  static String offset(Random random) {
    return String.format(
        "%s%02d:%02d:%02d",
        random.nextBoolean() ? "+" : "-",
        random.nextInt(15),
        random.nextInt(60),
        random.nextInt(3) * 7);
  }

  static String interval(Random random) {
    return random.nextInt(4000)
        - 2000
        + " mons "
        + (random.nextInt(200) - 100)
        + " days "
        + (random.nextBoolean() ? "-" : "")
        + random.nextInt(100_000)
        + ":00:"
        + random.nextInt(60)
        + "."
        + random.nextInt(1_000_000);
  }

  /** {@code {"…",NULL,…}}, sometimes of two dimensions, sometimes with a lower bound. */
  static Function<Random, String> array(Function<Random, String> element, char divider) {
    return random -> {
      int width = 1 + random.nextInt(4);
      if (random.nextInt(6) == 0) {
        return "{}";
      }
      String row = row(random, element, divider, width);
      if (random.nextInt(3) == 0) {
        return "{" + row + divider + row(random, element, divider, width) + "}";
      }
      int low = random.nextInt(7) - 3;
      return random.nextInt(3) == 0 ? "[" + low + ":" + (low + width - 1) + "]=" + row : row;
    };
  }

  private static String row(
      Random random, Function<Random, String> element, char divider, int width) {
    return IntStream.range(0, width)
        .mapToObj(i -> random.nextInt(5) == 0 ? "NULL" : quoted(element.apply(random)))
        .collect(Collectors.joining(String.valueOf(divider), "{", "}"));
  }

  /** In double quotes, as arrays, composites, ranges and hstore read it. */
  static String quoted(String text) {
    return '"' + text.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
  }

  static String pair(Random random) {
    return "("
        + (random.nextInt(4) == 0 ? "" : Integer.toString(random.nextInt()))
        + ","
        + (random.nextInt(4) == 0 ? "" : quoted(text(random)))
        + ")";
  }

  static String json(Random random) {
    switch (random.nextInt(6)) {
      case 0:
        return "null";
      case 1:
        return " [ " + json(random) + " ,  " + json(random) + "] ";
      case 2:
        return "{\"b\" : " + json(random) + ", \"a\":" + json(random) + ", \"b\":1.00}";
      case 3:
        return jsonText(text(random));
      default:
        return random.nextInt(1000) + ".50e" + (random.nextInt(60) - 30);
    }
  }

  private static String jsonText(String text) {
    StringBuilder json = new StringBuilder("\"");
    text.chars()
        .forEach(
            c -> {
              if (c < 32 || c == '"' || c == '\\') {
                json.append(String.format("\\u%04x", c));
              } else {
                json.append((char) c);
              }
            });
    return json.append('"').toString();
  }

  static String point(Random random) {
    return "(" + float8(random) + "," + float8(random) + ")";
  }

  static String inet(Random random) {
    return random.nextBoolean()
        ? String.format(
            "%d.%d.%d.%d/%d",
            random.nextInt(256),
            random.nextInt(256),
            random.nextInt(256),
            random.nextInt(256),
            random.nextInt(33))
        : String.format(
            "%x::%x:%x/%d",
            random.nextInt(65536),
            random.nextInt(65536),
            random.nextInt(65536),
            random.nextInt(129));
  }
}
