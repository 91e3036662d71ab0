package io.crossfade.cli.demo;

import io.crossfade.cli.job.JobStatistics;
import io.crossfade.server.Status;
import io.crossfade.spec.Secret;
import io.crossfade.spec.Setting;
import io.crossfade.spec.Spec;
import io.crossfade.spec.TableSpec;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import org.postgresql.PGConnection;

/** Stands in for a migration: copies everything when a barrier is asked for. */
class CopyingJob implements DemoJob {

  private final Spec spec;
  private final String afterwards;
  private final long gaveWay;

  /**
   * A job.
   *
   * @param afterwards executed in the target once all is copied
   * @param gaveWay what the statistics tell
   */
  CopyingJob(Spec spec, String afterwards, long gaveWay) {
    this.spec = spec;
    this.afterwards = afterwards;
    this.gaveWay = gaveWay;
  }

  @Override
  public void awaitCaughtUp() {}

  @Override
  public void awaitBarrier() throws SQLException, IOException {
    try (Connection source =
            connect(spec.source().url(), spec.source().username(), spec.source().password());
        Connection target =
            connect(spec.target().url(), spec.target().username(), spec.target().password());
        Statement statement = target.createStatement()) {
      for (TableSpec table : spec.tables()) {
        ByteArrayOutputStream rows = new ByteArrayOutputStream();
        source
            .unwrap(PGConnection.class)
            .getCopyAPI()
            .copyOut("COPY (" + table.select().text() + ") TO STDOUT", rows);
        target
            .unwrap(PGConnection.class)
            .getCopyAPI()
            .copyIn(
                "COPY " + table.into() + " FROM STDIN",
                new ByteArrayInputStream(rows.toByteArray()));
      }
      statement.execute(afterwards);
    }
  }

  private static Connection connect(Setting url, Setting user, Optional<Secret> password)
      throws SQLException {
    return DriverManager.getConnection(
        url.value(), user.value(), password.map(Secret::reveal).orElse(""));
  }

  @Override
  public Status status() {
    Status.Table table =
        new Status.Table(
            "public.accounts",
            "live",
            1000,
            OptionalLong.of(1000),
            3,
            OptionalLong.of(3),
            10,
            OptionalLong.empty(),
            Optional.empty());
    return new Status(
        spec.migration(),
        "FOLLOWING",
        false,
        OptionalLong.empty(),
        Optional.empty(),
        Optional.empty(),
        "wait",
        List.of(table),
        Status.Lag.UNKNOWN,
        Optional.empty(),
        "reads OLD, writes OLD",
        0,
        0,
        List.of(),
        1,
        0,
        "crossfade.billing-demo.apply",
        "crossfade_billing_demo");
  }

  @Override
  public JobStatistics statistics() {
    return new JobStatistics(
        3000, gaveWay, 17, 3017, OptionalDouble.of(0.125), OptionalDouble.of(1.5));
  }

  @Override
  public URI api() {
    return URI.create("http://127.0.0.1:" + spec.server().port() + "/");
  }

  @Override
  public void close() {}
}
