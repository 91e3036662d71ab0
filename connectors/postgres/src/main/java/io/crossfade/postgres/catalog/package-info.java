/**
 * What a database says of its tables beyond their columns: keys, indexes, foreign keys, defaults,
 * sizes. For proposing a spec and new tables; reads the catalogue only, never a row.
 */
package io.crossfade.postgres.catalog;
