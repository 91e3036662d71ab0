/**
 * PostgreSQL's values in memory: how each type is read, written, computed and compared. Pure
 * functions over single values; nothing here knows rows, expressions or Calcite. What PostgreSQL
 * refuses at run time is a {@link io.crossfade.sql.value.PgError} with PostgreSQL's own SQLSTATE.
 */
package io.crossfade.sql.value;
