/**
 * The migration file: YAML to records, all its problems at once, each with line and column.
 *
 * <p>{@link io.crossfade.spec.SpecReader} is the door. What the file alone can tell is told here;
 * what needs a database (tables, columns, types) or a SQL parser is told elsewhere, with the places
 * that {@link io.crossfade.spec.SqlText} and {@link io.crossfade.spec.TableSpec} keep.
 */
package io.crossfade.spec;
