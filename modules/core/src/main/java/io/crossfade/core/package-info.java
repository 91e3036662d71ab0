/**
 * The words of Crossfade and its pure algorithms, on the JDK alone: rows and tables, what a source
 * and a target must be able to do, the chunk window, the publisher's position. Nothing here opens a
 * socket or knows a database by name.
 */
package io.crossfade.core;
