package io.crossfade.spec;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * What the schema knows and the program cannot do yet. Said, not ignored: a spec that asks for it
 * would otherwise get something else than it says.
 */
final class NotYet {
  private static final Map<String, Map<String, String>> VALUES =
      Map.of(
          "/source/connector", Map.of("mariadb", "only 'postgres' can be a source"),
          "/target/connector", Map.of("mariadb", "only 'postgres' can be a target"));

  private static final Pattern INDEX = Pattern.compile("/\\d+(?=/|$)");

  private NotYet() {}

  /** Schema pointers of what has such values, for the test that the schema says so as well. */
  static Set<String> keysOfValues() {
    return VALUES.keySet();
  }

  static List<Problem> check(YamlTree tree) {
    List<Problem> problems = new ArrayList<>();
    for (String pointer : tree.pointers()) {
      String known = INDEX.matcher(pointer).replaceAll("/*");
      tree.text(pointer)
          .filter(value -> VALUES.getOrDefault(known, Map.of()).containsKey(value))
          .ifPresent(
              value ->
                  problems.add(
                      tree.valuePlace(pointer)
                          .problem(
                              "not yet: '%s'; %s".formatted(value, VALUES.get(known).get(value)))));
    }
    return problems;
  }
}
