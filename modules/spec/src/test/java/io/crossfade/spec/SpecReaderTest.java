package io.crossfade.spec;

import static io.crossfade.spec.Specs.VALID;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.crossfade.core.phase.Phase;
import io.crossfade.core.table.TableId;
import io.crossfade.core.target.OnBadRow;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SpecReaderTest {
  @TempDir Path directory;

  @Test
  void shouldFillInDefaults() {
    Spec spec = Specs.valid(directory, VALID);

    assertThat(spec.migration()).isEqualTo("demo");
    assertThat(spec.source().connector()).isEqualTo(Connector.POSTGRES);
    assertThat(spec.source().url().value()).isEqualTo("jdbc:postgresql://old:5432/billing");
    assertThat(spec.target().username().value()).isEqualTo("crossfade");
    assertThat(spec.kafka().partitions()).isEqualTo(4);
    assertThat(spec.kafka().replicationFactor()).isEqualTo(OptionalInt.empty());
    assertThat(spec.backfill())
        .isEqualTo(new BackfillSpec(2, OptionalLong.empty(), PauseWhen.NEVER));
    assertThat(spec.onBadRow()).isEqualTo(OnBadRow.STOP);
    assertThat(spec.server()).isEqualTo(new ServerSpec("127.0.0.1", 8480, Optional.empty()));
  }

  @Test
  void shouldTakeEverythingThatASpecCanSayToday() {
    Spec spec =
        Specs.valid(
            directory,
            VALID
                    .replace("  embedded: ./data\n", "")
                    .replace(
                        "kafka:",
                        """
                    kafka:
                      bootstrap-servers: a:9092, b:9092,[::1]:9092
                      partitions: 7
                      replication-factor: 3
                      properties: { linger.ms: 5, security.protocol: SSL, auto.include.jmx.reporter: false }
                    """
                            .strip())
                + """
                    existing: keep
                  - into: '"Odd ""x"\""."T.1"'
                    select: SELECT 1
                backfill: { parallelism: 3, max-rows-per-second: 20000 }
                on-truncate: fail
                on-bad-row: park
                server: { bind: 0.0.0.0, port: 0, token: t0 }
                """);

    assertThat(spec.kafka().brokers())
        .isEqualTo(new KafkaSpec.Brokers.External(Setting.of("a:9092, b:9092,[::1]:9092")));
    assertThat(spec.kafka().partitions()).isEqualTo(7);
    assertThat(spec.kafka().replicationFactor()).hasValue(3);
    assertThat(spec.kafka().properties())
        .isEqualTo(
            Map.of(
                "linger.ms", Secret.of("5"),
                "security.protocol", Secret.of("SSL"),
                "auto.include.jmx.reporter", Secret.of("false")));
    assertThat(spec.tables())
        .extracting(TableSpec::into)
        .containsExactly(new TableId("public", "audit"), new TableId("Odd \"x\"", "T.1"));
    assertThat(spec.tables())
        .extracting(TableSpec::existing)
        .containsExactly(TableSpec.Existing.KEEP, TableSpec.Existing.REFUSE);
    assertThat(spec.backfill())
        .isEqualTo(new BackfillSpec(3, OptionalLong.of(20000), PauseWhen.NEVER));
    assertThat(spec.onBadRow()).isEqualTo(OnBadRow.PARK);
    assertThat(spec.server()).isEqualTo(new ServerSpec("0.0.0.0", 0, Optional.of(Secret.of("t0"))));
  }

  /** Fails where the class is no part of what two specs are told apart by. */
  @Test
  void shouldReadAMapper() {
    Spec spec = Specs.valid(directory, VALID + "    mapper: com.example.InvoiceMapper\n");

    assertThat(spec.tables().get(0).select().text()).isEqualTo("SELECT * FROM public.old_audit");
    TableSpec.MapperName mapper = spec.tables().get(0).mapper().orElseThrow();
    assertThat(mapper.className()).isEqualTo("com.example.InvoiceMapper");
    assertThat(mapper.place().problem("x")).asString().endsWith("m.yaml:17:13: x");
    assertThat(spec.fingerprint())
        .isNotEqualTo(Specs.valid(directory, VALID).fingerprint())
        .isNotEqualTo(
            Specs.valid(directory, VALID + "    mapper: com.example.Other\n").fingerprint());
  }

  @Test
  void shouldReadUnquotedTableNamesAsPostgresDoes() {
    Spec spec = Specs.valid(directory, VALID.replace("public.audit", "Public . ÄUDIT_2$"));

    assertThat(spec.tables().get(0).into()).isEqualTo(new TableId("public", "Äudit_2$"));
  }

  @Test
  void shouldTakePathsRelativeToTheSpec() throws Exception {
    Files.writeString(directory.resolve("secret.txt"), "from a file\n\n");
    Spec spec =
        Specs.valid(directory, VALID.replace("${env:SOURCE_PASSWORD}", "${file:secret.txt}"));

    assertThat(spec.kafka().brokers())
        .isEqualTo(new KafkaSpec.Brokers.Embedded(directory.resolve("data")));
    assertThat(spec.source().password()).contains(Secret.of("from a file\n"));
  }

  @Test
  void shouldReplaceReferencesInsideLongerTextsAndKeepEscapedOnes() {
    Spec spec =
        Specs.valid(
            directory,
            VALID
                .replace("//old:5432", "//${env:SOURCE_PASSWORD}:${env:TARGET_PASSWORD}")
                .replace("username: crossfade", "username: 'a $${env:X} $b {c}'"),
            Map.of("SOURCE_PASSWORD", "host$1", "TARGET_PASSWORD", "1234"));

    assertThat(spec.source().url().value()).isEqualTo("jdbc:postgresql://host$1:1234/billing");
    assertThat(spec.source().url())
        .hasToString("jdbc:postgresql://${env:SOURCE_PASSWORD}:${env:TARGET_PASSWORD}/billing");
    assertThat(spec.source().username().value()).isEqualTo("a ${env:X} $b {c}");
  }

  @Test
  void shouldTakeAnUnquotedReferenceBetweenTheBracesOfAFlowMapping() {
    Spec spec =
        Specs.valid(
            directory, VALID + "server: { token: ${env:SOURCE_PASSWORD}, port: 1 } # ${env:X}\n");

    assertThat(spec.server().token()).contains(Secret.of(Specs.MARKER + "-1"));
    assertThat(spec.server().port()).isEqualTo(1);
  }

  @Test
  void shouldFollowAliases() {
    Spec spec =
        Specs.valid(
            directory,
            VALID
                .replace("password: ${env:SOURCE_PASSWORD}", "password: &p x")
                .replace("password: ${env:TARGET_PASSWORD}", "password: *p"));

    assertThat(spec.target().password()).contains(Secret.of("x"));
  }

  @Test
  void shouldReadTheFileWithAByteOrderMarkAndWindowsLines() {
    Spec spec = Specs.valid(directory, "\uFEFF" + VALID.replace("\n", "\r\n"));

    assertThat(spec.tables().get(0).place().line()).isEqualTo(15);
  }

  @Test
  void shouldThrowAllProblemsWhereAskedTo() {
    Outcome outcome = Specs.read(directory, VALID.replace("port", "prt") + "a: 1\nb: 2\n");

    String file = directory.resolve("m.yaml").toString();
    assertThatThrownBy(outcome::orThrow)
        .isInstanceOfSatisfying(SpecException.class, e -> assertThat(e.problems()).hasSize(2))
        .hasMessageContaining(file + ":17:1: unknown key 'a'")
        .hasMessageContaining(file + ":18:1: unknown key 'b'");
  }

  @Test
  void shouldChangeTheFingerprintOnlyWithTheMeaning() {
    String fingerprint = Specs.valid(directory, VALID).fingerprint();

    assertThat(fingerprint).matches("[0-9a-f]{64}");
    assertThat(Specs.valid(directory, "# x\n" + VALID + "backfill: { parallelism: 2 }\n"))
        .extracting(Spec::fingerprint)
        .isEqualTo(fingerprint);
    assertThat(Specs.valid(directory, VALID.replace("${env:SOURCE_PASSWORD}", "other")))
        .extracting(Spec::fingerprint)
        .isEqualTo(fingerprint);
    assertThat(Specs.valid(directory, VALID.replace("old_audit", "older_audit")))
        .extracting(Spec::fingerprint)
        .isNotEqualTo(fingerprint);
    assertThat(Specs.valid(directory, VALID + "    existing: keep\n"))
        .extracting(Spec::fingerprint)
        .isNotEqualTo(fingerprint);
    assertThat(Specs.valid(directory, VALID.replace("//new:", "//newer:")))
        .extracting(Spec::fingerprint)
        .isNotEqualTo(fingerprint);
  }

  /** Fails where the ways back are not built, or their SELECT loses its place in the file. */
  @Test
  void shouldReadTheWayBackOfOldTables() {
    Spec spec =
        Specs.valid(
            directory,
            VALID
                + """
                reverse:
                  - into: '"Old".audit'
                    select: |
                      SELECT id
                      FROM public.audit
                """);

    assertThat(Specs.valid(directory, VALID).reverse()).isEmpty();
    ReverseSpec back = spec.reverse().get(0);
    assertThat(back.into()).isEqualTo(new TableId("Old", "audit"));
    assertThat(back.place().line()).isEqualTo(18);
    assertThat(back.select().text()).isEqualTo("SELECT id\nFROM public.audit");
    assertThat(back.select().placeAt(2, 6).line()).isEqualTo(21);
    assertThat(back.select().placeAt(2, 6).column()).isEqualTo(12);
  }

  /** Fails where the fingerprint leaves the ways back out. */
  @Test
  void shouldHaveAnotherFingerprintWithAnotherWayBack() {
    String back = VALID + "reverse: [ { into: public.old_audit, select: SELECT id FROM audit } ]\n";

    String fingerprint = Specs.valid(directory, back).fingerprint();
    assertThat(fingerprint).isNotEqualTo(Specs.valid(directory, VALID).fingerprint());
    assertThat(Specs.valid(directory, back.replace("SELECT id", "SELECT *")).fingerprint())
        .isNotEqualTo(fingerprint);
    assertThat(Specs.valid(directory, back.replace("public.old", "private.old")).fingerprint())
        .isNotEqualTo(fingerprint);
    Spec accepted = Specs.valid(directory, back.replace("} ]", ", accept-loss: true } ]"));
    assertThat(accepted.fingerprint()).isNotEqualTo(fingerprint);
    assertThat(accepted.reverse().get(0).acceptLoss()).isTrue();
  }

  /**
   * Fails where a hook is built otherwise than written, where its program is looked for elsewhere
   * than beside the spec, or where it makes a comparison begin anew.
   */
  @Test
  void shouldReadHooks() {
    Spec spec =
        Specs.valid(
            directory,
            VALID
                + """
                hooks:
                  - { before: cutting-over, command: [../announce.sh, "${env:SOURCE_PASSWORD}"] }
                  - { after: rolling-back, command: [notify, ./as-it-is], timeout: 5m }
                  - { after: completed, webhook: "https://h/x?${env:TARGET_PASSWORD}" }
                """);

    HookSpec first = spec.hooks().get(0);
    assertThat(first.when()).isEqualTo(HookSpec.When.BEFORE);
    assertThat(first.phase()).isEqualTo(Phase.CUTTING_OVER);
    assertThat(first.timeout()).isEqualTo(Duration.ofSeconds(30));
    assertThat(values(first))
        .containsExactly(directory.resolveSibling("announce.sh").toString(), Specs.MARKER + "-1");
    assertThat(first).hasToString("before: cutting-over, ../announce.sh ${env:SOURCE_PASSWORD}");
    assertThat(values(spec.hooks().get(1))).containsExactly("notify", "./as-it-is");
    assertThat(spec.hooks().get(1).timeout()).isEqualTo(Duration.ofMinutes(5));
    assertThat(((HookSpec.Webhook) spec.hooks().get(2).action()).url().value())
        .isEqualTo("https://h/x?" + Specs.MARKER + "-2");
    assertThat(spec.toString()).doesNotContain(Specs.MARKER);
    assertThat(spec.fingerprint()).isEqualTo(Specs.valid(directory, VALID).fingerprint());
  }

  private static List<String> values(HookSpec hook) {
    return ((HookSpec.Command) hook.action()).argv().stream().map(Setting::value).toList();
  }

  @Test
  void shouldReadAWholeSchema() {
    Spec spec =
        Specs.valid(
            directory,
            VALID
                .replace(
                    "- into: public.audit\n    from: public.old_audit",
                    "- into: archive.*\n    from: \"Old One\".*\n    except: [a, \"B\"]\n    existing: keep")
                .replace("\"Old One\".*", "'\"Old One\".*'")
                .replace("[a, \"B\"]", "[a, '\"B\"']"));

    assertThat(spec.tables()).isEmpty();
    SchemaSpec schema = spec.schemas().get(0);
    assertThat(schema.from()).isEqualTo("Old One");
    assertThat(schema.into()).isEqualTo("archive");
    assertThat(schema.except().keySet()).containsExactlyInAnyOrder("a", "B");
    TableSpec table = schema.table("x\"y");
    assertThat(table.into()).isEqualTo(new TableId("archive", "x\"y"));
    assertThat(table.select().text()).isEqualTo("SELECT * FROM \"Old One\".\"x\"\"y\"");
    assertThat(table.select().start().line()).isEqualTo(16);
    assertThat(table.place().line()).isEqualTo(15);
    assertThat(table.existing()).isEqualTo(TableSpec.Existing.KEEP);
  }

  @Test
  void shouldHaveAnotherFingerprintWithAnotherExceptionOfAWholeSchema() {
    String whole =
        VALID.replace("into: public.audit", "into: a.*").replace("public.old_audit", "b.*");

    String fingerprint = Specs.valid(directory, whole).fingerprint();
    assertThat(Specs.valid(directory, whole + "    except: [x]\n").fingerprint())
        .isNotEqualTo(fingerprint);
    assertThat(Specs.valid(directory, whole.replace("b.*", "c.*")).fingerprint())
        .isNotEqualTo(fingerprint);
  }
}
