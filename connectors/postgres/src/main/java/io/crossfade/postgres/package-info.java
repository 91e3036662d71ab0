/** PostgreSQL as source and target: all that knows its log, its positions and its SQL. */
package io.crossfade.postgres;
