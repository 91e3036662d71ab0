package io.crossfade.sandbox;

import java.util.List;

/** A program that has children, for {@link OrphansTest} to end. */
final class Parent {

  private Parent() {}

  /** Starts both servers, prints "started", and waits to be ended. */
  public static void main(String[] args) throws InterruptedException {
    PostgresServer postgres = PostgresServer.start(PostgresOptions.of(PostgresVersion.V18));
    KafkaBroker kafka = KafkaBroker.start(KafkaOptions.temporary());
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(
                () -> {
                  List<String> answer = postgres.database().query("SELECT 'PostgreSQL answers'");
                  answer.forEach(System.out::println);
                  System.out.println("Kafka runs: " + kafka.isRunning());
                  kafka.close();
                  postgres.close();
                }));
    if (List.of(args).contains("pause")) {
      postgres.pause();
    }
    System.out.println("directory " + postgres.data().getParent());
    System.out.println("directory " + kafka.logFile().getParent());
    System.out.println("started");
    new java.util.concurrent.CountDownLatch(1).await();
  }
}
