package io.crossfade.wire;

import static org.assertj.core.api.Assertions.assertThat;

import io.crossfade.core.table.TableId;
import org.junit.jupiter.api.Test;

class NamesTest {

  private final Names names = new Names("subscriptions-v2");

  @Test
  void shouldNameTopicsAndGroupsAsTheContractSays() {
    assertThat(names.rawTopic(new TableId("public", "customer_subscriptions")))
        .isEqualTo("crossfade.subscriptions-v2.raw.public.customer_subscriptions");
    assertThat(names.controlTopic()).isEqualTo("crossfade.subscriptions-v2.control");
    assertThat(names.applyGroup()).isEqualTo("crossfade.subscriptions-v2.apply");
  }

  @Test
  void shouldEscapeWhatKafkaDoesNotAllow() {
    assertThat(names.rawTopic(new TableId("public", "Größe \"x\"")))
        .isEqualTo("crossfade.subscriptions-v2.raw.public.Gr_x00F6_x00DFe_x0020_x0022x_x0022");
  }

  @Test
  void shouldNeverGiveTwoTablesOneTopic() {
    assertThat(names.rawTopic(new TableId("a.b", "c")))
        .isNotEqualTo(names.rawTopic(new TableId("a", "b.c")));
    assertThat(names.rawTopic(new TableId("a", "_x0020")))
        .isNotEqualTo(names.rawTopic(new TableId("a", " ")));
  }
}
