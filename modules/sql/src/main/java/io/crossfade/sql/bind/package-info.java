/**
 * What an expression means, by PostgreSQL's rules: which of the overloaded operators and functions
 * is called, what untyped literals become, where casts are put in. Terms in, a typed plan out, with
 * every expression that is not on the list refused at its place.
 */
package io.crossfade.sql.bind;
