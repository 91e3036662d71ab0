package io.crossfade.spec;

import static io.crossfade.spec.Specs.MARKER;
import static io.crossfade.spec.Specs.VALID;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SecretsTest {
  @TempDir Path directory;

  @Test
  void shouldPrintNoSecretOfAValidSpec() {
    Spec spec =
        Specs.valid(
            directory,
            VALID
                    .replace("username: crossfade", "username: ${env:SOURCE_PASSWORD}")
                    .replace("//old:5432", "//${env:SOURCE_PASSWORD}:5432")
                    .replace("password: ${env:TARGET_PASSWORD}", "password: " + MARKER)
                    .replace(
                        "kafka:",
                        "kafka:\n  properties: { sasl.jaas.config: '%s' }".formatted(MARKER))
                + "server: { token: ${env:SOURCE_PASSWORD} }\n");

    assertThat(spec.source().password().orElseThrow().reveal()).contains(MARKER);
    assertThat(spec.target().password().orElseThrow().reveal()).contains(MARKER);
    assertThat(spec.source().url().value()).contains(MARKER);
    assertThat(spec.toString()).doesNotContain(MARKER).contains("${env:SOURCE_PASSWORD}", "***");
    assertThat(String.valueOf(spec.kafka().properties())).doesNotContain(MARKER);
  }

  /** The secret stands in every place of a spec once, as a reference and as it is. */
  @Test
  void shouldRepeatNoSecretInAProblemWhereverItStands() {
    Map<String, String> environment = new HashMap<>(Specs.ENVIRONMENT);
    environment.put("M", MARKER);
    environment.put("URL", "jdbc:postgresql://h/db?password=" + MARKER);
    List<String> places =
        List.of("password: ", "url: ", "embedded: ", "into: ", "from: ", "connector: ");
    for (String place : places) {
      for (String value : List.of("${env:M}", "'x ${env:M} ${env:NOPE}'", "${env:URL}")) {
        String yaml = VALID.replaceAll(place + ".*", place + value.replace("$", "\\$"));
        Outcome outcome = Specs.read(directory, yaml, environment);
        if (!place.equals("embedded: ") && !place.equals("into: ") && !place.equals("from: ")) {
          assertThat(outcome.toString()).as(yaml).doesNotContain(MARKER);
        } else {
          assertThat(Specs.problems(outcome)).as(yaml).noneMatch(p -> p.contains(MARKER));
        }
      }
    }
  }

  @Test
  void shouldRepeatNoPasswordThatYamlTakesForSomethingElse() {
    for (String broken :
        List.of(
            "*" + MARKER,
            "!" + MARKER,
            "!a!" + MARKER,
            "&" + MARKER,
            "[" + MARKER,
            "{" + MARKER + "}",
            "\"" + MARKER,
            "${" + MARKER + "}",
            "a: " + MARKER,
            "%" + MARKER,
            "@" + MARKER,
            "`" + MARKER,
            "jdbc:postgresql://h/db?password=" + MARKER)) {
      for (String place : List.of("password: ", "url: ")) {
        String yaml =
            VALID.replaceFirst(place + ".*", place + broken.replace("$", "\\$")) + "unknown: 1\n";
        assertThat(Specs.problems(directory, yaml))
            .as(yaml)
            .isNotEmpty()
            .noneMatch(problem -> problem.contains(MARKER) || problem.contains("hunter2"));
      }
    }
  }
}
