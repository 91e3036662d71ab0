package io.crossfade.sandbox;

/**
 * Servers that all tests of one JVM share: each is started when it is first asked for and ends with
 * the JVM. A test makes its own database, {@link PostgresServer#createDatabase()}, and its own
 * topics.
 */
public final class SharedSandbox {

  private SharedSandbox() {}

  public static PostgresServer postgres18() {
    return Postgres18.SERVER;
  }

  public static PostgresServer postgres15() {
    return Postgres15.SERVER;
  }

  public static KafkaBroker kafka() {
    return Kafka.BROKER;
  }

  private static PostgresServer start(PostgresVersion version) {
    PostgresServer server = PostgresServer.start(PostgresOptions.of(version).fastAndUnsafe());
    closeAtTheEnd(server::close, "PostgreSQL " + version.major());
    return server;
  }

  private static void closeAtTheEnd(Runnable close, String name) {
    Runtime.getRuntime().addShutdownHook(new Thread(close, "stop shared " + name));
  }

  private static final class Postgres18 {
    static final PostgresServer SERVER = start(PostgresVersion.V18);
  }

  private static final class Postgres15 {
    static final PostgresServer SERVER = start(PostgresVersion.V15);
  }

  private static final class Kafka {
    static final KafkaBroker BROKER = KafkaBroker.start(KafkaOptions.temporary());

    static {
      closeAtTheEnd(BROKER::close, "Kafka");
    }
  }
}
