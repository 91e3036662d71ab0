/**
 * Plan to topology to apply: what reads the raw topics, evaluates the SELECTs and joins the
 * target's transaction with Kafka's (I6). {@link io.crossfade.transform.Apply} is the way in.
 */
package io.crossfade.transform;
