/**
 * The way back after a switch: from a new table into the old one that it came from. Derived where a
 * SELECT can be undone for certain, demanded where it cannot; nothing in here runs.
 */
package io.crossfade.sql.reverse;
