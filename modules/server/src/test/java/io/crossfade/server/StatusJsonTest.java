package io.crossfade.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import org.junit.jupiter.api.Test;

class StatusJsonTest {

  @Test
  void shouldReadBackWhatItWrote() throws Exception {
    assertThat(StatusJson.read(StatusJson.write(Statuses.CONTRACT))).isEqualTo(Statuses.CONTRACT);
    assertThat(StatusJson.read(StatusJson.write(Statuses.BLOCKED))).isEqualTo(Statuses.BLOCKED);
  }

  @Test
  void shouldHaveTheFieldsOfTheContractAndNullForWhatIsUnknown() throws Exception {
    JsonNode json = new JsonMapper().readTree(StatusJson.write(Statuses.CONTRACT));

    assertThat(json.fieldNames())
        .toIterable()
        .containsExactlyInAnyOrder(
            "migration",
            "phase",
            "paused",
            "maxRowsPerSecond",
            "blockedBy",
            "waitingFor",
            "next",
            "tables",
            "lag",
            "position",
            "serving",
            "deadRows",
            "parkedRows",
            "warnings",
            "upSeconds",
            "resumed",
            "group",
            "slot");
    assertThat(json.get("blockedBy").isNull()).isTrue();
    assertThat(json.at("/tables/0").toString())
        .isEqualTo(
            "{\"into\":\"public.subscriptions\",\"phase\":\"copying\",\"rowsRead\":41200000,"
                + "\"rowsEstimated\":52000000,\"chunksDone\":792,\"chunksTotal\":1000,"
                + "\"rowsPerSecond\":96200.0,\"etaSeconds\":110,\"verified\":null,\"loss\":null}");
    assertThat(json.at("/tables/1/verified").toString())
        .isEqualTo(
            "{\"result\":\"equal\",\"secondsAgo\":725,\"equalSecondsAgo\":null,\"equalUpTo\":null,\"loss\":null}");
    assertThat(json.at("/lag").toString())
        .isEqualTo(
            "{\"captureSeconds\":0.2,\"applyRecords\":312,\"applySeconds\":0.41,"
                + "\"sourceBytes\":192937984,\"sourceBytesLimit\":53687091200}");
    JsonNode blocked = new JsonMapper().readTree(StatusJson.write(Statuses.BLOCKED));
    assertThat(blocked.at("/blockedBy").toString())
        .isEqualTo(
            "{\"reason\":\"public.a was truncated on the source\","
                + "\"next\":\"crossfade resync -f m.yaml\"}");
  }

  @Test
  void shouldUnderstandANewerJob() throws Exception {
    String newer = StatusJson.write(Statuses.CONTRACT).replaceFirst("\\{", "{\"new\": [1],");

    assertThat(StatusJson.read(newer)).isEqualTo(Statuses.CONTRACT);
  }

  @Test
  void shouldRefuseSomethingElse() {
    assertThatThrownBy(() -> StatusJson.read("{}")).isInstanceOf(JsonProcessingException.class);
    assertThatThrownBy(() -> StatusJson.read("<html>")).isInstanceOf(JsonProcessingException.class);
  }
}
