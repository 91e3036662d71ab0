package io.crossfade.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class BackfillOrderTest {

  private static final Instant NOW = Instant.parse("2026-03-04T05:06:07Z");
  private static final OptionalLong SPEC = OptionalLong.of(20_000);

  @Test
  void shouldComeBackFromItsBytes() {
    BackfillOrder order =
        BackfillOrder.none(SPEC)
            .pause("the source is \"busy\"", NOW)
            .throttle(OptionalLong.empty(), "", NOW);

    assertThat(ControlCodec.order(ControlCodec.encode(order))).isEqualTo(order);
    assertThat(
            new String(
                ControlCodec.encode(order.throttle(OptionalLong.of(7), "r", NOW)),
                StandardCharsets.UTF_8))
        .isEqualTo(
            "{\"v\":1,\"paused\":true,\"rowsPerSecond\":7,\"inSpec\":20000,\"reason\":\"r\","
                + "\"at\":\"2026-03-04T05:06:07Z\"}");
  }

  @Test
  void shouldKeepTheRateOverWhatTheSpecSaidBefore() {
    BackfillOrder order = BackfillOrder.none(SPEC).throttle(OptionalLong.of(5), "", NOW);

    assertThat(order.under(SPEC).rowsPerSecond()).hasValue(5);
  }

  @Test
  void shouldGiveWayToASpecThatWasChangedSinceAndStayPaused() {
    BackfillOrder order =
        BackfillOrder.none(SPEC).throttle(OptionalLong.of(5), "", NOW).pause("", NOW);

    assertThat(order.under(OptionalLong.of(30_000)).rowsPerSecond()).hasValue(30_000);
    assertThat(order.under(OptionalLong.empty()).rowsPerSecond()).isEmpty();
    assertThat(order.under(OptionalLong.empty()).paused()).isTrue();
  }

  @Test
  void shouldRefuseARateThatNeverEnds() {
    assertThatThrownBy(() -> BackfillOrder.none(SPEC).throttle(OptionalLong.of(0), "", NOW))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
