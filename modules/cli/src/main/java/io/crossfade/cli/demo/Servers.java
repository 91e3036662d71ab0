package io.crossfade.cli.demo;

import io.crossfade.sandbox.Database;
import io.crossfade.sandbox.KafkaBroker;
import io.crossfade.sandbox.KafkaOptions;
import io.crossfade.sandbox.PostgresOptions;
import io.crossfade.sandbox.PostgresServer;
import io.crossfade.sandbox.PostgresVersion;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;

/**
 * Two databases and a broker. They start side by side, and each is waited for when it is needed.
 */
final class Servers {

  private static final String DATABASE = "billing";

  private final Future<Database> source;
  private final Future<Database> target;
  private final Future<KafkaBroker> kafka;

  private Servers(Future<Database> source, Future<Database> target, Future<KafkaBroker> kafka) {
    this.source = source;
    this.target = target;
    this.kafka = kafka;
  }

  static Servers start(Cleanup cleanup, Screen screen) {
    return new Servers(
        begin(() -> postgres(cleanup, screen, "old")),
        begin(() -> postgres(cleanup, screen, "new")),
        begin(() -> kafka(cleanup, screen)));
  }

  Database source() throws Exception {
    return await(source);
  }

  Database target() throws Exception {
    return await(target);
  }

  KafkaBroker kafka() throws Exception {
    return await(kafka);
  }

  private static Database postgres(Cleanup cleanup, Screen screen, String model) throws Exception {
    Stopwatch watch = Stopwatch.start();
    // They keep what they have committed, as real ones do: without fsync the numbers would flatter.
    PostgresOptions options = PostgresOptions.of(PostgresVersion.V18).with("max_wal_size", "4GB");
    PostgresServer server = cleanup.open(() -> PostgresServer.start(options));
    Database database = server.createDatabase(DATABASE);
    screen.done(
        "PostgreSQL %d for the %s model on port %d"
            .formatted(server.version().major(), model, server.port()),
        watch);
    return database;
  }

  private static KafkaBroker kafka(Cleanup cleanup, Screen screen) throws Exception {
    Stopwatch watch = Stopwatch.start();
    KafkaBroker broker = cleanup.open(() -> KafkaBroker.start(KafkaOptions.temporary()));
    screen.done("Kafka on " + broker.bootstrapServers(), watch);
    return broker;
  }

  private static <T> Future<T> begin(Callable<T> start) {
    FutureTask<T> task = new FutureTask<>(start);
    Thread thread = new Thread(task, "demo-start");
    thread.setDaemon(true);
    thread.start();
    return task;
  }

  private static <T> T await(Future<T> future) throws Exception {
    try {
      return future.get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof Exception cause) {
        throw cause;
      }
      throw e;
    }
  }
}
