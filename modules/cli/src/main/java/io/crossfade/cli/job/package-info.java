/**
 * A migration that runs in this process: its parts are put together here, looked at and taken apart
 * again.
 */
package io.crossfade.cli.job;
