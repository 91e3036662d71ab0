package io.crossfade.torture;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Random values as SQL literals. That every value is carried exactly is for TypesTest to prove. */
final class Literals {

  private static final String[] PIECES = {
    "a", "B", " ", "'", "\"", "\\", ",", "{", "}", "(", ")", "\t", "\n", "\r", "NULL", "\\N", "é",
    "ß", "€", "😀", "%", "$1", "0", "-"
  };

  /**
   * The columns of the table with all types, with how to make a value; the key is not among them.
   */
  static final Map<String, Function<Random, String>> WIDE = new LinkedHashMap<>();

  static {
    WIDE.put("c_bool bool", r -> r.nextBoolean() ? "true" : "false");
    WIDE.put("c_int2 int2", r -> Integer.toString(r.nextInt(65_536) - 32_768));
    WIDE.put("c_int4 int4", r -> "'" + r.nextInt() + "'");
    WIDE.put("c_int8 int8", r -> "'" + r.nextLong() + "'");
    WIDE.put(
        "c_numeric numeric", r -> pick(r, "1.10", "1.1", "-0.000", "'NaN'", "1e30", number(r)));
    WIDE.put("c_numeric2 numeric(10,3)", Literals::number);
    WIDE.put("c_float4 float4", r -> pick(r, "'-0'", "'Infinity'", "1e-40", "0.1", number(r)));
    WIDE.put("c_float8 float8", r -> pick(r, "'-0'", "'NaN'", "5e-324", "0.1", number(r)));
    WIDE.put("c_text text", r -> text(r, 12));
    WIDE.put("c_varchar varchar(40)", r -> text(r, 8));
    WIDE.put("c_char char(40)", r -> text(r, 8));
    WIDE.put("c_bytea bytea", r -> "'\\x" + Long.toHexString(r.nextLong() | 1L << 63) + "'");
    WIDE.put("c_date date", r -> pick(r, "'infinity'", "'0044-03-15 BC'", day(r)));
    WIDE.put("c_time time", r -> pick(r, "'24:00'", "'00:00:00.000001'", clock(r)));
    WIDE.put("c_timetz timetz", r -> pick(r, "'24:00+14'", "'03:02:01-15:59'"));
    WIDE.put("c_ts timestamp", r -> pick(r, "'-infinity'", "'1969-12-31 23:59:59.999999'", day(r)));
    WIDE.put("c_tstz timestamptz", r -> pick(r, "'infinity'", "'2024-03-31 02:30+01'", day(r)));
    WIDE.put("c_interval interval", r -> pick(r, "'-1 mon 3 days -04:05:06.7'", "'1 day'", "'0'"));
    WIDE.put("c_uuid uuid", r -> "'" + uuid(r) + "'");
    WIDE.put("c_json json", r -> pick(r, "'{\"b\" : 1, \"a\":1.0}'", "'[ ]'", "'null'"));
    WIDE.put("c_jsonb jsonb", r -> pick(r, "'{\"b\": 1.0, \"a\": [1e2]}'", "'\"x\"'", "'null'"));
    WIDE.put("c_bit bit(5)", r -> pick(r, "B'10101'", "B'00000'"));
    WIDE.put("c_varbit varbit", r -> pick(r, "B''", "B'1'", "B'0101010101'"));
    WIDE.put("c_inet inet", r -> pick(r, "'10.1.2.3/8'", "'::1'", "'192.168.0.1'"));
    WIDE.put("c_macaddr macaddr", r -> "'08:00:2b:01:02:0" + r.nextInt(10) + "'");
    WIDE.put("c_ints int[]", r -> pick(r, "'{}'", "'{1,NULL,3}'", "'[2:3]={1,2}'", "'{{1},{2}}'"));
    WIDE.put("c_texts text[]", r -> "ARRAY[" + text(r, 4) + ", NULL, " + text(r, 4) + "]");
    WIDE.put("c_range int4range", r -> pick(r, "'empty'", "'[1,5)'", "'(,7]'"));
    WIDE.put("c_multirange int4multirange", r -> pick(r, "'{}'", "'{[1,3),[5,9)}'"));
    WIDE.put("c_enum public.mood", r -> pick(r, "'sad'", "'it''s ok'", "'HAPPY'"));
    WIDE.put("c_domain public.positive", r -> Integer.toString(1 + r.nextInt(1000)));
    WIDE.put("c_pair public.pair", r -> "ROW(" + r.nextInt(9) + ", " + text(r, 3) + ")");
    WIDE.put("c_money money", r -> "'" + r.nextInt(100_000) + ".05'");
    WIDE.put("c_point point", r -> "'(" + r.nextInt(9) + ",0.1)'");
    WIDE.put("c_tsvector tsvector", r -> pick(r, "'a:1 b:2A'", "''"));
    WIDE.put("c_xml xml", r -> pick(r, "'<a b=\"1\">x</a>'", "'text'"));
    WIDE.put("c_lsn pg_lsn", r -> "'0/" + Integer.toHexString(r.nextInt(1 << 20)) + "'");
  }

  private Literals() {}

  @SafeVarargs
  static <T> T pick(Random random, T... of) {
    return of[random.nextInt(of.length)];
  }

  static String text(Random random, int pieces) {
    return quoted(
        IntStream.range(0, random.nextInt(pieces + 1))
            .mapToObj(i -> pick(random, PIECES))
            .collect(Collectors.joining()));
  }

  static String quoted(String text) {
    return "'" + text.replace("'", "''") + "'";
  }

  static String uuid(Random random) {
    return new UUID(random.nextLong(), random.nextLong()).toString();
  }

  /** With three digits behind the point. */
  private static String number(Random random) {
    return (random.nextInt(2_000_000) - 1_000_000) + "." + (100 + random.nextInt(900));
  }

  private static String day(Random random) {
    return "'%04d-%02d-%02d'"
        .formatted(1900 + random.nextInt(200), 1 + random.nextInt(12), 1 + random.nextInt(28));
  }

  private static String clock(Random random) {
    return "'%02d:%02d:%02d.%06d'"
        .formatted(
            random.nextInt(24), random.nextInt(60), random.nextInt(60), random.nextInt(1_000_000));
  }

  /** A column's name, of its definition. */
  static String name(String definition) {
    return definition.substring(0, definition.indexOf(' '));
  }
}
