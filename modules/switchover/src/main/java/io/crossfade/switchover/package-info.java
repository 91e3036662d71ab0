/**
 * Moves writes from the old tables to the new ones, and back. What counts is one decision, which is
 * written down by who leads; everything else is brought to what it says, and may be repeated.
 */
package io.crossfade.switchover;
