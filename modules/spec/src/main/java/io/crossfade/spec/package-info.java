/** The migration file: YAML to records, all its problems at once, each with line and column. */
package io.crossfade.spec;
