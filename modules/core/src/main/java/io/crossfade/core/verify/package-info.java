/**
 * What a comparison of new tables with their SELECTs asks of databases: rows, their hashes, and
 * ranges of keys that mean the same on both sides. Ports and values; the comparison itself is
 * above.
 */
package io.crossfade.core.verify;
