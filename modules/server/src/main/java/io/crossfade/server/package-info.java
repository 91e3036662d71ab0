/** The small HTTP API of a running job. */
package io.crossfade.server;
