package io.crossfade.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.crossfade.cli.job.Job;
import io.crossfade.sandbox.Database;
import io.crossfade.sandbox.KafkaBroker;
import io.crossfade.sandbox.KafkaOptions;
import io.crossfade.sandbox.PostgresOptions;
import io.crossfade.sandbox.PostgresServer;
import io.crossfade.sandbox.PostgresVersion;
import io.crossfade.spec.SpecReader;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Servers that take nothing but TLS, with certificates that are checked; one PostgreSQL for both
 * sides.
 */
@Timeout(180)
@Tag("slow")
class TlsTest {

  @TempDir private Path directory;

  @Test
  void shouldMigrateOverTlsAloneAndRefuseACertificateThatItDoesNotKnow() throws Exception {
    Certificates trusted = Certificates.make(directory, "trusted");
    Certificates stranger = Certificates.make(directory, "stranger");
    try (PostgresServer postgres = postgres(trusted);
        KafkaBroker kafka = kafka(trusted)) {
      Database source = postgres.createDatabase("old");
      Database target = postgres.createDatabase("new");
      source.execute(
          "CREATE TABLE a (id int PRIMARY KEY, s text)",
          "INSERT INTO a SELECT i, 'row ' || i FROM generate_series(1, 1000) i");
      target.execute("CREATE TABLE b (id int PRIMARY KEY, s text)");
      onlyTls(postgres);

      Path good = spec(postgres, kafka, trusted.certificateFile(), trusted.trustStore());
      try (Job job = Job.start(SpecReader.read(good, Map.of()).orThrow(), warning -> {})) {
        job.awaitCaughtUp();
        assertThat(sessionsWithout(postgres, "ssl")).isZero();
        assertThat(sessionsWithout(postgres, "NOT ssl")).as("sessions with TLS").isPositive();
      }

      Path wrongDatabase = spec(postgres, kafka, stranger.certificateFile(), trusted.trustStore());
      assertThat(fails(wrongDatabase)).contains("source.reach").contains("SSL error");
      Path wrongKafka = spec(postgres, kafka, trusted.certificateFile(), stranger.trustStore());
      assertThat(fails(wrongKafka)).contains("kafka.reach").contains("SSL handshake failed");
    }
  }

  private static PostgresServer postgres(Certificates certificates) throws Exception {
    PostgresServer server =
        PostgresServer.start(PostgresOptions.of(PostgresVersion.V18).fastAndUnsafe());
    server.write("server.crt", certificates.certificatePem());
    server.write("server.key", certificates.keyPem());
    server.set(Map.of("ssl", "on", "ssl_cert_file", "server.crt", "ssl_key_file", "server.key"));
    return server;
  }

  private static void onlyTls(PostgresServer server) {
    server.write(
        "pg_hba.conf",
        List.of(
            "hostssl all all 127.0.0.1/32 scram-sha-256",
            "hostssl replication all 127.0.0.1/32 scram-sha-256",
            "hostnossl all all 127.0.0.1/32 reject"));
    server.restart();
  }

  private KafkaBroker kafka(Certificates certificates) {
    return KafkaBroker.start(
        KafkaOptions.temporary()
            .with("listener.security.protocol.map", "PLAINTEXT:SSL,CONTROLLER:PLAINTEXT")
            .with("ssl.keystore.type", "PKCS12")
            .with("ssl.keystore.location", certificates.keyStore().toString())
            .with("ssl.keystore.password", Certificates.PASSWORD)
            .with("ssl.truststore.type", "PKCS12")
            .with("ssl.truststore.location", certificates.keyStore().toString())
            .with("ssl.truststore.password", Certificates.PASSWORD));
  }

  private String fails(Path spec) {
    StringWriter err = new StringWriter();
    int code =
        Main.run(
            new PrintWriter(new StringWriter()),
            new PrintWriter(err, true),
            "run",
            "-f",
            spec.toString(),
            "--exit-when",
            "caught-up");
    assertThat(code).as(err.toString()).isEqualTo(4);
    return err.toString();
  }

  private static long sessionsWithout(PostgresServer server, String tls) throws Exception {
    String sql =
        "SELECT count(*) FROM pg_stat_ssl JOIN pg_stat_activity USING (pid)"
            + " WHERE pid <> pg_backend_pid() AND client_addr IS NOT NULL AND NOT ("
            + tls
            + ")";
    String url = server.jdbcUrl() + "?sslmode=require";
    try (var connection =
            java.sql.DriverManager.getConnection(url, server.user(), server.password());
        var statement = connection.createStatement();
        var rows = statement.executeQuery(sql)) {
      rows.next();
      return rows.getLong(1);
    }
  }

  private Path spec(PostgresServer postgres, KafkaBroker kafka, Path root, Path trust)
      throws Exception {
    String tls = "?sslmode=verify-full&sslrootcert=" + root;
    Path file = directory.resolve("m.yaml");
    Files.writeString(
        file,
        """
        migration: tls
        source: { connector: postgres, url: "%s", username: "%s", password: "%s" }
        target: { connector: postgres, url: "%s", username: "%s", password: "%s" }
        kafka:
          bootstrap-servers: "%s"
          properties:
            security.protocol: SSL
            ssl.truststore.type: PKCS12
            ssl.truststore.location: "%s"
            ssl.truststore.password: "%s"
        tables: [ { into: public.b, from: public.a } ]
        server: { port: 0 }
        """
            .formatted(
                postgres.jdbcUrl("old") + tls,
                postgres.user(),
                postgres.password(),
                postgres.jdbcUrl("new") + tls,
                postgres.user(),
                postgres.password(),
                kafka.bootstrapServers(),
                trust,
                Certificates.PASSWORD));
    return file;
  }
}
