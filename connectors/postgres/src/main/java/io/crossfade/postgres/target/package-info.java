/**
 * PostgreSQL as a target: rows and offsets in one transaction. Implements the ports of {@code
 * io.crossfade.core.target}; only {@link io.crossfade.postgres.target.PostgresTarget} is for
 * others.
 */
package io.crossfade.postgres.target;
