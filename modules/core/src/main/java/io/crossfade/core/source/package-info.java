/**
 * What a source database must be able to do: stream its log, read its rows in chunks and by key,
 * say what a snapshot includes, write a marker. A connector implements it; nothing outside a
 * connector knows a position or writes SQL of a database.
 */
package io.crossfade.core.source;
