package io.crossfade.spec;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** Specs for tests: written into a directory, read back. */
final class Specs {
  /** Appears in no message and no toString, whatever a spec does with it. */
  static final String MARKER = "hunter2-Ω-marker";

  static final String VALID =
      """
      migration: demo
      source:
        connector: postgres
        url: jdbc:postgresql://old:5432/billing
        username: crossfade
        password: ${env:SOURCE_PASSWORD}
      target:
        connector: postgres
        url: jdbc:postgresql://new:5432/billing
        username: crossfade
        password: ${env:TARGET_PASSWORD}
      kafka:
        embedded: ./data
      tables:
        - into: public.audit
          from: public.old_audit
      """;

  static final Map<String, String> ENVIRONMENT =
      Map.of("SOURCE_PASSWORD", MARKER + "-1", "TARGET_PASSWORD", MARKER + "-2");

  private Specs() {}

  static Outcome read(Path directory, String yaml) {
    return read(directory, yaml, ENVIRONMENT);
  }

  static Outcome read(Path directory, String yaml, Map<String, String> environment) {
    try {
      return SpecReader.read(Files.writeString(directory.resolve("m.yaml"), yaml), environment);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static Spec valid(Path directory, String yaml) {
    return valid(directory, yaml, ENVIRONMENT);
  }

  static Spec valid(Path directory, String yaml, Map<String, String> environment) {
    Outcome outcome = read(directory, yaml, environment);
    if (outcome instanceof Outcome.Valid valid) {
      return valid.spec();
    }
    throw new AssertionError(outcome);
  }

  /** Problems as {@code line:column: message}, without the file. */
  static List<String> problems(Path directory, String yaml) {
    return problems(read(directory, yaml));
  }

  static List<String> problems(Outcome outcome) {
    if (outcome instanceof Outcome.Invalid invalid) {
      return invalid.problems().stream()
          .map(p -> p.line() + ":" + p.column() + ": " + p.message())
          .toList();
    }
    return List.of();
  }
}
