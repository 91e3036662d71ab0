/** Benchmarks against the limits, in one run on the same servers. */
package io.crossfade.bench;
