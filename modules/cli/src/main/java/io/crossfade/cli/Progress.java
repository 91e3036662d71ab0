package io.crossfade.cli;

import io.crossfade.server.Status;
import io.crossfade.server.StatusText;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/** Shows a running job: on a terminal the status, redrawn; elsewhere a line each ten seconds. */
final class Progress implements AutoCloseable {

  private static final Duration REDRAW = Duration.ofMillis(500);
  private static final Duration LINE = Duration.ofSeconds(10);
  private static final String UP_AND_CLEAR = "\u001b[%dA\u001b[J";

  private final Supplier<Status> status;
  private final PrintWriter out;
  private final boolean terminal = System.console() != null;
  private final ScheduledExecutorService thread =
      Executors.newSingleThreadScheduledExecutor(run -> new Thread(run, "crossfade-progress"));
  private int drawn;

  Progress(Supplier<Status> status, PrintWriter out) {
    this.status = status;
    this.out = out;
  }

  void start() {
    Duration every = terminal ? REDRAW : LINE;
    thread.scheduleAtFixedRate(
        this::show, every.toMillis(), every.toMillis(), TimeUnit.MILLISECONDS);
  }

  private synchronized void show() {
    Status now = status.get();
    if (!terminal) {
      out.println(line(now));
      out.flush();
      return;
    }
    String text = StatusText.render(now, false);
    if (drawn > 0) {
      out.printf(UP_AND_CLEAR, drawn);
    }
    out.print(text);
    out.flush();
    drawn = (int) text.chars().filter(c -> c == '\n').count();
  }

  /** All that one wants to find with grep. */
  static String line(Status status) {
    String tables =
        status.tables().stream()
            .map(
                table ->
                    table.into()
                        + " "
                        + table.phase()
                        + " "
                        + table.rowsRead()
                        + (table.rowsEstimated().isPresent() && table.phase().equals("copying")
                            ? "/~" + table.rowsEstimated().getAsLong()
                            : ""))
            .collect(Collectors.joining(", "));
    String lag =
        "capture "
            + (status.lag().captureSeconds().isPresent()
                ? status.lag().captureSeconds().getAsDouble() + " s"
                : "?")
            + ", apply "
            + (status.lag().applyRecords().isPresent()
                ? status.lag().applyRecords().getAsLong() + " records"
                : "?");
    return status.migration()
        + " "
        + status.phase()
        + ": "
        + tables
        + "; lag "
        + lag
        + status.waitingFor().map(who -> "; waiting for " + who).orElse("")
        + status
            .blockedBy()
            .map(block -> "; BLOCKED: " + block.reason() + "; next: " + block.next())
            .orElse("");
  }

  @Override
  public void close() {
    thread.shutdownNow();
  }
}
