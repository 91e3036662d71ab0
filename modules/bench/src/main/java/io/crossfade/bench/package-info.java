/**
 * Benchmarks against the limits, in one run on the same servers: what PostgreSQL does by itself,
 * and what Crossfade does beside it. Nothing depends on this room.
 */
package io.crossfade.bench;
