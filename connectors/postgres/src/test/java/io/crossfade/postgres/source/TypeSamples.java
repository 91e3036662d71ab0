package io.crossfade.postgres.source;

import static io.crossfade.postgres.source.RandomLiterals.array;
import static io.crossfade.postgres.source.RandomLiterals.integer;
import static io.crossfade.postgres.source.RandomLiterals.quoted;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.function.Function;

/** Each type that can be carried, with the values that broke others. */
final class TypeSamples {

  /** Types that the samples use; to be made on a session whose search path is public. */
  static final String[] DDL = {
    "CREATE EXTENSION hstore; CREATE EXTENSION citext; CREATE EXTENSION ltree",
    "CREATE DOMAIN amount AS numeric CHECK (value <> 13)",
    "CREATE DOMAIN amount_over AS amount",
    "CREATE DOMAIN words AS text[]",
    "CREATE TYPE mood AS ENUM ('so, so', 'it''s \"ok\"', '', 'NULL', 'größe')",
    "CREATE TYPE pair AS (a int, b text)",
    "CREATE TYPE nest AS (p pair, q pair[], m mood, t timestamptz, f float8, x bytea)",
    "CREATE TYPE textrange AS RANGE (subtype = text)",
    // Debezium looks types up by their bare names.
    "CREATE SCHEMA other",
    "CREATE TYPE other.interval AS ENUM ('x')",
    "CREATE TYPE other.point AS (a int)",
    "CREATE TYPE other.\"Odd.\"\"Name\" AS (a money)",
  };

  private final List<TypeSample> samples = new ArrayList<>();

  private TypeSamples() {
    numbers();
    texts();
    times();
    documents();
    networksAndBits();
    geometry();
    system();
    arrays();
    made();
    ranges();
    extensions();
  }

  /** All that a server of that major version has. */
  static List<TypeSample> of(int version) {
    return new TypeSamples().samples.stream().filter(s -> s.since() <= version).toList();
  }

  private void add(String type, Function<Random, String> random, String... extremes) {
    add(type, 14, random, extremes);
  }

  private void add(String type, int since, Function<Random, String> random, String... extremes) {
    samples.add(new TypeSample("c" + samples.size(), type, since, List.of(extremes), random));
  }

  private static Function<Random, String> oneOf(String... literals) {
    return random -> literals[random.nextInt(literals.length)];
  }

  private void numbers() {
    add("boolean", oneOf("t", "f"), "t", "f");
    add("smallint", integer(16), "-32768", "32767", "0");
    add("integer", integer(32), "-2147483648", "2147483647", "0");
    add("bigint", integer(64), "-9223372036854775808", "9223372036854775807", "0");
    add(
        "numeric",
        RandomLiterals::numeric,
        "NaN",
        "Infinity",
        "-Infinity",
        "1",
        "1.0",
        "1.00",
        "0.000",
        "0",
        "1e300",
        "1e-300",
        "9".repeat(1000),
        "-0." + "0".repeat(900) + "1",
        "100",
        "1e2",
        "-0.0");
    add(
        "numeric(12,2)",
        oneOf("1", "-1.005", "1e9"),
        "NaN",
        "-0.5",
        "9999999999.99",
        "1.1",
        "1.10");
    add("numeric(5,-2)", 15, oneOf("150", "-12345", "49"), "1200", "0", "NaN");
    add("numeric(3,5)", 15, oneOf("0.00123", "-0.00999"), "0", "0.00001");
    add(
        "real",
        RandomLiterals::float4,
        "NaN",
        "Infinity",
        "-Infinity",
        "-0",
        "0",
        "0.1",
        "1e-45",
        "3.4028235e38",
        "123456",
        "1234567",
        "0.0001",
        "0.00001",
        "16777216",
        "1e15",
        "8388608",
        "-1.1754944e-38");
    add(
        "double precision",
        RandomLiterals::float8,
        "NaN",
        "Infinity",
        "-Infinity",
        "-0",
        "0",
        "0.1",
        "5e-324",
        "1.7976931348623157e308",
        "123456789012345",
        "1234567890123456",
        "0.00001",
        "5.684341886080802e-14",
        "2e23",
        "9007199254740993",
        "2.2250738585072014e-308");
    add(
        "money",
        random -> integer(50).apply(random) + "." + (10 + random.nextInt(90)),
        "-92233720368547758.08",
        "92233720368547758.07",
        "0",
        "-0.01",
        "1234.5");
    add("oid", random -> Long.toString(random.nextLong() >>> 32), "0", "4294967295", "2147483648");
  }

  private void texts() {
    String[] odd = {
      "",
      "NULL",
      "null",
      "\\N",
      "\\.",
      "tab\tnew\nline\rback\\slash\b\f\u000b\u0001",
      "😀 Größe ß",
      "value not in the log",
      "__debezium_unavailable_value",
      "a",
      "A",
      " a ",
      "'\"`",
      "e\u0301",
      "é"
    };
    add("text", RandomLiterals::text, odd);
    add("character varying(60)", RandomLiterals::text, odd);
    add("character varying", RandomLiterals::text, odd);
    add("character(60)", RandomLiterals::text, odd);
    add("bpchar", RandomLiterals::text, odd);
    add("name", RandomLiterals::text, "", "n".repeat(63), "\"q\"", "é");
    add("\"char\"", oneOf("a", "z", "\"", "\\"), "a", "", " ", "\\", "'", "\\377", "\\001");
    add("bytea", RandomLiterals::bytea, "", "\\x00ff10", "text", "\\x5c78", "a\\\\b\\000");
    add(
        "uuid",
        random -> new UUID(random.nextLong(), random.nextLong()).toString(),
        "00000000-0000-0000-0000-00000000000a",
        "FFFFFFFF-FFFF-FFFF-FFFF-FFFFFFFFFFFF");
  }

  private void times() {
    add(
        "date",
        RandomLiterals::date,
        "infinity",
        "-infinity",
        "0044-03-15 BC",
        "4714-11-24 BC",
        "5874897-12-31",
        "1969-12-31",
        "12345-06-07",
        "0001-01-01",
        "2024-02-29");
    add(
        "time",
        RandomLiterals::time,
        "00:00:00",
        "24:00:00",
        "12:34:56.000001",
        "23:59:59.999999",
        "12:00:00.5");
    add("time(3)", RandomLiterals::time, "23:59:59.9999", "12:00:00.1");
    add(
        "timetz",
        random -> RandomLiterals.time(random) + RandomLiterals.offset(random),
        "24:00:00+00",
        "00:00:00+00",
        "00:00:00+15:59:59",
        "23:59:59.999999-15:59",
        "12:00+05:30",
        "13:00+06:30",
        "12:00:00.5-00:00:01");
    add(
        "timetz(0)",
        random -> RandomLiterals.time(random) + RandomLiterals.offset(random),
        "23:59:59.9+01",
        "12:00-08");
    add(
        "timestamp",
        RandomLiterals::timestamp,
        "infinity",
        "-infinity",
        "0044-03-15 12:00:00.5 BC",
        "1969-12-31 23:59:59.999999",
        "294276-12-31 23:59:59.999999",
        "4714-11-24 00:00:00 BC",
        "2024-03-10 02:30:00",
        "2024-02-29 24:00:00",
        "2024-02-29 12:00:00.100000");
    add("timestamp(1)", RandomLiterals::timestamp, "2024-12-31 23:59:59.99", "infinity");
    add(
        "timestamptz",
        random -> RandomLiterals.timestamp(random).replaceFirst("( BC)?$", "+05:30$1"),
        "infinity",
        "-infinity",
        "0001-01-01 00:00:00+00 BC",
        "1900-01-01 00:00:00+00",
        "2024-03-10 02:30:00.1+05:30",
        "2024-02-29 24:00:00+00",
        "294276-12-31 23:59:59.999999+00",
        "4714-11-24 00:00:00+00 BC",
        "1883-11-18 12:03:57-04:56:02",
        "2024-11-03 01:30:00-07");
    add(
        "interval",
        RandomLiterals::interval,
        "0",
        "-1 year -2 mons +3 days -04:05:06.789",
        "178000000 years",
        "-178000000 years",
        "2562047788:00:54.775807",
        "-2562047788:00:54.775807",
        "1 mon -1 day",
        "-0.000001 sec",
        "24:00:00",
        "1 day",
        "30 days",
        "1 mon",
        "1 year 1 sec",
        "00:00:59.999999");
    add("interval", 17, oneOf("infinity", "-infinity"), "infinity", "-infinity", "0");
    add("interval year to month", oneOf("1-2", "-3-4"), "1-2", "0");
    add("interval day to second(3)", RandomLiterals::interval, "1 02:03:04.5678");
  }

  private void documents() {
    add(
        "json",
        RandomLiterals::json,
        " {\"b\" : 1,\"a\":[ 1e2]} ",
        "null",
        "\"\\u0000\"",
        "{\"a\":1,\"a\":2}",
        "1e400",
        "\"\\/\"");
    add(
        "jsonb",
        RandomLiterals::json,
        " {\"b\" : 1,\"a\":[ 1e2]} ",
        "null",
        "1e300",
        "-1.50",
        "1",
        "1.0",
        "1.00",
        "\"\\u00e9\\ud834\\udd1e\"",
        "{\"a\":1,\"a\":2}",
        "[]",
        "{}",
        "\"a\\\\\\\"b\\n\"");
    add(
        "jsonpath",
        oneOf("$.a", "strict $[*]"),
        "$.a[*] ? (@.b > 1 && @.c like_regex \"^a'\")",
        "$",
        "strict $.\"q \\\"x\"");
    add(
        "xml",
        oneOf("<a/>", "x<b>y</b>"),
        "<a b=\"1\">x &amp; y é</a>",
        "text only",
        "",
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?><é/>",
        "<?xml version=\"1.1\"?><a/>",
        "<!DOCTYPE a><a>\n</a>",
        "<![CDATA[<]]>");
    add(
        "tsvector",
        oneOf("a b", "b:2 a:1A"),
        "'a b':1A,2 'it''s':3",
        "",
        "'\\\\' 'é'",
        "a:1,16383");
    add(
        "tsquery",
        oneOf("a | b", "!a"),
        "'a b' & !b | (c:*AB <-> d)",
        "a & b",
        "b & a",
        "",
        "a <3> 'it''s'");
  }

  private void networksAndBits() {
    add("bit(3)", random -> RandomLiterals.bits(random, 3), "101", "000");
    add("bit", random -> RandomLiterals.bits(random, 1), "1", "0");
    add(
        "bit varying(20)",
        random -> RandomLiterals.bits(random, random.nextInt(20)),
        "",
        "1",
        "10",
        "010");
    add("varbit", random -> RandomLiterals.bits(random, random.nextInt(99)), "", "0".repeat(300));
    add(
        "inet",
        RandomLiterals::inet,
        "10.0.0.1",
        "10.0.0.1/32",
        "10.0.0.1/8",
        "::",
        "::1/0",
        "::ffff:1.2.3.4",
        "2001:db8::ff00:42:8329/64");
    add(
        "cidr",
        oneOf("10.1.0.0/16", "fe80::/10"),
        "10.0.0.0/8",
        "0.0.0.0/0",
        "::/0",
        "192.168.1.5");
    add("macaddr", oneOf("08:00:2b:01:02:03"), "08-00-2B-01-02-03", "ff:ff:ff:ff:ff:ff");
    add("macaddr8", oneOf("08:00:2b:01:02:03:04:05"), "08002b:010203", "00:00:00:00:00:00:00:00");
  }

  private void geometry() {
    Function<Random, String> point = RandomLiterals::point;
    add(
        "point",
        point,
        "(0,0)",
        "(1e300,-0)",
        "(NaN,Infinity)",
        "(-Infinity,5e-324)",
        "(0.1,2e23)");
    add("line", oneOf("{1,2,3}"), "{1,-1,0}", "{0,0.1,-0}", "{1e300,0,1e-300}");
    add(
        "lseg",
        random -> "[" + point.apply(random) + "," + point.apply(random) + "]",
        "[(0,0),(1,1)]");
    add(
        "box",
        random -> point.apply(random) + "," + point.apply(random),
        "(0,0),(1,1)",
        "(1,0),(0,1)");
    add(
        "path",
        random -> "[" + point.apply(random) + "]",
        "[(0,0),(1,1)]",
        "((0,0),(1,1.5),(2,0))");
    add("polygon", random -> "(" + point.apply(random) + ")", "((0,0),(1,1),(1,0))");
    add(
        "circle",
        random ->
            "<(" + random.nextInt() + "," + random.nextFloat() + ")," + random.nextFloat() + ">",
        "<(0,0),0>",
        "<(1e300,-0.1),Infinity>");
  }

  private void system() {
    add("pg_lsn", oneOf("16/B374D848"), "0/0", "FFFFFFFF/FFFFFFFF");
    add("txid_snapshot", oneOf("1:2:1"), "10:20:10,14,15", "1:1:");
    add("pg_snapshot", oneOf("1:2:1"), "10:20:10,14,15", "1:1:");
    add("xid", oneOf("7"), "0", "4294967295");
    add("xid8", oneOf("7"), "0", "18446744073709551615");
    add("cid", oneOf("7"), "0", "4294967295");
    add("tid", oneOf("(1,2)"), "(0,0)", "(4294967295,65535)");
    add("int2vector", oneOf("1 -2"), "", "1 2 3");
    add("oidvector", oneOf("1 2"), "", "1 4294967295");
    add("refcursor", RandomLiterals::text, "", "a\"b");
  }

  private void arrays() {
    add(
        "integer[]",
        array(integer(32), ','),
        "{}",
        "{NULL}",
        "{{1,2},{3,NULL}}",
        "[0:1]={1,2}",
        "[-2:-1][5:5]={{1},{2}}",
        "{{{1}}}",
        "[2:2]={NULL}");
    add(
        "text[]",
        array(RandomLiterals::text, ','),
        "{}",
        "{NULL}",
        "{\"NULL\",null}",
        "{\"a,b\",\"q\\\"x\",\"back\\\\slash\",\"{}\",\"\",\" sp \",\"\\t\"}",
        "[3:4]={x,\"\"}");
    add("text[][]", array(RandomLiterals::text, ','), "{{a,b},{NULL,\"\"}}");
    add("character(4)[]", array(oneOf("a", "ab", "é"), ','), "{a,\"abcd\"}");
    add("varchar(9)[]", array(oneOf("a", "\\", "\""), ','), "{a,b}");
    add(
        "numeric[]",
        array(RandomLiterals::numeric, ','),
        "{NaN,1.00,1.0,NULL,-Infinity}",
        "{1.0}",
        "{1.00}");
    add("float8[]", array(RandomLiterals::float8, ','), "{NaN,-0,0.1,Infinity}", "{0}", "{-0}");
    add("real[]", array(RandomLiterals::float4, ','), "{NaN,-0,0.1}");
    add("boolean[]", array(oneOf("t", "f"), ','), "{t,f,NULL}");
    add(
        "timestamptz[]",
        array(oneOf("2024-03-10 02:30:00.1+05:30", "infinity"), ','),
        "{\"2024-03-10 02:30:00.1+05:30\",\"0001-01-01 00:00:00+00 BC\",infinity}");
    add("timestamp[]", array(RandomLiterals::timestamp, ','), "{-infinity}");
    add("date[]", array(RandomLiterals::date, ','), "{infinity,\"0044-03-15 BC\"}");
    add("timetz[]", array(oneOf("12:00+05:30"), ','), "{24:00:00+00,00:00:00+15:59:59}");
    add("interval[]", array(RandomLiterals::interval, ','), "{\"-1 mons +2 days\",00:00:00}");
    add("bytea[]", array(RandomLiterals::bytea, ','), "{\"\\\\x00ff\",\"\\\\x\",NULL}");
    add("json[]", array(RandomLiterals::json, ','), "{\"{\\\"a\\\" : [1,2]}\",null,\"null\"}");
    add("jsonb[]", array(RandomLiterals::json, ','), "{\"{\\\"a\\\" : [1,2.0]}\",null}");
    add("uuid[]", array(r -> new UUID(r.nextLong(), r.nextLong()).toString(), ','), "{}");
    add("money[]", array(integer(40), ','), "{1234.5,-0.01}");
    add("inet[]", array(RandomLiterals::inet, ','), "{10.0.0.1/8,::1}");
    add("box[]", array(oneOf("(0,0),(1,1)"), ';'), "{(0,0),(1,1);(2,2),(1,-0)}");
    add("point[]", array(RandomLiterals::point, ','), "{\"(0,0)\",\"(1e300,NaN)\"}");
    add("xml[]", array(oneOf("<a b=\"1\"/>"), ','), "{\"<a b=\\\"1\\\"/>\"}");
    add("bit(2)[]", array(oneOf("01"), ','), "{01,11}");
    add("name[]", array(RandomLiterals::text, ','), "{\"a b\",\"\"}");
    add("\"char\"[]", array(oneOf("a", ","), ','), "{a,\",\",\"\"}");
  }

  private void made() {
    add("amount", RandomLiterals::numeric, "1.0", "1.00", "NaN");
    add("amount_over", RandomLiterals::numeric, "1.0", "1.00", "-Infinity");
    add("amount[]", array(RandomLiterals::numeric, ','), "{1.0,1.00}", "{1.0}", "{1.00}");
    add("words", array(RandomLiterals::text, ','), "{}", "{\"a,b\",NULL}");
    add("words[]", oneOf("{\"{a,b}\"}"), "{\"{\\\"a,b\\\",NULL}\",NULL}");
    Function<Random, String> mood = oneOf("so, so", "it's \"ok\"", "", "NULL", "größe");
    add("mood", mood, "so, so", "it's \"ok\"", "", "NULL", "größe");
    add("mood[]", array(mood, ','), "{\"so, so\",\"it's \\\"ok\\\"\",\"\",\"NULL\",NULL}");
    add(
        "pair",
        RandomLiterals::pair,
        "(,)",
        "(1,\"\")",
        "(-1,\"a \"\"q\"\" \\\\ , ( ) '\")",
        "(1,NULL)",
        "(,\"\t\n\")");
    add("pair[]", array(RandomLiterals::pair, ','), "{\"(1,\\\"a\\\\\\\"b\\\")\",NULL,\"(,)\"}");
    add(
        "nest",
        random ->
            "("
                + quoted(RandomLiterals.pair(random))
                + ",,\"so, so\",,"
                + RandomLiterals.float8(random)
                + ","
                + quoted(RandomLiterals.bytea(random))
                + ")",
        "(,,,,,)",
        "(\"(1,\"\"a b\"\")\",\"{\"\"(1,x)\"\",NULL}\",\"it's \"\"ok\"\"\",\"2024-03-10 02:30:00.1+05:30\",-0,\"\\\\x00ff\")");
    add("other.interval", oneOf("x"), "x");
    add("other.point", oneOf("(1)"), "()", "(5)");
    add("other.\"Odd.\"\"Name\"", oneOf("(1.5)"), "(\"$1,234.50\")");
    add("other.\"Odd.\"\"Name\"[]", oneOf("{(1.5)}"), "{\"(\\\"1,234.50\\\")\"}");
  }

  private void ranges() {
    add(
        "int4range",
        oneOf("[1,5)", "(1,5]"),
        "empty",
        "(,)",
        "[1,1]",
        "(1,5]",
        "[-2147483648,2147483647)");
    add("int8range", oneOf("[1,5)"), "empty", "[-9223372036854775808,)");
    add(
        "numrange",
        oneOf("[1,2.50)"),
        "[1.0,2.00)",
        "[1,2)",
        "(,0.000]",
        "empty",
        "[-Infinity,NaN]");
    add(
        "daterange",
        oneOf("[2024-01-01,2024-02-01)"),
        "[2024-01-01,infinity]",
        "(,\"0044-03-15 BC\")",
        "(2024-01-01,2024-01-05]");
    add(
        "tsrange",
        oneOf("[2024-01-01,2024-02-01)"),
        "[\"2024-01-01 00:00:00.5\",infinity]",
        "(-infinity,]");
    add(
        "tstzrange",
        oneOf("[2024-01-01 00:00+02,)"),
        "[\"2024-03-10 02:30:00.1+05:30\",\"2024-03-11 00:00:00+00\")",
        "empty");
    add("textrange", oneOf("[a,b)"), "[\"a\"\"q\",\"b,\\\\)\"]", "[\"\",)", "(,\" \")");
    add("int4multirange", oneOf("{[1,3)}"), "{}", "{[1,2),[5,)}", "{(,)}");
    add("int8multirange", oneOf("{[1,3)}"), "{}");
    add("nummultirange", oneOf("{[1,3)}"), "{[1.0,2.00),(3,4]}", "{[1,2)}", "{[1.00,2)}");
    add("datemultirange", oneOf("{[2024-01-01,2024-01-03)}"), "{[2024-01-01,infinity]}");
    add("tsmultirange", oneOf("{[2024-01-01,2024-01-03)}"), "{}");
    add(
        "tstzmultirange",
        oneOf("{[2024-01-01 00:00+02,)}"),
        "{[\"2024-03-10 02:30:00.1+05:30\",\"2024-03-11 00:00:00+00\")}");
    add("textmultirange", oneOf("{[a,b)}"), "{[\"a,b\",\"b \"\"c\"),[x,)}");
    add("int4range[]", array(oneOf("[1,5)", "empty"), ','), "{\"[1,5)\",empty,NULL}");
  }

  private void extensions() {
    add(
        "hstore",
        random -> quoted(RandomLiterals.text(random)) + "=>" + quoted(RandomLiterals.text(random)),
        "",
        "a=>NULL",
        "a=>\"NULL\"",
        "\"b c\"=>\"d\\\"e\", a=>\"\"",
        "\"\"=>\"\\\\\"");
    add("hstore[]", oneOf("{\"a=>1\"}"), "{\"\\\"a\\\"=>\\\"b, c\\\"\",NULL}");
    add("citext", RandomLiterals::text, "MiXed", "mixed", "", "É");
    add("citext[]", array(RandomLiterals::text, ','), "{A,a}");
    add("ltree", oneOf("a.b"), "Top.Science.Astro_1", "", "A", "a");
    add("lquery", oneOf("a.*"), "Top.*{1,2}.!a|b@*");
    add("ltxtquery", oneOf("a & b"), "Europe & Russia*@ & !Trans");
  }
}
