/** The leader: log and chunks into the raw topics, exactly once and in order. */
package io.crossfade.capture;
