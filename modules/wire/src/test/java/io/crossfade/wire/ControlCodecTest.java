package io.crossfade.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.crossfade.core.capture.PublishedLog;
import io.crossfade.core.capture.Resync;
import io.crossfade.core.capture.TableBackfill;
import io.crossfade.core.phase.Phase;
import io.crossfade.core.phase.Standing;
import io.crossfade.core.serving.Serving;
import io.crossfade.core.serving.Side;
import io.crossfade.core.source.Extent;
import io.crossfade.core.source.SourceDatabase.LogBeginning;
import io.crossfade.core.source.TableDefinition;
import io.crossfade.core.table.TableId;
import io.crossfade.core.target.InputPartition;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/**
 * The records of the control topic against files. A migration lives for months and over versions:
 * what one has written each later one reads. So a form may get fields that may be missing; a file
 * that is here stays, and another form gets another number and files of its own.
 */
class ControlCodecTest {

  private static final TableId A = new TableId("public", "a");
  private static final Instant AT = Instant.parse("2026-05-01T12:00:00Z");

  private static ControlCodec.Position position(Optional<String> reached) {
    return new ControlCodec.Position(
        41_203_118,
        new LogBeginning("7312/16384", "731"),
        new PublishedLog.State(
            Optional.of("750:760:752,755"),
            "756-757,761",
            Optional.of(new PublishedLog.Open(762, 5))),
        3,
        reached);
  }

  /** Fails where a position from before {@code reached} was written is not read any more. */
  @Test
  void shouldReadAPositionOfAnOlderVersion() throws Exception {
    assertThat(ControlCodec.position(golden("position-before-resync")))
        .isEqualTo(position(Optional.empty()));
  }

  @Test
  void shouldWriteAndReadAPosition() throws Exception {
    var position = position(Optional.of("1/16B3748"));
    assertWritten("position", ControlCodec.encode(position));
    assertThat(ControlCodec.position(golden("position"))).isEqualTo(position);
  }

  @Test
  void shouldWriteAndReadMappings() throws Exception {
    Map<String, String> mappings =
        Map.of("public.b", "SELECT id FROM a", "public.audit", "SELECT * FROM public.audit");
    assertWritten("mappings", ControlCodec.encode(mappings));
    assertThat(ControlCodec.mappings(golden("mappings"))).isEqualTo(mappings);
  }

  @Test
  void shouldWriteAndReadTheStateOfABackfill() throws Exception {
    TableBackfill.State state =
        new TableBackfill.State(
            List.of(
                new Extent(
                    new TableId("public", "a.b"), new TableId("public", "a_1"), "16390", 40, 1000)),
            List.of(new TableBackfill.Done(0, 0, 12), new TableBackfill.Done(0, 20, 30)),
            250,
            2,
            1);
    assertWritten("backfill", ControlCodec.encode(state));
    assertThat(ControlCodec.backfill(golden("backfill"))).isEqualTo(state);
    assertThat(ControlCodec.backfillKey(new TableId("public", "a.b")))
        .isEqualTo("backfill/[\"public\",\"a.b\"]");
  }

  @Test
  void shouldWriteAndReadHowFarAComparisonHasCome() throws Exception {
    PartlyVerified partly =
        partly(
            List.of(
                new PartlyVerified.Range(List.of(), List.of("10", "eu")),
                new PartlyVerified.Range(List.of("50000", "eu"), List.of())),
            Optional.of(new PartlyVerified.Ended(AT.plusSeconds(9), "0/16B3800")));
    assertWritten("partly-verified-ranges", VerificationCodec.encode(partly));
    assertThat(VerificationCodec.partlyVerified(golden("partly-verified-ranges")))
        .isEqualTo(partly);
    assertThat(VerificationCodec.isAboutVerification(VerificationCodec.partlyVerifiedKey(A)))
        .isTrue();
    assertThat(VerificationCodec.isAboutVerification(VerificationCodec.partlyAskedKey(A))).isTrue();
  }

  /** Fails where a place to go on at, of the first form, is not read as what is behind it. */
  @Test
  void shouldReadHowFarARoundHadComeOfAnOlderVersion() throws Exception {
    assertThat(VerificationCodec.partlyVerified(golden("partly-verified")))
        .isEqualTo(
            partly(
                List.of(new PartlyVerified.Range(List.of("50000", "eu"), List.of())),
                Optional.empty()));
  }

  private static PartlyVerified partly(
      List<PartlyVerified.Range> left, Optional<PartlyVerified.Ended> ended) {
    return new PartlyVerified(
        "w-1", 3, "5f1c", left, 49_000, 49_001, 10, 7, "0/16B3748", AT, ended);
  }

  /** Fails where a job that falls again and again makes the record grow for ever. */
  @Test
  void shouldWriteAndReadWhatWasAskedForOnce() throws Exception {
    VerifyOrder order =
        new VerifyOrder("v-1", List.of("public.b"), true, AT, List.of()).goneOn(AT.plusSeconds(60));
    assertWritten("order-verify", VerificationCodec.encode(order));
    assertThat(VerificationCodec.verifyOrder(golden("order-verify"))).isEqualTo(order);
    assertThat(VerificationCodec.isAboutVerification(VerificationCodec.VERIFY_KEY)).isTrue();
    for (int i = 0; i < 1000; i++) {
      order = order.goneOn(AT.plusSeconds(i));
    }
    assertThat(order.wentOn()).hasSize(20).endsWith(AT.plusSeconds(999));
  }

  @Test
  void shouldWriteAndReadWhoServes() throws Exception {
    Serving serving = new Serving(Side.NEW, Side.OLD, AT, "anna@build-7", "first step");
    assertWritten("serving", ServingCodec.encode(serving));
    assertThat(ServingCodec.decode(golden("serving"))).isEqualTo(serving);
  }

  @Test
  void shouldWriteAndReadWhatWasDecided() throws Exception {
    Standing standing =
        new Standing(
            Phase.REVERSED,
            3,
            2,
            3,
            Map.of(new InputPartition("crossfade.m-reverse-3.raw.public.b", 1), 4711L),
            Standing.Tables.NONE,
            AT,
            "anna@build-7",
            "the day has come");
    assertWritten("standing", StandingCodec.encode(standing));
    assertThat(StandingCodec.decode(golden("standing"))).isEqualTo(standing);

    Standing ending =
        standing.end(
            Phase.COMPLETING,
            new Standing.Tables(
                List.of(new TableId("public", "a")), List.of(new TableId("public", "b"))),
            AT,
            "otto@build-7",
            "a week went well");
    assertWritten("standing-ending", StandingCodec.encode(ending));
    assertThat(StandingCodec.decode(golden("standing-ending"))).isEqualTo(ending);
  }

  @Test
  void shouldWriteAndReadEvents() throws Exception {
    Event event = new Event(AT, "anna@build-7", "throttle to 5000 rows/s", "deploy");
    assertWritten("event", ControlCodec.encode(event));
    assertThat(ControlCodec.event(golden("event"))).isEqualTo(event);
    String key = ControlCodec.eventKey(new UUID(0, 7));
    assertThat(key).isEqualTo("event/00000000-0000-0000-0000-000000000007");
    assertThat(ControlCodec.isEvent(key)).isTrue();
    assertThat(ControlCodec.isEvent(ControlCodec.ORDER_KEY)).isFalse();
  }

  @Test
  void shouldWriteAndReadOrders() throws Exception {
    BackfillOrder order =
        new BackfillOrder(true, OptionalLong.of(5000), OptionalLong.of(20_000), "deploy", AT);
    assertWritten("order", ControlCodec.encode(order));
    assertThat(ControlCodec.order(golden("order"))).isEqualTo(order);
    ResyncOrder again = new ResyncOrder("o-1", "slot lost", AT);
    assertWritten("order-resync", ControlCodec.encode(again));
    assertThat(ControlCodec.resyncOrder(golden("order-resync"))).isEqualTo(again);
  }

  @Test
  void shouldWriteAndReadWhatWasVerified() throws Exception {
    WatchOrder order = new WatchOrder("w-1", true, 0.05, List.of("public.b"), AT);
    assertWritten("order-watch", VerificationCodec.encode(order));
    assertThat(VerificationCodec.watchOrder(golden("order-watch"))).isEqualTo(order);
    LastVerified last =
        new LastVerified(
            "different",
            AT,
            "w-1",
            3,
            1000,
            Optional.of(new LastVerified.Equal(AT.minusSeconds(60), "0/16B3748")),
            Optional.empty());
    assertWritten("verified", VerificationCodec.encode(last));
    assertThat(VerificationCodec.lastVerified(golden("verified"))).isEqualTo(last);
    LastVerified reversed =
        new LastVerified(
            "different",
            AT,
            "",
            0,
            1000,
            Optional.empty(),
            Optional.of(new LastVerified.Reversed(3, Map.of("missing", 2L, "value", 1L))));
    assertWritten("verified-reversed", VerificationCodec.encode(reversed));
    assertThat(VerificationCodec.lastVerified(golden("verified-reversed"))).isEqualTo(reversed);
    assertThat(
            VerificationCodec.isAboutVerification(
                VerificationCodec.verifiedKey(new TableId("a", "b"))))
        .isTrue();
    assertThat(VerificationCodec.isAboutVerification(ControlCodec.ORDER_KEY)).isFalse();
  }

  @Test
  void shouldWriteAndReadWhatIsComparedAtEachStart() throws Exception {
    RawTopics topics =
        new RawTopics(Map.of("crossfade.m.raw.public.a", new RawTopics.Topic("kF3hVJ8uQxm1", 4)));
    assertWritten("topics", ControlCodec.encode(topics));
    assertThat(ControlCodec.topics(golden("topics"))).isEqualTo(topics);
    TableDefinition definition =
        new TableDefinition(
            A,
            List.of(
                new TableDefinition.Item(TableDefinition.Kind.TABLE, "", "", "16385", "r"),
                new TableDefinition.Item(TableDefinition.Kind.COLUMN, "id", "id", "1", "integer")));
    assertWritten("definition", ControlCodec.encode(definition));
    assertThat(ControlCodec.definition(golden("definition"))).isEqualTo(definition);
  }

  @Test
  void shouldWriteAndReadACopyThatBeganAgain() throws Exception {
    Resync resync = new Resync("o-1", 400, "750:760:", false);
    assertWritten("resync", ControlCodec.encode(resync));
    assertThat(ControlCodec.resync(golden("resync"))).isEqualTo(resync);
    assertThat(ControlCodec.resyncKey(A)).isEqualTo("resync/[\"public\",\"a\"]");
    assertThat(ControlCodec.definitionKey(A)).isEqualTo("definition/[\"public\",\"a\"]");
    assertThat(ControlCodec.isResyncOrder(ControlCodec.resyncOrderKey(A))).isTrue();
  }

  @Test
  void shouldSayThatARecordIsOfANewerVersion() {
    assertThatThrownBy(() -> ControlCodec.position("{\"v\":2}".getBytes(StandardCharsets.UTF_8)))
        .isInstanceOf(MalformedRecordException.class)
        .hasMessageContaining("has form 2; this Crossfade reads form 1")
        .hasMessageContaining("or a newer one");
  }

  private static void assertWritten(String name, byte[] bytes) throws IOException {
    assertThat(new String(bytes, StandardCharsets.UTF_8))
        .isEqualTo(new String(golden(name), StandardCharsets.UTF_8));
  }

  private static byte[] golden(String name) throws IOException {
    try (InputStream file =
        ControlCodecTest.class.getResourceAsStream("/golden/" + name + ".json")) {
      return file.readAllBytes();
    }
  }
}
