package io.crossfade.spec;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Reads a migration file. All that is wrong with it is found in one go; only a text that is no YAML
 * ends the search at its first mistake. No database and no network is asked.
 */
public final class SpecReader {
  private SpecReader() {}

  /**
   * Reads a spec.
   *
   * @param file the spec; problems name it as given, paths in it are relative to its directory
   * @param environment what {@code ${env:…}} is replaced from, usually {@link System#getenv()}
   */
  public static Outcome read(Path file, Map<String, String> environment) {
    List<Problem> problems = new ArrayList<>();
    Optional<Spec> spec =
        text(file, problems)
            .map(text -> new SourceText(file.toString(), text))
            .flatMap(source -> YamlParser.parse(source, problems))
            .flatMap(tree -> check(tree, file.toAbsolutePath(), environment, problems));
    return spec.isPresent()
        ? new Outcome.Valid(spec.get())
        : new Outcome.Invalid(problems.stream().distinct().sorted().toList());
  }

  private static Optional<Spec> check(
      YamlTree tree, Path file, Map<String, String> environment, List<Problem> problems) {
    problems.addAll(SchemaCheck.check(tree));
    problems.addAll(NotYet.check(tree));
    Set<String> said = new HashSet<>();
    problems.forEach(problem -> said.add(problem.line() + ":" + problem.column()));
    Values values = Values.of(tree, new References(file.getParent(), environment), problems);
    // One place, one complaint: what has the wrong shape is not judged further.
    Rules.check(tree, values).stream()
        .filter(problem -> !said.contains(problem.line() + ":" + problem.column()))
        .forEach(problems::add);
    return problems.isEmpty()
        ? Optional.of(new SpecBuilder(tree, values, file).build())
        : Optional.empty();
  }

  private static Optional<String> text(Path file, List<Problem> problems) {
    Place start = new Place(file.toString(), 1, 1);
    byte[] bytes;
    try {
      if (!Files.exists(file)) {
        problems.add(start.problem("there is no such file; `crossfade init` writes one"));
        return Optional.empty();
      }
      bytes = Files.readAllBytes(file);
    } catch (IOException e) {
      String why = Files.isDirectory(file) ? "it is a directory" : e.toString();
      problems.add(start.problem("cannot be read: " + why));
      return Optional.empty();
    }
    CharBuffer chars = CharBuffer.allocate(bytes.length);
    CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder();
    CoderResult result = decoder.decode(ByteBuffer.wrap(bytes), chars, true);
    String text = chars.flip().toString();
    if (result.isError()) {
      problems.add(
          new SourceText(file.toString(), text)
              .place(text.length())
              .problem("this byte is not UTF-8; save the file as UTF-8"));
      return Optional.empty();
    }
    return Optional.of(text.startsWith("\uFEFF") ? text.substring(1) : text);
  }
}
