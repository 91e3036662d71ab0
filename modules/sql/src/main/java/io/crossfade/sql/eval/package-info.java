/**
 * Expressions that run: routines by operator family, compiled to closures over a row. They know
 * values and NULL, not names or positions; which routine an operator means is decided in {@code
 * bind}.
 */
package io.crossfade.sql.eval;
