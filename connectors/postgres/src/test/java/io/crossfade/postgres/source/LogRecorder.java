package io.crossfade.postgres.source;

import static org.assertj.core.api.Assertions.assertThat;

import io.crossfade.core.source.Change;
import io.crossfade.core.source.LogListener;
import io.crossfade.core.table.TableId;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** Keeps what a stream tells. */
final class LogRecorder implements LogListener {
  final List<Change> changes = new ArrayList<>();
  private final BlockingQueue<String> markers = new LinkedBlockingQueue<>();
  private boolean confirms;

  LogRecorder confirming() {
    confirms = true;
    return this;
  }

  /** Waits until all that was committed before has been told. */
  void awaitMarker(PostgresSource source) throws InterruptedException {
    String content = UUID.randomUUID().toString();
    source.mark(content);
    String met = "";
    while (!content.equals(met)) {
      met = markers.poll(20, TimeUnit.SECONDS);
      assertThat(met).as("a marker in time").isNotNull();
    }
  }

  @Override
  public void begin(long transaction) {}

  @Override
  public synchronized void change(Change change) {
    changes.add(change);
  }

  @Override
  public void truncate(TableId table, long transaction) {}

  @Override
  public void commit(long transaction) {}

  @Override
  public void marker(String content) {
    pending.add(content);
  }

  private final List<String> pending = new ArrayList<>();

  @Override
  public void endOfBatch(Checkpoint end) throws InterruptedException {
    if (confirms) {
      end.confirm();
    }
    markers.addAll(pending);
    pending.clear();
  }
}
