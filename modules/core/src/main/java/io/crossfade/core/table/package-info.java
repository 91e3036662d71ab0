/**
 * Tables, columns, types and rows, as every other room speaks of them. Values; nothing here does
 * anything.
 */
package io.crossfade.core.table;
