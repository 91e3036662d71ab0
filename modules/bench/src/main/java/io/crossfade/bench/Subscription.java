package io.crossfade.bench;

import io.crossfade.sandbox.Database;
import io.crossfade.sandbox.PostgresServer;
import java.sql.SQLException;

/** PostgreSQL's own logical replication. Closing it drops the subscription with its slot. */
final class Subscription implements AutoCloseable {

  private static final String STREAMS =
      "SELECT FROM pg_stat_replication WHERE state = 'streaming' AND application_name = '%s'";

  private final Pair pair;
  private final String name;

  private Subscription(Pair pair, String name) {
    this.pair = pair;
    this.name = name;
  }

  /** Makes it: copies what is there first, and then follows. Does not wait for that. */
  static Subscription copying(Pair pair, String filter) {
    return create(pair, filter, true);
  }

  /** Makes it without a first copy, and waits until it follows. */
  static Subscription following(Pair pair) throws SQLException, InterruptedException {
    Subscription subscription = create(pair, "", false);
    try (Observer observer = Observer.of(pair.source())) {
      observer.awaitRow(STREAMS.formatted(subscription.name), Observer.Alive.SERVER);
      return subscription;
    } catch (SQLException | InterruptedException | RuntimeException e) {
      subscription.close();
      throw e;
    }
  }

  private static Subscription create(Pair pair, String filter, boolean copy) {
    Database source = pair.source();
    PostgresServer server = source.server();
    String name = "native_" + source.name();
    source.execute("CREATE PUBLICATION " + name + " FOR TABLE " + Workload.TABLE + " " + filter);
    pair.target()
        .execute(
            ("CREATE SUBSCRIPTION %s CONNECTION 'host=127.0.0.1 port=%d dbname=%s user=%s"
                    + " password=%s' PUBLICATION %s WITH (copy_data = %s)")
                .formatted(
                    name,
                    server.port(),
                    source.name(),
                    server.user(),
                    server.password(),
                    name,
                    copy));
    return new Subscription(pair, name);
  }

  String name() {
    return name;
  }

  @Override
  public void close() {
    pair.target().execute("DROP SUBSCRIPTION " + name);
  }
}
