/** Aggregates: what a group's rows come to, kept up to date row by row. */
package io.crossfade.sql.group;
