/**
 * The comparison of new tables with their SELECTs while writes go on. {@code SecondLook} decides
 * whether a difference is one; all else reads, paces and reports. Knows no database and no Kafka.
 */
package io.crossfade.verify;
