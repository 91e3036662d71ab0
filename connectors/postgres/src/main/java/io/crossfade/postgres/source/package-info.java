/**
 * PostgreSQL as the source: snapshots, chunks by {@code ctid}, markers, and its log by way of
 * Debezium.
 */
package io.crossfade.postgres.source;
