/** What stands on Kafka, byte for byte: names of topics and groups, keys, values, headers. */
package io.crossfade.wire;
