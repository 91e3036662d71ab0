package io.crossfade.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.crossfade.core.table.TableId;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class OrphanDeleteTest {

  private static final OrphanDelete DELETE =
      new OrphanDelete(new TableId("public", "y"), "5f1c", List.of("sev\"en", "é"));

  /** The bytes are for the cleaner to compare, and for later versions to read: they stay. */
  private static final String BYTES =
      "\"crossfade.orphan.1 {\\\"into\\\":[\\\"public\\\",\\\"y\\\"],\\\"mapping\\\":\\\"5f1c\\\",\\\"key\\\":[\\\"sev\\\\\\\"en\\\",\\\"é\\\"]}\"";

  @Test
  void shouldWriteAndReadADelete() {
    assertThat(new String(DELETE.encode(), StandardCharsets.UTF_8)).isEqualTo(BYTES);
    assertThat(OrphanDelete.decode(BYTES.getBytes(StandardCharsets.UTF_8))).isEqualTo(DELETE);
  }

  /**
   * Fails where a reader takes it for a row, a barrier for a delete, or stumbles over what is new.
   */
  @Test
  void shouldBeToldFromAllOthers() {
    assertThat(ReservedKey.is(DELETE.encode())).isTrue();
    assertThat(OrphanDelete.is(DELETE.encode())).isTrue();
    assertThat(OrphanDelete.is(Barrier.key())).isFalse();
    assertThat(OrphanDelete.is("\"crossfade.orphan.2 {}\"".getBytes(StandardCharsets.UTF_8)))
        .isFalse();
    byte[] broken = "\"crossfade.orphan.1 {}\"".getBytes(StandardCharsets.UTF_8);
    assertThatThrownBy(() -> OrphanDelete.decode(broken))
        .isInstanceOf(MalformedRecordException.class);
  }
}
