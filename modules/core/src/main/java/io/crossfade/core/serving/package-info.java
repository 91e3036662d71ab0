/** Which side serves the application's reads and writes, and where that is written down. */
package io.crossfade.core.serving;
