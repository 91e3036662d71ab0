package io.crossfade.bench;

import io.crossfade.sandbox.Database;
import io.crossfade.sandbox.PostgresServer;
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
 * What PostgreSQL does by itself: {@code COPY … TO STDOUT | COPY … FROM STDIN}, and a subscription.
 */
final class Native {

  private static final int BLOCK = 64 * 1024;

  private Native() {}

  /** Copies all rows, both servers at work at the same time, through a pipe of the kernel. */
  static Measured copy(Workload workload, Database source, Database target)
      throws SQLException, IOException, InterruptedException {
    ExecutorService reader = Executors.newSingleThreadExecutor();
    try (Connection from = source.connect();
        Connection to = target.connect()) {
      Pipe pipe = Pipe.open();
      Measured.Stopwatch stopwatch = Measured.start();
      Future<Long> read = reader.submit(() -> copyOut(from, pipe));
      long written;
      try (InputStream in = Channels.newInputStream(pipe.source())) {
        written =
            to.unwrap(PGConnection.class)
                .getCopyAPI()
                .copyIn("COPY " + Workload.TABLE + " FROM STDIN", in, BLOCK);
      }
      if (read.get() != workload.rows() || written != workload.rows()) {
        throw new IllegalStateException("COPY has moved " + written + " rows");
      }
      return stopwatch.stop();
    } catch (ExecutionException e) {
      throw new IllegalStateException("COPY … TO STDOUT has failed", e.getCause());
    } finally {
      reader.shutdownNow();
    }
  }

  private static long copyOut(Connection from, Pipe pipe) throws SQLException, IOException {
    try (OutputStream out =
        new BufferedOutputStream(Channels.newOutputStream(pipe.sink()), BLOCK)) {
      return from.unwrap(PGConnection.class)
          .getCopyAPI()
          .copyOut("COPY " + Workload.TABLE + " TO STDOUT", out);
    }
  }

  /** Changes all rows while a subscription follows, from the first statement until it has all. */
  static Measured changes(Workload workload, Database source, Database target)
      throws SQLException, InterruptedException {
    PostgresServer server = source.server();
    String name = "native_" + source.name();
    source.execute("CREATE PUBLICATION " + name + " FOR TABLE " + Workload.TABLE);
    target.execute(
        ("CREATE SUBSCRIPTION %s CONNECTION 'host=127.0.0.1 port=%d dbname=%s user=%s password=%s'"
                + " PUBLICATION %s WITH (copy_data = false)")
            .formatted(name, server.port(), source.name(), server.user(), server.password(), name));
    try {
      Condition.await(
          source,
          "SELECT FROM pg_stat_replication WHERE state = 'streaming' AND application_name = '"
              + name
              + "'");
      Measured.Stopwatch stopwatch = Measured.start();
      workload.update(source);
      Condition.await(target, workload.lastRowIsChanged());
      return stopwatch.stop();
    } finally {
      target.execute("DROP SUBSCRIPTION " + name);
    }
  }
}
