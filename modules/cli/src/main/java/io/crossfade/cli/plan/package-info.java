/**
 * Help with a mapping before anything runs: a spec drafted from a source, what a migration would
 * make and where, and proposed target tables. Reads catalogues, writes nothing.
 */
package io.crossfade.cli.plan;
