package io.crossfade.transform;

import io.crossfade.core.target.BadRow;
import io.crossfade.core.target.Origin;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Headers;

/**
 * Records of the dead topic: the raw record as it was, and in headers, all of them text, where it
 * comes from and what was wrong.
 */
final class DeadRecords {

  private DeadRecords() {}

  static ProducerRecord<byte[], byte[]> of(String topic, BadRow row, Instant now) {
    Origin origin = row.origin();
    ProducerRecord<byte[], byte[]> record =
        new ProducerRecord<>(
            topic, bytes(origin.key()), origin.value().map(DeadRecords::bytes).orElse(null));
    Headers headers = record.headers();
    headers.add("topic", bytes(origin.partition().topic()));
    headers.add("partition", bytes(Integer.toString(origin.partition().partition())));
    headers.add("offset", bytes(Long.toString(origin.offset())));
    headers.add("table", bytes(row.table().toString()));
    headers.add("sqlstate", bytes(row.code()));
    headers.add("error", bytes(row.error()));
    headers.add("time", bytes(now.toString()));
    return record;
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
