package io.crossfade.verify;

import io.crossfade.plugin.Column;
import io.crossfade.plugin.Mapper;
import io.crossfade.plugin.MapperCall;
import io.crossfade.plugin.Row;
import io.crossfade.sql.UserMapper;
import java.util.List;
import java.util.stream.IntStream;

/** As many rows of {@code a (id, word, times)} as it says: {@code b (k, n)}, keyed by both. */
final class Times implements Mapper {

  private static final Column<String> WORD = Column.text("word");
  private static final Column<Integer> TIMES = Column.integer("times");
  private static final Column<String> K = Column.text("k");
  private static final Column<Integer> N = Column.integer("n");
  private static final Column<Integer> OF = Column.integer("of");

  // Behind the columns, which it asks for.
  static final UserMapper MAPPER = new UserMapper(MapperCall.of(new Times()), "1");

  @Override
  public List<Column<?>> reads() {
    return List.of(WORD, TIMES);
  }

  @Override
  public List<Column<?>> columns() {
    return List.of(OF, K, N);
  }

  @Override
  public List<String> key() {
    return List.of("k", "n");
  }

  @Override
  public List<Row> map(Row old) {
    int times = old.get(TIMES);
    if (times < 0) {
      throw new IllegalArgumentException(times + " times " + old.get(WORD));
    }
    return IntStream.range(0, times)
        .mapToObj(n -> Row.of(K.of(old.get(WORD)), N.of(n), OF.of(times)))
        .toList();
  }
}
