package io.crossfade.sql.reverse;

import static org.assertj.core.api.Assertions.assertThat;

import io.crossfade.core.table.Column;
import io.crossfade.core.table.ColumnType;
import io.crossfade.core.table.Row;
import io.crossfade.core.table.Table;
import io.crossfade.core.table.TableId;
import io.crossfade.sql.SelectPlan;
import io.crossfade.sql.SqlCompiler;
import io.crossfade.sql.problem.SqlException;
import io.crossfade.sql.value.PgTypes;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Each answer is yes and no once: of a row that comes back as it is, and of one that does not. */
class RoundTripTest {

  private static final Column PLAN = Column.nullable("plan", PgTypes.TEXT);
  private static final Column N = Column.nullable("n", PgTypes.INT4);

  private static SelectPlan back(String sql, Table fresh, Table old) {
    try {
      return new SqlCompiler(id -> Optional.of(fresh)).compile(sql).into(old);
    } catch (SqlException e) {
      throw new AssertionError(e);
    }
  }

  private static RoundTrip of(String forward, Table old, Table fresh, String back) {
    return new RoundTrip(
        ReverseMappingTest.forward(forward, old, fresh), fresh, back(back, fresh, old));
  }

  @Test
  void shouldTellWhatChangesOnTheWay() {
    RoundTrip trip =
        of(
            "SELECT id, UPPER(plan) AS plan FROM old",
            ReverseMappingTest.old(PLAN),
            ReverseMappingTest.target(PLAN),
            "SELECT id, LOWER(plan) AS plan FROM fresh");
    assertThat(trip.holds(Row.of("1", "PRO"))).isTrue();
    assertThat(trip.holds(Row.of("1", null))).isTrue();
    assertThat(trip.holds(Row.of("1", "Pro"))).isFalse();
    assertThat(trip.isRead()).isTrue();
  }

  @Test
  void shouldTellRowsThatAFilterLeavesOutOnEitherWay() {
    RoundTrip trip =
        of(
            "SELECT id, n FROM old WHERE n < 10",
            ReverseMappingTest.old(N),
            ReverseMappingTest.target(N),
            "SELECT id, n FROM fresh WHERE n > 0");
    assertThat(trip.holds(Row.of("1", "9"))).isTrue();
    assertThat(trip.holds(Row.of("1", "10"))).isFalse();
    assertThat(trip.holds(Row.of("1", "0"))).isFalse();
    assertThat(trip.holds(Row.of("1", null))).isFalse();
  }

  /** Fails where the first row that a mapper gives is taken for all of them. */
  @Test
  void shouldTellWhatAMapperMakesOfWhatComesBack() throws Exception {
    Table old = ReverseMappingTest.old(PLAN);
    Table fresh = ReverseMappingTest.target(PLAN);
    Forward forward = Doubling.forward(old, fresh);
    RoundTrip trip = new RoundTrip(forward, fresh, back("SELECT id, plan FROM fresh", fresh, old));
    assertThat(trip.holds(Row.of("1", "gold"))).isTrue();
    assertThat(trip.holds(Row.of("-1", "gold"))).isFalse();
    assertThat(trip.holds(Row.of("1", "bad"))).isFalse();
    assertThat(trip.isRead()).isTrue();
    assertThat(trip.key(Row.of("1", null))).as("it need not be the old one").isEmpty();
    RoundTrip other =
        new RoundTrip(
            forward, fresh, back("SELECT id, UPPER(plan) AS plan FROM fresh", fresh, old));
    assertThat(other.holds(Row.of("1", "gold"))).isFalse();
  }

  /** By the old column's type, which cuts blanks off, rounds, or refuses. */
  @Test
  void shouldTellWhatTheOldTableStoresInAnotherWay() {
    ColumnType cents = PgTypes.numeric(12, 2);
    RoundTrip trip =
        of(
            "SELECT id, n FROM old",
            ReverseMappingTest.old(Column.nullable("n", cents)),
            ReverseMappingTest.target(Column.nullable("n", PgTypes.NUMERIC)),
            "SELECT id, n FROM fresh");
    assertThat(trip.holds(Row.of("1", "1.25"))).isTrue();
    assertThat(trip.holds(Row.of("1", "1.255"))).isFalse();
    assertThat(trip.holds(Row.of("1", "99999999999.00"))).isFalse();
  }

  @Test
  void shouldNotKnowOfColumnsThatTheOldTableKeeps() {
    RoundTrip trip =
        of(
            "SELECT id, UPPER(plan) AS plan FROM old",
            ReverseMappingTest.old(PLAN),
            ReverseMappingTest.target(PLAN),
            "SELECT id FROM fresh");
    assertThat(trip.holds(Row.of("1", null))).isFalse();
  }

  @Test
  void shouldNotMindColumnsThatTheNewTableHasNot() {
    RoundTrip trip =
        of(
            "SELECT id, n FROM old",
            ReverseMappingTest.old(PLAN, N),
            ReverseMappingTest.target(PLAN, N),
            "SELECT id, n FROM fresh");
    assertThat(trip.holds(Row.of("1", "anything", "7"))).isTrue();
  }

  @Test
  void shouldNotKnowOfRowsThatTheWayBackDoesNotRead() {
    Table old = ReverseMappingTest.old(PLAN, N);
    Table fresh = ReverseMappingTest.target(PLAN);
    Table other =
        new Table(
            new TableId("public", "other"),
            ReverseMappingTest.target(N).columns(),
            fresh.primaryKey());
    RoundTrip trip =
        new RoundTrip(
            ReverseMappingTest.forward("SELECT id, plan FROM old", old, fresh),
            fresh,
            back("SELECT id, n FROM other", other, old));
    assertThat(trip.isRead()).isFalse();
    assertThat(trip.reads().id().name()).isEqualTo("other");
    assertThat(trip.holds(Row.of("1", "x"))).isFalse();
    assertThat(trip.key(Row.of("7", null))).contains(Row.of("7"));
  }

  /** A key of another type becomes the new one's. */
  @Test
  void shouldFindTheRowBeside() {
    Table old = ReverseMappingTest.old(N);
    Table fresh =
        new Table(
            new TableId("public", "fresh"),
            List.of(N, Column.required("k", PgTypes.TEXT)),
            List.of("k"));
    RoundTrip trip =
        new RoundTrip(
            ReverseMappingTest.forward("SELECT n, CAST(id AS text) AS k FROM old", old, fresh),
            fresh,
            back("SELECT id FROM other", ReverseMappingTest.target(), old));
    assertThat(trip.key(Row.of("12"))).contains(Row.of("12"));
  }
}
