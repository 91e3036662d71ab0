package io.crossfade.cli.plan;

import static org.assertj.core.api.Assertions.assertThat;

import io.crossfade.core.table.Column;
import io.crossfade.core.table.Key;
import io.crossfade.core.table.Row;
import io.crossfade.core.table.Table;
import io.crossfade.core.table.TableId;
import io.crossfade.core.target.Contribution;
import io.crossfade.sql.value.PgTypes;
import io.crossfade.wire.Contributions;
import io.crossfade.wire.RowCodec;
import java.util.List;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;

/** Against what is stored of a row whose values have the usual lengths. */
class StateEstimateTest {

  private static final Table OLD =
      new Table(
          new TableId("public", "people"),
          List.of(Column.required("id", PgTypes.INT8), Column.required("email", PgTypes.TEXT)),
          List.of("id"));

  private static final Table NEW =
      new Table(
          new TableId("public", "accounts"),
          List.of(
              Column.required("email", PgTypes.TEXT),
              Column.required("id", PgTypes.INT8),
              Column.nullable("at", PgTypes.TIMESTAMPTZ)),
          List.of("email"));

  @Test
  void shouldBeNearWhatIsStored() {
    byte[] oldKey = new RowCodec(OLD).key(Row.of("1234567890", null));
    Row row = Row.of("somebody@example.org", "1234567890", "2026-11-23 12:34:56.123456+00");
    RowCodec codec = new RowCodec(NEW);
    byte[] newKey = codec.key(row);
    assertThat(StateEstimate.claimed(OLD, NEW))
        .isCloseTo(
            oldKey.length + Contributions.encodeKeys(List.of(newKey)).length,
            Percentage.withPercentage(10));
    byte[] claim =
        Contributions.encode(
            List.of(Contribution.claim(new Key(OLD.id(), oldKey), 123, codec.value(row))));
    assertThat(StateEstimate.claim(OLD, NEW, List.of("email", "id", "at")))
        .isCloseTo(newKey.length + claim.length, Percentage.withPercentage(10));
  }
}
