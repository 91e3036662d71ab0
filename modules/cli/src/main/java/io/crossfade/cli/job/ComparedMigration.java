package io.crossfade.cli.job;

import com.fasterxml.jackson.databind.JsonNode;
import io.crossfade.core.verify.ComparedDatabase;
import io.crossfade.postgres.compare.PostgresComparison;
import io.crossfade.spec.Secret;
import io.crossfade.spec.SourceSpec;
import io.crossfade.spec.Spec;
import io.crossfade.spec.SpecException;
import io.crossfade.spec.TargetSpec;
import io.crossfade.sql.RowsPlan;
import io.crossfade.sql.SelectPlan;
import io.crossfade.verify.AskedOldKeys;
import io.crossfade.verify.CheckPair;
import io.crossfade.verify.ComparedMapping;
import io.crossfade.verify.ComparedMappings;
import io.crossfade.verify.FollowingJob;
import io.crossfade.verify.KeyComparison;
import io.crossfade.verify.MadeOldKeys;
import io.crossfade.verify.OldKeys;
import io.crossfade.verify.OldRows;
import io.crossfade.verify.Patience;
import io.crossfade.verify.Turn;
import io.crossfade.verify.Verification;
import io.crossfade.verify.VerificationReport;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A migration as comparisons see it: its databases, its tables by their names, its SELECTs. */
final class ComparedMigration {

  private final Migration migration;
  private final FollowingJob job;

  ComparedMigration(Migration migration, FollowingJob job) {
    this.migration = migration;
    this.job = job;
  }

  /** How many ranges may be compared at the same time. */
  int parallelism() {
    return migration.spec().backfill().parallelism();
  }

  /**
   * A verification to be.
   *
   * @param what it compares
   * @param from where SELECTs are executed: {@link #source}
   * @param threads ranges that are compared at the same time
   * @param differences a file that is made
   */
  Verification.Settings settings(
      Verifier.Asked what, ComparedDatabase from, int threads, Path differences) {
    Spec spec = migration.spec();
    return new Verification.Settings(
        spec.migration(),
        spec.fingerprint(),
        sourceName(what.turn()),
        targetName(),
        what.tables().stream().map(this::mapping).toList(),
        what.checks() ? checks(spec) : List.of(),
        from,
        target(),
        job,
        what.turn(),
        Patience.USUAL,
        threads,
        what.masked(),
        differences,
        what.checkpoints(),
        what.times());
  }

  /**
   * Compares single rows of a table.
   *
   * @param turn who takes writes
   */
  KeyComparison comparison(Migration.MappedTable table, Turn turn) {
    return new KeyComparison(mapping(table), source(turn), target(), job, turn, Patience.USUAL);
  }

  /**
   * The report of a verification that does not run here yet.
   *
   * @param why it does not
   */
  VerificationReport waiting(Verification.Times times, boolean masked, String why) {
    Turn turn = turn();
    return new VerificationReport(
        migration.spec().migration(),
        migration.spec().fingerprint(),
        sourceName(turn),
        targetName(),
        times.begun().toString(),
        times.wentOn().stream().map(Instant::toString).toList(),
        Optional.empty(),
        Optional.empty(),
        masked,
        turn.reversed(),
        List.of(),
        List.of(),
        List.of(),
        Optional.of(why));
  }

  /** Who takes writes now. */
  Turn turn() {
    return job.turn();
  }

  private String sourceName(Turn turn) {
    SourceSpec source = migration.spec().source();
    return (turn.reversed() ? source.url() : source.readFrom().orElse(source.url())).toString();
  }

  private String targetName() {
    return migration.spec().target().url().toString();
  }

  /**
   * Where SELECTs are executed: the standby, where there is one. Not where the old tables follow: a
   * barrier says that they have all, and nothing of their standby.
   */
  PostgresComparison source(Turn turn) {
    if (turn.reversed()) {
      return primary();
    }
    SourceSpec source = migration.spec().source();
    String username = source.username().value();
    String password = source.password().map(Secret::reveal).orElse("");
    return source
        .readFrom()
        .map(url -> PostgresComparison.standby(url.value(), username, password, application()))
        .orElseGet(this::primary);
  }

  /** The database with the old tables that takes writes. */
  PostgresComparison primary() {
    SourceSpec source = migration.spec().source();
    return PostgresComparison.primary(
        source.url().value(),
        source.username().value(),
        source.password().map(Secret::reveal).orElse(""),
        application());
  }

  /** The database with the new tables. */
  PostgresComparison target() {
    TargetSpec target = migration.spec().target();
    return PostgresComparison.primary(
        target.url().value(),
        target.username().value(),
        target.password().map(Secret::reveal).orElse(""),
        application());
  }

  private String application() {
    return "crossfade verify " + migration.spec().migration();
  }

  private static List<CheckPair> checks(Spec spec) {
    return spec.checks().stream()
        .map(check -> new CheckPair(check.name(), check.source(), check.target()))
        .toList();
  }

  /** The tables of these names; all where there are none. */
  List<Migration.MappedTable> chosen(JsonNode names) {
    if (names.isEmpty()) {
      return migration.tables();
    }
    List<Migration.MappedTable> chosen = new ArrayList<>();
    names.forEach(name -> chosen.add(table(name.asText())));
    return chosen.stream().distinct().toList();
  }

  /**
   * A table by its name.
   *
   * @throws IllegalArgumentException where there is none
   */
  Migration.MappedTable table(String name) {
    return migration.tables().stream()
        .filter(
            table ->
                table.target().id().toString().equals(name)
                    || table.target().id().name().equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "the spec has no table "
                        + name
                        + "; it has "
                        + String.join(
                            ", ",
                            migration.tables().stream()
                                .map(table -> table.target().id().toString())
                                .sorted()
                                .toList())));
  }

  /** As it was written: its outputs in their own types, not in the target's. */
  ComparedMapping mapping(Migration.MappedTable table) {
    return table.writing().fills()
        ? ComparedMappings.filling((SelectPlan) written(table), table.target())
        : ComparedMappings.of(written(table), table.target());
  }

  /** Which old rows the rows of a new table come from. */
  OldRows oldRows(Migration.MappedTable table) {
    if (!(table.plan() instanceof SelectPlan select)) {
      return new MadeOldKeys(primary(), table.plan(), table.target());
    }
    return select.keepsKey(table.target())
        ? new OldKeys(select, table.target())
        : new AskedOldKeys(primary(), (SelectPlan) written(table), table.target());
  }

  private RowsPlan written(Migration.MappedTable table) {
    try {
      return Compiled.of(
          table.from(),
          id -> table.plan().sources().stream().filter(t -> t.id().equals(id)).findFirst(),
          migration.plugins());
    } catch (SpecException e) {
      throw new IllegalStateException("it was compiled before, and is not now", e);
    }
  }
}
