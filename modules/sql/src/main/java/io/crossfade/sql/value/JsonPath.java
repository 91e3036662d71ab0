package io.crossfade.sql.value;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The paths that {@code JSON_VALUE} takes here: members and elements, {@code $.a."b c"[0]}.
 *
 * @param steps from the outside in
 */
public record JsonPath(List<Step> steps) {

  private static final Pattern STEP =
      Pattern.compile(
          "\\s*(?:\\.\\s*([A-Za-z_][A-Za-z0-9_]*|\"[^\"\\\\]*\")|\\[\\s*(\\d{1,9})\\s*])");

  public JsonPath {
    steps = List.copyOf(steps);
  }

  /** A member of an object, or an element of an array. */
  public record Step(Optional<String> key, int index) {}

  /** Empty where the path is more than that. */
  public static Optional<JsonPath> of(String text) {
    String path = text.strip();
    if (!path.startsWith("$")) {
      return Optional.empty();
    }
    List<Step> steps = new ArrayList<>();
    Matcher step = STEP.matcher(path);
    int at = 1;
    while (at < path.length()) {
      step.region(at, path.length());
      if (!step.lookingAt()) {
        return Optional.empty();
      }
      String key = step.group(1);
      if (key == null) {
        steps.add(new Step(Optional.empty(), Integer.parseInt(step.group(2))));
      } else {
        boolean quoted = key.startsWith("\"");
        steps.add(new Step(Optional.of(quoted ? key.substring(1, key.length() - 1) : key), 0));
      }
      at = step.end();
    }
    return Optional.of(new JsonPath(steps));
  }
}
