package io.crossfade.postgres.source;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class ShrinkTest {

  @Test
  void shouldLeaveTheOneValueThatFails() {
    List<List<String>> rows = rows(50, 30);
    rows.get(37).set(11, "bad");

    List<List<String>> left =
        Shrink.rows(rows, tried -> tried.stream().anyMatch(row -> "bad".equals(row.get(11))));

    assertThat(left).hasSize(1);
    assertThat(left.get(0).stream().filter(Objects::nonNull)).containsExactly("bad");
  }

  @Test
  void shouldKeepTwoRowsThatFailTogether() {
    List<List<String>> rows = rows(9, 4);
    rows.get(1).set(0, "one");
    rows.get(8).set(3, "two");

    List<List<String>> left =
        Shrink.rows(
            rows,
            tried ->
                tried.stream().anyMatch(row -> "one".equals(row.get(0)))
                    && tried.stream().anyMatch(row -> "two".equals(row.get(3))));

    assertThat(left)
        .containsExactly(
            Arrays.asList("one", null, null, null), Arrays.asList(null, null, null, "two"));
  }

  private static List<List<String>> rows(int count, int width) {
    List<List<String>> rows = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      List<String> row = new ArrayList<>();
      for (int k = 0; k < width; k++) {
        row.add("v");
      }
      rows.add(row);
    }
    return rows;
  }
}
