/** The commands, and the only place that puts all parts together. */
package io.crossfade.cli;
