package io.crossfade.cli.demo;

import java.util.Objects;
import java.util.OptionalDouble;

/**
 * What a migration has done.
 *
 * @param rowsCopied rows of the old tables that the backfill has published
 * @param rowsGaveWay rows that the backfill has read and dropped, because a newer change had
 *     overtaken them
 * @param changesPublished changes from the source's log
 * @param recordsApplied raw records, of both kinds, that the target has
 * @param lagP50 seconds from a change's commit at the source to its commit at the target, median;
 *     empty while there is none
 * @param lagP99 the same, of 99 in 100 changes
 */
public record DemoStatistics(
    long rowsCopied,
    long rowsGaveWay,
    long changesPublished,
    long recordsApplied,
    OptionalDouble lagP50,
    OptionalDouble lagP99) {

  public DemoStatistics {
    Objects.requireNonNull(lagP50, "lagP50");
    Objects.requireNonNull(lagP99, "lagP99");
  }
}
