/** Reads rows, hashes and ranges for a comparison. Writes nothing. */
package io.crossfade.postgres.compare;
