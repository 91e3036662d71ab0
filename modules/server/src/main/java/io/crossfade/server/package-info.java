/**
 * What a running job says about itself: the status, as JSON, text, page and metrics, over a small
 * HTTP API. It reads; it steers nothing. The job hands in a supplier of {@link
 * io.crossfade.server.Status}; {@code crossfade status} reads it back over HTTP.
 */
package io.crossfade.server;
