package io.crossfade.spec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SchemaId;
import com.networknt.schema.SchemaLocation;
import com.networknt.schema.SpecVersion;
import io.crossfade.core.table.TableId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The schema, the template and the examples in {@code config/}. */
class SchemaTest {
  private static final Path CONFIG = Path.of("../../config");
  private static final Pattern VARIABLE = Pattern.compile("\\$\\{env:(\\w+)}");

  @TempDir Path directory;

  @Test
  void shouldBeDraft7() {
    JsonNode schema = SpecSchema.get().json();

    assertThat(schema.path("$schema").asText())
        .isEqualTo("http://json-schema.org/draft-07/schema#");
    assertThat(
            JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V7)
                .getSchema(SchemaLocation.of(SchemaId.V7))
                .validate(schema))
        .isEmpty();
  }

  @Test
  void shouldDescribeEveryKeyAndAllowNoOther() {
    List<String> keys = new ArrayList<>();
    walk("", SpecSchema.get().json(), keys);

    assertThat(keys).hasSizeGreaterThan(40);
  }

  private static void walk(String pointer, JsonNode schema, List<String> keys) {
    if (schema.path("type").asText().equals("object")) {
      assertThat(schema.has("additionalProperties")).as(pointer).isTrue();
    }
    for (var property : schema.path("properties").properties()) {
      String key = YamlTree.below(pointer, property.getKey());
      keys.add(key);
      assertThat(property.getValue().path("description").asText()).as(key).isNotBlank();
      walk(key, property.getValue(), keys);
    }
    if (schema.has("items")) {
      walk(pointer + "/*", schema.get("items"), keys);
    }
  }

  @Test
  void shouldSayNotYetExactlyWhereTheProgramDoes() {
    List<String> keys = new ArrayList<>();
    walk("", SpecSchema.get().json(), keys);
    var saidForValues = new TreeSet<String>();
    for (String key : keys) {
      String description = SpecSchema.get().of(key.replace("*", "0")).path("description").asText();
      if (description.contains("Not yet: ")) {
        saidForValues.add(key);
      }
    }
    assertThat(saidForValues).isEqualTo(new TreeSet<>(NotYet.keysOfValues()));
  }

  @Test
  void shouldPackTheSchemaThatEditorsRead() throws Exception {
    assertThat(SpecTemplate.schema())
        .isEqualTo(Files.readString(CONFIG.resolve("crossfade.schema.json")));
  }

  @Test
  void shouldValidateEachExample() throws Exception {
    try (Stream<Path> files = Files.walk(CONFIG, 3)) {
      List<Path> examples = files.filter(file -> file.toString().endsWith(".yaml")).toList();
      assertThat(examples).contains(CONFIG.resolve("examples/invoices/invoices.yaml"));
      for (Path example : examples) {
        assertThat(Files.readString(example))
            .startsWith(
                "# yaml-language-server: $schema="
                    + example
                        .getParent()
                        .relativize(CONFIG.resolve(SpecTemplate.SCHEMA_FILE_NAME)));
        assertThat(SpecReader.read(example, variablesOf(example)))
            .as(example.toString())
            .isInstanceOf(Outcome.Valid.class);
      }
    }
  }

  private static Map<String, String> variablesOf(Path file) throws IOException {
    Map<String, String> variables = new HashMap<>();
    var matcher = VARIABLE.matcher(Files.readString(file));
    while (matcher.find()) {
      variables.put(matcher.group(1), "host:5432/db");
    }
    return variables;
  }

  @Test
  void shouldWriteATemplateThatValidatesOnceItsVariablesAreSet() {
    Map<String, String> set = new HashMap<>();
    SpecTemplate.VARIABLES.keySet().forEach(name -> set.put(name, "x"));

    Spec spec = Specs.valid(directory, SpecTemplate.text(), set);
    assertThat(spec.tables()).hasSize(2);
    assertThat(Specs.problems(Specs.read(directory, SpecTemplate.text(), Map.of())))
        .hasSize(SpecTemplate.VARIABLES.size())
        .allMatch(problem -> problem.endsWith("is not set"));
  }

  @Test
  void shouldStayValidWithEachOfItsCommentedLinesTakenIn() {
    String all =
        SpecTemplate.text()
            .replaceAll("(?m)^( *)# (?!yaml)([a-z-]+: )", "$1$2")
            .replace("  embedded: ./crossfade-data\n", "");

    Spec spec =
        Specs.valid(
            directory,
            all,
            Map.of("SOURCE_PASSWORD", "x", "TARGET_PASSWORD", "x", "CROSSFADE_TOKEN", "t"));
    assertThat(spec.server().token()).isPresent();
    assertThat(spec.backfill().maxRowsPerSecond()).hasValue(20000);
    assertThat(spec.kafka().replicationFactor()).hasValue(3);
    assertThat(spec.tables().get(1).existing()).isEqualTo(TableSpec.Existing.KEEP);
  }

  @Test
  void shouldWriteATemplateForGivenTables() {
    String url = "jdbc:postgresql://h:1/db?options=-c%20a${b}'";
    Spec spec =
        Specs.valid(
            directory,
            SpecTemplate.text(
                url,
                "an: odd 'role'",
                List.of(
                    draft("a", Optional.empty()),
                    draft("refused", Optional.of("it has\nno primary key")),
                    draft("Odd #'x\".: z", Optional.empty()))),
            Map.of("SOURCE_PASSWORD", "x", "TARGET_PASSWORD", "x"));

    assertThat(spec.source().url().value()).isEqualTo(url);
    assertThat(spec.source().username().value()).isEqualTo("an: odd 'role'");
    assertThat(spec.tables())
        .extracting(table -> table.into() + " <- " + table.select())
        .containsExactly(
            "public.a <- SELECT\n  \"id: $x\"\nFROM t",
            "public.Odd #'x\".: z <- SELECT\n  \"id: $x\"\nFROM t");
  }

  @Test
  void shouldSayInACommentWhyATableIsLeftOut() {
    String text =
        SpecTemplate.text(
            "jdbc:postgresql://h/d",
            "me",
            List.of(
                draft("a", Optional.empty()), draft("log", Optional.of("log has no primary key"))));

    assertThat(text)
        .contains(
            """
              # read me
              # log has no primary key
              # - into: public.log
              #   select: |
              #     SELECT
            """);
  }

  private static DraftTable draft(String name, Optional<String> refusal) {
    List<String> select = List.of("SELECT", "  \"id: $x\"", "FROM t");
    return new DraftTable(new TableId("public", name), select, List.of("read me"), refusal);
  }

  @Test
  void shouldRefuseATemplateThatCouldNotValidate() {
    List<DraftTable> one = List.of(draft("a", Optional.empty()));
    assertThatThrownBy(() -> SpecTemplate.text("jdbc:postgresql://h/d?password=hunter2", "me", one))
        .hasMessageContaining("user or password")
        .hasMessageNotContaining("hunter2");
    assertThatThrownBy(() -> SpecTemplate.text("jdbc:postgresql://h/d", "me", List.of()))
        .hasMessage("name at least one table");
  }
}
