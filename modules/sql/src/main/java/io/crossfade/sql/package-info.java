/**
 * The SELECT of a mapping: parsed and checked by Calcite, evaluated by us with the semantics of
 * PostgreSQL.
 */
package io.crossfade.sql;
