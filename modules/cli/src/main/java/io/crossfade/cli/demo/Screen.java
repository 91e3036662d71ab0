package io.crossfade.cli.demo;

import io.crossfade.server.Status;
import io.crossfade.server.StatusText;
import java.io.PrintStream;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * Where progress is shown. A terminal gets the status anew in its place, anything else a line every
 * few seconds. For several threads.
 */
final class Screen {

  private static final Duration REDRAW = Duration.ofMillis(500);
  private static final Duration LINE = Duration.ofSeconds(5);

  private static final String UP = "\033[%dA";
  private static final String CLEAR_LINE = "\033[2K";
  private static final String NO_WRAP = "\033[?7l";
  private static final String WRAP = "\033[?7h";

  private final PrintStream err;
  private final boolean terminal;
  private int live;
  private long lastStatus;
  private boolean shown;
  private boolean muted;

  Screen(PrintStream err, boolean terminal) {
    this.err = err;
    this.terminal = terminal;
  }

  /** A line that stays. */
  synchronized void line(String text) {
    if (!muted) {
      live = 0;
      err.println(text);
      err.flush();
    }
  }

  /** Something that took a while, with how long. */
  void done(String what, Stopwatch watch) {
    line(String.format(Locale.ROOT, "%-66s %6.1f s", what, watch.elapsed().toMillis() / 1000.0));
  }

  /**
   * How the migration stands, if it is time to say so again.
   *
   * @param elapsed since the clients began to write
   */
  synchronized void status(Status status, Workload.Done clients, Duration elapsed) {
    long now = System.nanoTime();
    Duration pause = terminal ? REDRAW : LINE;
    if (muted || (shown && now - lastStatus < pause.toNanos())) {
      return;
    }
    shown = true;
    lastStatus = now;
    draw(status, clients, elapsed);
  }

  /** How it stood at the end; stays. */
  synchronized void lastStatus(Status status, Workload.Done clients, Duration elapsed) {
    if (!muted) {
      draw(status, clients, elapsed);
      live = 0;
    }
  }

  private void draw(Status status, Workload.Done clients, Duration elapsed) {
    if (terminal) {
      redraw(StatusText.render(status, false) + "Clients  " + text(clients) + "\n");
    } else {
      err.println(compact(status, clients, elapsed));
    }
    err.flush();
  }

  private void redraw(String text) {
    List<String> lines = text.lines().toList();
    StringBuilder out = new StringBuilder(NO_WRAP);
    if (live > 0) {
      out.append(UP.formatted(live));
    }
    lines.forEach(line -> out.append(CLEAR_LINE).append(line).append('\n'));
    for (int i = lines.size(); i < live; i++) {
      out.append(CLEAR_LINE).append('\n');
    }
    live = Math.max(live, lines.size());
    err.print(out.append(WRAP));
  }

  static String text(Workload.Done clients) {
    return String.format(
        Locale.ROOT,
        "%,d commits, %,d rows changed, %,d rolled back",
        clients.commits(),
        clients.changes(),
        clients.rollbacks());
  }

  private static String compact(Status status, Workload.Done clients, Duration elapsed) {
    return String.format(
        Locale.ROOT,
        "%4d s  %s  %s · %,d commits by clients",
        elapsed.toSeconds(),
        status.phase() + (status.blockedBy().isPresent() ? " (blocked)" : ""),
        status.tables().stream().map(Screen::progress).collect(Collectors.joining(", ")),
        clients.commits());
  }

  private static String progress(Status.Table table) {
    String name = table.into().substring(table.into().indexOf('.') + 1);
    if (table.chunksTotal().isEmpty()) {
      return name + " " + table.phase();
    }
    long total = table.chunksTotal().getAsLong();
    return table.chunksDone() >= total
        ? name + " " + table.phase()
        : name + " " + 100 * table.chunksDone() / total + " %";
  }

  /** Says nothing more: what comes is only the noise of the end. */
  synchronized void mute() {
    muted = true;
  }
}
