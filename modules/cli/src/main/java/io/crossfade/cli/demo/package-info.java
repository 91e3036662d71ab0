/**
 * {@code crossfade demo}: an old model under load becomes a new one, and both are compared. What
 * belongs to a migration does not belong here; the demo only looks at one from outside.
 */
package io.crossfade.cli.demo;
