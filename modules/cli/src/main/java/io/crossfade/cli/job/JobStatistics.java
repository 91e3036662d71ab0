package io.crossfade.cli.job;

import java.util.OptionalDouble;

/**
 * What a job has done since its process started.
 *
 * @param rowsCopied rows that chunks have published, over the whole migration
 * @param rowsGaveWay rows of chunks that were not published because a newer change had been
 * @param changesPublished row events of the log
 * @param recordsApplied raw records that the target has
 * @param lagP50 seconds from a commit at the source to its commit in the target that half of the
 *     changes did not exceed
 * @param lagP99 the same for 99 in 100
 */
public record JobStatistics(
    long rowsCopied,
    long rowsGaveWay,
    long changesPublished,
    long recordsApplied,
    OptionalDouble lagP50,
    OptionalDouble lagP99) {}
