/**
 * What apply needs of a target database: rows and the offsets they come from, written as one (I6);
 * the decision where to go on after a crash, a takeover or a rewind; and which source row has a
 * target row where several claim one (I7). The ports say what they block on; a connector implements
 * them.
 */
package io.crossfade.core.target;
