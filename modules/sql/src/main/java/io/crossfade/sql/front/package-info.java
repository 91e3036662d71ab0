/**
 * From the text of a SELECT to neutral terms with positions. The only room that imports Calcite:
 * its Babel parser reads the text, its validator and {@code SqlToRelConverter} resolve names,
 * expand stars and give the relational shape.
 *
 * <p>Calcite does not get to see the meaning of an expression. Before it validates, every operator,
 * literal and cast is wrapped into an operator of our own ({@link
 * io.crossfade.sql.front.PgOperator}) that it can neither coerce, rewrite nor simplify: its types
 * would turn {@code COALESCE(price, 0)} into {@code 0.00} and pad the branches of a CASE with
 * blanks. What an expression means is decided behind this room, by the rules of PostgreSQL.
 */
package io.crossfade.sql.front;
