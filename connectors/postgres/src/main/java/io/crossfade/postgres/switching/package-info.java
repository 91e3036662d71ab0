/**
 * The switch, on PostgreSQL: fences as triggers, who holds which lock, sequences, definitions that
 * are changed without a queue behind us. Only {@link
 * io.crossfade.postgres.switching.PostgresSwitching} is for others.
 */
package io.crossfade.postgres.switching;
