package io.crossfade.sql.reverse;

import static io.crossfade.sql.reverse.ReverseMappingTest.forward;
import static io.crossfade.sql.reverse.ReverseMappingTest.old;
import static io.crossfade.sql.reverse.ReverseMappingTest.target;
import static org.assertj.core.api.Assertions.assertThat;

import io.crossfade.core.table.Column;
import io.crossfade.core.table.Table;
import io.crossfade.sql.SqlCompiler;
import io.crossfade.sql.value.PgTypes;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** The example of the contract: what somebody writes for a mapping that cannot be undone. */
class ReverseCheckTest {

  private static final Table OLD =
      old(
          Column.required("customer_id", PgTypes.INT8),
          Column.required("plan", PgTypes.TEXT),
          Column.required("amount", PgTypes.numeric(12, 2)),
          Column.nullable("deleted_at", PgTypes.TIMESTAMPTZ),
          Column.nullable("code", PgTypes.varchar(10)),
          Column.nullable("note", PgTypes.TEXT));

  private static final Table NEW =
      target(
          Column.required("customer_id", PgTypes.INT8),
          Column.required("plan", PgTypes.TEXT),
          Column.required("amount_cents", PgTypes.INT8),
          Column.nullable("code", PgTypes.TEXT));

  private static final Forward FORWARD =
      forward(
          """
          SELECT id, customer_id, UPPER(plan) AS plan, CAST(amount * 100 AS BIGINT) AS amount_cents,
            TRIM(code) AS code
          FROM public.old WHERE deleted_at IS NULL""",
          OLD,
          NEW);

  private static final String AMOUNT = "CAST(amount_cents / 100.0 AS numeric(12,2)) AS amount";

  private static ReverseCheck check(String sql) throws Exception {
    return ReverseCheck.check(
        new SqlCompiler(id -> Optional.of(id.equals(OLD.id()) ? OLD : NEW)).compile(sql),
        List.of(FORWARD));
  }

  private static List<String> findings(ReverseCheck check) {
    return check.findings().stream()
        .map(f -> f.severity() + f.position().map(p -> " " + p).orElse("") + " " + f.message())
        .toList();
  }

  private static List<String> kinds(ReverseCheck check) {
    return check.notes().stream().map(note -> note.column() + " " + note.kind()).toList();
  }

  /** Fails where NULL for the filter's column is not seen, or a column left out is not. */
  @Test
  void shouldTakeAWayBackThatFillsTheOldTable() throws Exception {
    ReverseCheck check =
        check(
            "SELECT id, customer_id, LOWER(plan) AS plan, "
                + AMOUNT
                + ", NULL AS deleted_at, CAST(code AS varchar(10)) AS code FROM public.fresh");

    assertThat(check.findings()).isEmpty();
    assertThat(kinds(check)).containsExactly("note KEPT");
  }

  /** Fails where what only a mapper knows is taken for nothing, or for known. */
  @Test
  void shouldTakeAWayBackFromTheTableOfAMapper() throws Exception {
    Table old =
        ReverseMappingTest.old(
            Column.nullable("plan", PgTypes.TEXT), Column.nullable("note", PgTypes.TEXT));
    Table fresh =
        ReverseMappingTest.target(
            Column.nullable("plan", PgTypes.TEXT), Column.nullable("more", PgTypes.TEXT));
    SqlCompiler compiler = new SqlCompiler(id -> Optional.of(fresh));
    List<Forward> forwards = List.of(Doubling.forward(old, fresh));
    ReverseCheck whole =
        ReverseCheck.check(compiler.compile("SELECT id, plan FROM public.fresh"), forwards);
    assertThat(whole.findings()).isEmpty();
    assertThat(kinds(whole)).containsExactly("note KEPT", "more NEW");
    ReverseCheck part =
        ReverseCheck.check(compiler.compile("SELECT id FROM public.fresh"), forwards);
    assertThat(kinds(part)).containsExactly("plan LOST", "note KEPT", "plan NEW", "more NEW");
    assertThat(part.notes().get(0).sentence())
        .contains("does not come back from what " + Doubling.class.getName() + " makes of it");
    assertThat(part.notes().get(2).sentence())
        .contains("plan is made by " + Doubling.class.getName());
    assertThat(ReverseMapping.derive(forwards))
        .isInstanceOfSatisfying(
            ReverseMapping.Demanded.class,
            demanded ->
                assertThat(demanded.reasons())
                    .containsExactly(
                        Doubling.class.getName()
                            + " is Java, of which no way back can be told: write one"));
  }

  /** Fails where left out columns are not told apart: in the new table, or not. */
  @Test
  void shouldSayWhatItLeavesOut() throws Exception {
    ReverseCheck check =
        check("SELECT id, customer_id, LOWER(plan) AS plan, " + AMOUNT + " FROM public.fresh");

    assertThat(check.findings()).isEmpty();
    assertThat(kinds(check))
        .containsExactly("deleted_at KEPT", "code LOST", "note KEPT", "deleted_at FILTERED");
  }

  /** Fails where another constant than the filter's counts as the filter's. */
  @Test
  void shouldSayThatTheForwardSelectWouldLeaveTheRowsOut() throws Exception {
    ReverseCheck check =
        check(
            "SELECT id, customer_id, plan, "
                + AMOUNT
                + ", code, CAST('2024-01-01' AS timestamptz) AS deleted_at FROM public.fresh");

    assertThat(kinds(check)).containsExactly("note KEPT", "deleted_at FILTERED");
  }

  /** Fails where a narrower old column is an error, as it is forwards. */
  @Test
  void shouldWarnOfWhatTheOldColumnDoesNotHold() throws Exception {
    assertThat(
            findings(
                check(
                    "SELECT id, customer_id, plan, code, amount_cents / 100.0 AS amount FROM"
                        + " public.fresh")))
        .containsExactly(
            "WARN 1:31 code is text, the old column is character varying(10): a value that does"
                + " not fit is refused, which stops the row",
            "WARN 1:37 amount is numeric, the old column is numeric(12,2): a value that does not"
                + " fit is rounded or cut off, or refused; write CAST(… AS numeric(12,2)) if that"
                + " is meant");
    assertThat(findings(check("SELECT id, customer_id, plan, plan AS amount FROM public.fresh")))
        .singleElement()
        .asString()
        .startsWith("ERROR 1:31 amount is text, the target's is numeric(12,2)");
  }

  /** Fails where ReverseCheck does not ask MappingCheck. */
  @Test
  void shouldInsistOnTheKeyAndOnColumnsWithoutADefault() throws Exception {
    assertThat(findings(check("SELECT customer_id, plan, " + AMOUNT + " FROM public.fresh")))
        .containsExactly(
            "ERROR public.old.id is NOT NULL and has no default, but the SELECT does not give it;"
                + " add … AS id",
            "ERROR the SELECT does not give id, a part of the primary key of public.old");
    assertThat(findings(check("SELECT id, customer_id, " + AMOUNT + " FROM public.fresh")))
        .containsExactly(
            "ERROR public.old.plan is NOT NULL and has no default, but the SELECT does not give"
                + " it; add … AS plan");
  }

  /** Fails where a filter on the way back is passed over. */
  @Test
  void shouldWarnOfRowsThatDoNotComeBack() throws Exception {
    assertThat(
            findings(
                check(
                    "SELECT id, customer_id, plan, "
                        + AMOUNT
                        + " FROM public.fresh WHERE plan <> ''")))
        .containsExactly(
            "WARN rows that do not pass the WHERE do not come back into public.old; one that stops"
                + " passing is deleted there");
  }

  /** Fails where any table may be read. */
  @Test
  void shouldRefuseATableThatIsNotFilledFromTheOldOne() throws Exception {
    ReverseCheck check =
        ReverseCheck.check(
            new SqlCompiler(id -> Optional.of(new Table(id, OLD.columns(), List.of("id"))))
                .compile("SELECT * FROM public.third"),
            List.of(FORWARD));

    assertThat(findings(check))
        .containsExactly(
            "ERROR public.third is not filled from public.old; read one of its new tables:"
                + " [public.fresh]");
  }
}
