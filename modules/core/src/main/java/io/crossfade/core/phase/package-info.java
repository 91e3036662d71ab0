/** Where a migration stands, and which way it may go from there. */
package io.crossfade.core.phase;
