package io.crossfade.torture;

import io.crossfade.sandbox.Database;
import io.crossfade.sandbox.KafkaBroker;
import io.crossfade.sandbox.KafkaOptions;
import io.crossfade.sandbox.PostgresOptions;
import io.crossfade.sandbox.PostgresServer;
import io.crossfade.sandbox.PostgresVersion;
import io.crossfade.sandbox.TcpProxy;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/** The servers of one round, each with the proxy that the job has to come through. */
final class Stage implements AutoCloseable {

  private final Deque<AutoCloseable> opened = new ArrayDeque<>();
  final TcpProxy toSource;
  final TcpProxy toTarget;
  final TcpProxy toBroker;
  final PostgresServer sourceServer;
  final PostgresServer targetServer;
  final KafkaBroker broker;
  final Database source;
  final Database target;

  private Stage() {
    toSource = opened(TcpProxy.open());
    toTarget = opened(TcpProxy.open());
    toBroker = opened(TcpProxy.open());
    CompletableFuture<PostgresServer> source15 =
        CompletableFuture.supplyAsync(() -> PostgresServer.start(options(PostgresVersion.V15)));
    CompletableFuture<PostgresServer> target18 =
        CompletableFuture.supplyAsync(() -> PostgresServer.start(options(PostgresVersion.V18)));
    broker =
        opened(
            KafkaBroker.start(
                KafkaOptions.temporary().withHeap("384m").withProxy(toBroker.port())));
    sourceServer = opened(source15.join());
    targetServer = opened(target18.join());
    toSource.forwardTo(sourceServer.port());
    toTarget.forwardTo(targetServer.port());
    toBroker.forwardTo(broker.proxiedPort());
    source = sourceServer.createDatabase("old");
    target = targetServer.createDatabase("new");
  }

  static Stage open() {
    return new Stage();
  }

  private static PostgresOptions options(PostgresVersion version) {
    // What a walsender has to wait until it gives up on a client that was cut off.
    return PostgresOptions.of(version).fastAndUnsafe().with("wal_sender_timeout", "10s");
  }

  String sourceUrl() {
    return "jdbc:postgresql://127.0.0.1:" + toSource.port() + "/" + source.name();
  }

  String targetUrl() {
    return "jdbc:postgresql://127.0.0.1:" + toTarget.port() + "/" + target.name();
  }

  String brokers() {
    return "127.0.0.1:" + toBroker.port();
  }

  /** For our own clients, which nothing is done to but with the broker itself. */
  Map<String, Object> kafka() {
    return Map.of("bootstrap.servers", broker.bootstrapServers());
  }

  private <T extends AutoCloseable> T opened(T part) {
    opened.push(part);
    return part;
  }

  @Override
  public void close() throws Exception {
    Exception first = null;
    while (!opened.isEmpty()) {
      try {
        opened.pop().close();
      } catch (Exception e) {
        if (first == null) {
          first = e;
        } else {
          first.addSuppressed(e);
        }
      }
    }
    if (first != null) {
      throw first;
    }
  }
}
