/** Real PostgreSQL and Kafka as child processes that end with their parent. */
package io.crossfade.sandbox;
