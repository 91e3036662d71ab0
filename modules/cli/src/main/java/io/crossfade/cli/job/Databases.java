package io.crossfade.cli.job;

import io.crossfade.postgres.source.PostgresAddress;
import io.crossfade.postgres.source.PostgresSource;
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
 */
public record Databases(PostgresSource source, PostgresTarget target) implements AutoCloseable {

  /** Opens nothing yet. */
  public static Databases of(Spec spec) {
    return new Databases(
        new PostgresSource(
            source(spec.source(), spec.source().url()),
            spec.source().readFrom().map(url -> source(spec.source(), url)),
            spec.migration()),
        PostgresTarget.of(
            spec.target().url().value(),
            spec.target().username().value(),
            spec.target().password().map(Secret::reveal).orElse("")));
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
