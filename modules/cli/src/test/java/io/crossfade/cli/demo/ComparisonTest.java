package io.crossfade.cli.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.crossfade.sandbox.Database;
import java.sql.Connection;
import java.sql.SQLException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ComparisonTest {

  private static final String SELECT =
      "SELECT o.id AS key, o.name, CAST(o.amount * 100 AS BIGINT) AS cents, o.note, o.at"
          + " FROM public.old o WHERE o.amount > 0; ";

  private Database source;
  private Database target;

  @BeforeEach
  void equalTables() throws Exception {
    source = io.crossfade.sandbox.SharedSandbox.postgres18().createDatabase();
    target = io.crossfade.sandbox.SharedSandbox.postgres18().createDatabase();
    source.execute(
        """
        CREATE TABLE old (id bigint PRIMARY KEY, name varchar(30), amount numeric(8,2), note text,
          at timestamptz);
        INSERT INTO old SELECT i, 'n🚲' || i, i / 7.0, CASE WHEN i % 3 > 0 THEN 'x' END,
          timestamptz '2020-01-01 00:00:00.5+00' + i * interval '1 hour'
        FROM generate_series(-5, 3000) i
        """);
    // Filled in another order, and by a role with other settings.
    target.execute(
        """
        CREATE TABLE new (at timestamptz, note text, key bigint PRIMARY KEY, name varchar(30),
          cents bigint, extra int DEFAULT 1);
        INSERT INTO new SELECT timestamptz '2020-01-01 00:00:00.5+00' + i * interval '1 hour',
          CASE WHEN i % 3 > 0 THEN 'x' END, i, 'n🚲' || i, (i / 7.0)::numeric(8,2) * 100
        FROM generate_series(3000, 1, -1) i
        """,
        "ALTER DATABASE \"" + target.name() + "\" SET timezone = 'Asia/Kathmandu'",
        "ALTER DATABASE \"" + target.name() + "\" SET datestyle = 'German'");
  }

  @AfterEach
  void drop() {
    source.close();
    target.close();
  }

  @Test
  void shouldFindEqualTablesEqual() throws Exception {
    Comparison.Result result = compare();
    assertThat(result.equal()).isTrue();
    assertThat(result.oldRows()).isEqualTo(3000);
    assertThat(result.newRows()).isEqualTo(3000);
    assertThat(result.examples()).isEmpty();
  }

  @Test
  void shouldFindEmptyTablesEqual() throws Exception {
    source.execute("TRUNCATE old");
    target.execute("TRUNCATE new");
    assertThat(compare().equal()).isTrue();
    target.execute("INSERT INTO new (key) VALUES (1)");
    assertThat(compare().equal()).isFalse();
  }

  @Test
  void shouldFindOneChangedByte() throws Exception {
    target.execute("UPDATE new SET name = 'n🚲1234 ' WHERE key = 1234");
    Comparison.Result result = compare();
    assertThat(result.differing()).isOne();
    assertThat(result.examples()).containsExactly("(1234) name is 'n🚲1234 ', should be 'n🚲1234'");
  }

  @Test
  void shouldTellNullFromAnEmptyText() throws Exception {
    target.execute("UPDATE new SET note = '' WHERE key = 3");
    assertThat(compare().examples()).containsExactly("(3) note is '', should be NULL");
  }

  @Test
  void shouldFindAMissingRow() throws Exception {
    target.execute("DELETE FROM new WHERE key = 3000");
    assertThat(compare().examples()).containsExactly("(3000) is missing");
  }

  @Test
  void shouldFindAnExtraRow() throws Exception {
    // What the filter leaves out.
    target.execute("INSERT INTO new (key, cents) VALUES (-2, -29)");
    assertThat(compare().examples()).containsExactly("(-2) should not be there");
  }

  @Test
  void shouldFindTwoRowsThatHaveExchangedTheirValues() throws Exception {
    target.execute("UPDATE new SET cents = 2100 - cents WHERE key IN (70, 77)");
    assertThat(compare().differing()).isEqualTo(2);
  }

  @Test
  void shouldFindAValueThatHasMovedToTheNextColumn() throws Exception {
    target.execute("UPDATE new SET name = note, note = name WHERE key = 100");
    assertThat(compare().differing()).isOne();
  }

  @Test
  void shouldFindAStaleRowAmongAllOthers() throws Exception {
    source.execute("UPDATE old SET at = at + interval '1 microsecond' WHERE id = 1");
    assertThat(compare().examples())
        .containsExactly(
            "(1) at is '2020-01-01 01:00:00.5+00', should be '2020-01-01 01:00:00.500001+00'");
  }

  @Test
  void shouldCountAllDifferencesAndShowSome() throws Exception {
    target.execute(
        "DELETE FROM new WHERE key <= 500", "UPDATE new SET note = 'y' WHERE key > 2800");
    Comparison.Result result = compare();
    assertThat(result.differing()).isEqualTo(700);
    assertThat(result.examples()).hasSize(5);
  }

  @Test
  void shouldCompareAsTheTargetHoldsTheValue() throws Exception {
    target.execute("ALTER TABLE new ALTER cents TYPE numeric(20,3)");
    assertThat(compare().equal()).isTrue();
  }

  @Test
  void shouldNotCallABrokenConnectionEqual() throws Exception {
    Comparison comparison = comparison();
    try (Connection old = source.connect();
        Connection fresh = target.connect()) {
      old.setAutoCommit(false);
      fresh.setAutoCommit(false);
      target.execute("DROP TABLE new");
      assertThatThrownBy(() -> comparison.compare(old, fresh)).isInstanceOf(SQLException.class);
    }
  }

  private Comparison comparison() throws Exception {
    return new Comparison(OldAndNew.plan(source, SELECT), OldAndNew.table(target, "new"));
  }

  private Comparison.Result compare() throws Exception {
    Comparison comparison = comparison();
    try (Connection old = source.connect();
        Connection fresh = target.connect()) {
      old.setAutoCommit(false);
      fresh.setAutoCommit(false);
      return comparison.compare(old, fresh);
    }
  }
}
