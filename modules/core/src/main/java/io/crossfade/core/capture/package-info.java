/**
 * The algorithms of capture as pure classes, each with its argument beside it: what of the log is
 * published already, which rows of a chunk may still be published, which rows have to be read
 * again, what is left to read.
 */
package io.crossfade.core.capture;
