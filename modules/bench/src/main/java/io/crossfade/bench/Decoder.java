package io.crossfade.bench;

import io.crossfade.core.source.Change;
import io.crossfade.core.source.LogListener;
import io.crossfade.core.source.LogStream;
import io.crossfade.core.table.Table;
import io.crossfade.core.table.TableId;
import io.crossfade.postgres.source.PostgresAddress;
import io.crossfade.postgres.source.PostgresSource;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Debezium Embedded as we use it, decoding to nowhere: what no capture by way of it can be faster
 * than. A program of its own, so that it starts as cold as a job does. The listener counts, and
 * confirms at the end of each batch; the program prints a line when all have come, and stays until
 * it is told to end.
 *
 * <p>Arguments: URL, user, how many changes. The password is in {@code SOURCE_PASSWORD}.
 */
public final class Decoder {

  static final String DONE = "all changes have come";

  private Decoder() {}

  public static void main(String[] arguments) throws InterruptedException {
    PostgresAddress address =
        new PostgresAddress(arguments[0], arguments[1], System.getenv("SOURCE_PASSWORD"));
    TableId id = new TableId("public", "events");
    try (PostgresSource source = new PostgresSource(address, "decoder")) {
      Table table = source.describe(id).orElseThrow();
      source.prepareLog(Set.of(id), Optional.empty());
      try (LogStream stream =
          source.stream(List.of(table), new Counter(Long.parseLong(arguments[2])))) {
        stream.join();
      }
    }
  }

  private static final class Counter implements LogListener {

    private final long wanted;
    private long changes;

    Counter(long wanted) {
      this.wanted = wanted;
    }

    @Override
    public void begin(long transaction) {}

    @Override
    public void change(Change change) {
      changes++;
    }

    @Override
    public void truncate(TableId table, long transaction) {}

    @Override
    public void commit(long transaction) {}

    @Override
    public void marker(String content) {}

    @Override
    public void endOfBatch(Checkpoint end) throws InterruptedException {
      end.confirm();
      if (changes >= wanted) {
        System.out.println(DONE);
      }
    }
  }
}
