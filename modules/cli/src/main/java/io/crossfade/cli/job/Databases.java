package io.crossfade.cli.job;

import io.crossfade.postgres.source.PostgresAddress;
import io.crossfade.postgres.source.PostgresSource;
import io.crossfade.postgres.switching.PostgresSwitching;
import io.crossfade.postgres.target.PostgresTarget;
import io.crossfade.spec.Secret;
import io.crossfade.spec.Setting;
import io.crossfade.spec.SourceSpec;
import io.crossfade.spec.Spec;

/**
 * The two databases of a migration, by the connectors that its spec names.
 *
 * @param source with the old tables
 * @param target with the new ones
 * @param sourceAddress of the primary with the old tables
 * @param targetAddress of the database with the new ones
 */
public record Databases(
    PostgresSource source,
    PostgresTarget target,
    PostgresAddress sourceAddress,
    PostgresAddress targetAddress)
    implements AutoCloseable {

  /** Opens nothing yet. */
  public static Databases of(Spec spec) {
    PostgresAddress target =
        new PostgresAddress(
            spec.target().url().value(),
            spec.target().username().value(),
            spec.target().password().map(Secret::reveal).orElse(""));
    PostgresAddress source = source(spec.source(), spec.source().url());
    return new Databases(
        new PostgresSource(
            source,
            spec.source().readFrom().map(url -> source(spec.source(), url)),
            spec.migration()),
        PostgresTarget.of(target.url(), target.username(), target.password()),
        source,
        target);
  }

  /** Whether the old and the new tables are in one database. Blocks on both. */
  public boolean areOne() {
    return source.identity().equals(target.identity());
  }

  /** The database with the new tables, as the reverse flow's source. */
  PostgresSource reverseSource(String name) {
    return new PostgresSource(targetAddress, name);
  }

  /** The database with the old tables, as the reverse flow's target. */
  PostgresTarget reverseTarget() {
    return PostgresTarget.of(
        sourceAddress.url(), sourceAddress.username(), sourceAddress.password());
  }

  /** What a switch does at the database with the old tables. */
  PostgresSwitching switchingSource(String migration) {
    return new PostgresSwitching(sourceAddress, migration);
  }

  /** What a switch does at the database with the new tables. */
  PostgresSwitching switchingTarget(String migration) {
    return new PostgresSwitching(targetAddress, migration);
  }

  private static PostgresAddress source(SourceSpec source, Setting url) {
    return new PostgresAddress(
        url.value(), source.username().value(), source.password().map(Secret::reveal).orElse(""));
  }

  @Override
  public void close() {
    source.close();
  }
}
