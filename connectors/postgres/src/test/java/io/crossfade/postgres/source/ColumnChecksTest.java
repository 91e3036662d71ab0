package io.crossfade.postgres.source;

import static org.assertj.core.api.Assertions.assertThat;

import io.crossfade.core.Check;
import io.crossfade.core.table.TableId;
import io.crossfade.sandbox.Database;
import io.crossfade.sandbox.PostgresServer;
import io.crossfade.sandbox.SharedSandbox;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** What is refused is refused by name, with the reason. */
class ColumnChecksTest {

  @Test
  void shouldRefuseTypesThatPrintANameForANumber() {
    assertThat(
            fails(
                SharedSandbox.postgres18(),
                "CREATE TYPE named AS (a int, r regtype)",
                "CREATE DOMAIN grants AS aclitem[]",
                "CREATE TABLE t (id int PRIMARY KEY, c regclass, p regproc[], n named, g grants)"))
        .satisfiesExactly(
            c -> assertThat(c).contains("WARN source.type", "t.c is regclass", "prints a name"),
            c -> assertThat(c).contains("WARN source.type", "t.p is regproc[]", "regproc:"),
            c -> assertThat(c).contains("WARN source.type", "t.n is public.named", "regtype:"),
            c -> assertThat(c).contains("WARN source.type", "t.g is public.grants", "aclitem:"));
  }

  @Test
  void shouldRefuseAKeyThatCannotBeCarried() {
    assertThat(fails(SharedSandbox.postgres18(), "CREATE TABLE t (k regclass PRIMARY KEY)"))
        .singleElement()
        .asString()
        .contains("FAIL source.type", "t.k is regclass");
  }

  /** Fails where an interval may be a key. */
  @Test
  void shouldRefuseKeysWhoseEqualityIsNotThatOfTheirTexts() {
    PostgresServer server = SharedSandbox.postgres18();
    assertThat(fails(server, "CREATE TABLE t (k interval PRIMARY KEY, x interval)"))
        .singleElement()
        .asString()
        .contains("FAIL source.key-type", "t.k is interval", "24:00:00 and 1 day are one key");
    assertThat(fails(server, "CREATE TABLE t (k jsonb, i int, PRIMARY KEY (i, k))"))
        .singleElement()
        .asString()
        .contains("t.k is jsonb", "1.0 and 1.00");
    assertThat(fails(server, "CREATE EXTENSION citext", "CREATE TABLE t (k citext PRIMARY KEY)"))
        .singleElement()
        .asString()
        .contains("t.k is public.citext", "its equality is not known");
    assertThat(fails(server, "CREATE DOMAIN d AS numeric", "CREATE TABLE t (k d PRIMARY KEY)"))
        .singleElement()
        .asString()
        .contains("t.k is public.d", "only plain columns are brought to one text");
    assertThat(
            fails(
                server,
                "CREATE TYPE pair AS (a int, b int)",
                "CREATE TABLE t (k pair PRIMARY KEY)"))
        .singleElement()
        .asString()
        .contains("t.k is public.pair", "its equality is not known");
    assertThat(
            fails(
                server,
                "CREATE TYPE r AS RANGE (subtype = text)",
                "CREATE TABLE t (k r PRIMARY KEY)"))
        .singleElement()
        .asString()
        .contains("t.k is public.r");
  }

  /** Fails where collations are not asked for. */
  @Test
  void shouldRefuseAKeyWithACollationThatIsNotDeterministic() {
    assertThat(
            fails(
                SharedSandbox.postgres18(),
                "CREATE COLLATION loose (provider = icu, locale = 'und-u-ks-level2',"
                    + " deterministic = false)",
                "CREATE TABLE t (k text COLLATE loose PRIMARY KEY, other text COLLATE loose)"))
        .singleElement()
        .asString()
        .contains("t.k is text", "collation loose is not deterministic");
  }

  @Test
  void shouldTakeKeysOfManyTypes() {
    assertThat(
            fails(
                SharedSandbox.postgres15(),
                "CREATE TYPE mood AS ENUM ('a')",
                "CREATE DOMAIN d AS text",
                "CREATE TABLE t (a mood, b d, c numeric, e float8, f char(3), g int4range,"
                    + " h uuid[], i timetz, PRIMARY KEY (a, b, c, e, f, g, h, i), j interval,"
                    + " k jsonb, l mood[])"))
        .isEmpty();
  }

  /**
   * Fails where the server is not asked for its version, or all that is generated counts as stored.
   */
  @Test
  void shouldRefuseGeneratedColumnsThatTheLogDoesNotHave() {
    assertThat(
            fails(
                SharedSandbox.postgres15(),
                "CREATE TABLE t (id int PRIMARY KEY, g int GENERATED ALWAYS AS (id) STORED)"))
        .singleElement()
        .asString()
        .contains("WARN source.type", "t.g is generated, and the log does not have it");
    assertThat(
            fails(
                SharedSandbox.postgres18(),
                "CREATE TABLE t (id int PRIMARY KEY, g int GENERATED ALWAYS AS (id) VIRTUAL,"
                    + " s int GENERATED ALWAYS AS (id) STORED)"))
        .singleElement()
        .asString()
        .contains("WARN source.type", "t.g is generated");
  }

  /** Fails where names are compared as they are, or quotes are not looked for. */
  @Test
  void shouldRefuseColumnNamesThatDebeziumCannotTell() {
    assertThat(
            fails(
                SharedSandbox.postgres18(),
                "CREATE TABLE t (id int PRIMARY KEY, a int, \"A\" int, \"'q'\" int)"))
        .satisfiesExactly(
            c -> assertThat(c).contains("source.column-name", "t.A differs from a in case only"),
            c -> assertThat(c).contains("source.column-name", "t.'q' has quotes at both ends"));
  }

  @Test
  void shouldRefuseADatabaseThatDebeziumCannotStartIn() {
    assertThat(
            fails(
                SharedSandbox.postgres18(),
                "CREATE TYPE mood AS ENUM ('a')",
                "CREATE DOMAIN mood_over AS mood",
                "CREATE TYPE empty_enum AS ENUM ()",
                "CREATE TABLE t (id int PRIMARY KEY)"))
        .singleElement()
        .asString()
        .contains("source.enums", "public.mood_over", "public.empty_enum");
  }

  @Test
  void shouldRefuseADatabaseWhoseBytesHaveNoMeaning() {
    PostgresServer server = SharedSandbox.postgres15();
    String name = "ascii_" + UUID.randomUUID().toString().replace('-', '_');
    server
        .database()
        .execute(
            "CREATE DATABASE "
                + name
                + " ENCODING 'SQL_ASCII' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0");
    assertThat(fails(server.database(name), "CREATE TABLE t (id int PRIMARY KEY)"))
        .singleElement()
        .asString()
        .contains("source.encoding", "SQL_ASCII");
  }

  private static List<String> fails(PostgresServer server, String... sql) {
    return fails(server.createDatabase(), sql);
  }

  private static List<String> fails(Database database, String... sql) {
    try (database;
        PostgresSource source = BothWays.sourceOf(database)) {
      database.execute(sql);
      return source.check(List.of(new TableId("public", "t"))).stream()
          .filter(check -> check.level() != Check.Level.OK)
          .map(Check::toString)
          .toList();
    }
  }
}
