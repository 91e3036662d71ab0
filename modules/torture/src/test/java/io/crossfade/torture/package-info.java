/**
 * The whole job, as a process, under random writes and random faults, and what must be true
 * afterwards. Begin with {@code Round}. Support for these tests only; what tests need elsewhere
 * belongs to the sandbox.
 */
package io.crossfade.torture;
