package io.crossfade.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.crossfade.core.table.Operation;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.junit.jupiter.api.Test;

class ProvenanceTest {

  private static final Provenance PROVENANCE =
      new Provenance(
          Operation.UPDATE, 7, "0/15D6A88", "731", Instant.ofEpochMilli(1_790_000_000_123L));

  @Test
  void shouldWriteHeadersThatPeopleCanRead() {
    RecordHeaders headers = new RecordHeaders();
    PROVENANCE.writeTo(headers);

    StringBuilder text = new StringBuilder();
    for (Header header : headers) {
      text.append(header.key())
          .append('=')
          .append(new String(header.value(), StandardCharsets.US_ASCII))
          .append(' ');
    }
    assertThat(text.toString()).isEqualTo("op=u seq=7 pos=0/15D6A88 tx=731 ts=1790000000123 ");
    assertThat(Provenance.of(headers)).isEqualTo(PROVENANCE);
  }

  @Test
  void shouldSayWhichHeaderIsMissing() {
    assertThatThrownBy(() -> Provenance.of(new RecordHeaders()))
        .isInstanceOf(MalformedRecordException.class)
        .hasMessageContaining("op");
  }
}
