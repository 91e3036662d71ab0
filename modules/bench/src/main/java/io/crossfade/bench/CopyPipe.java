package io.crossfade.bench;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.Pipe;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.postgresql.PGConnection;

/**
 * {@code COPY … TO STDOUT | COPY … FROM STDIN}, both servers at work at the same time, with a pipe
 * of the kernel between them: the most that one session on each side can do.
 */
final class CopyPipe {

  static final String NAME = "COPY | COPY";
  private static final int BLOCK = 64 * 1024;

  private CopyPipe() {}

  static Sample run(Workload workload, Pair pair)
      throws SQLException, IOException, InterruptedException {
    ExecutorService reader = Executors.newSingleThreadExecutor();
    Roles roles = Roles.ofServers(pair).withMover(ProcessHandle.current().pid());
    try (Connection from = pair.source().connect();
        Connection to = pair.target().connect()) {
      Pipe pipe = Pipe.open();
      Stopwatch stopwatch = Stopwatch.start(roles, java.util.Set.of(), java.util.Set.of());
      Future<Long> read = reader.submit(() -> copyOut(from, select(workload), pipe));
      long written;
      try (InputStream in = Channels.newInputStream(pipe.source())) {
        written =
            to.unwrap(PGConnection.class)
                .getCopyAPI()
                .copyIn("COPY " + Workload.TABLE + " FROM STDIN", in, BLOCK);
      }
      if (read.get() != workload.rowsOfTarget() || written != workload.rowsOfTarget()) {
        throw new IllegalStateException("COPY has moved " + written + " rows");
      }
      return stopwatch.stop(workload.rows());
    } catch (ExecutionException e) {
      throw new IllegalStateException("COPY … TO STDOUT has failed", e.getCause());
    } finally {
      reader.shutdownNow();
    }
  }

  /** A table is read faster by its name than by a query. */
  private static String select(Workload workload) {
    return workload.shape() == Workload.Shape.PLAIN
        ? Workload.TABLE
        : "(" + workload.shape().select() + ")";
  }

  private static long copyOut(Connection from, String what, Pipe pipe)
      throws SQLException, IOException {
    try (OutputStream out =
        new BufferedOutputStream(Channels.newOutputStream(pipe.sink()), BLOCK)) {
      return from.unwrap(PGConnection.class)
          .getCopyAPI()
          .copyOut("COPY " + what + " TO STDOUT", out);
    }
  }
}
