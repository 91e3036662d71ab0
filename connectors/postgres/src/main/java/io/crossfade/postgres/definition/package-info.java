/**
 * Statements that change definitions, and what we make of each so that nobody waits long: reading
 * and rewriting of text. No database is asked here; {@code switching} executes.
 */
package io.crossfade.postgres.definition;
