/**
 * What a plugin implements and what its tests use: functions in Java that a SELECT may call, and
 * mappers that make the rows of a table. Depends on the JDK only, so that a plugin depends on
 * nothing else of Crossfade.
 */
package io.crossfade.plugin;
