package io.crossfade.spec;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/** The texts of a spec with their references replaced. */
final class Values {
  /** SQL is taken as it is; Rules refuses references in it. */
  private static final Pattern NOT_REPLACED =
      Pattern.compile("/(tables|reverse)/\\d+/select|/(checks|expand|contract)/.*");

  private final YamlTree tree;
  private final Map<String, String> texts;

  private Values(YamlTree tree, Map<String, String> texts) {
    this.tree = tree;
    this.texts = texts;
  }

  /** Replaces what can be replaced; the rest is missing here and named by a problem. */
  static Values of(YamlTree tree, References references, List<Problem> problems) {
    Map<String, String> texts = new HashMap<>();
    for (String pointer : new ArrayList<>(tree.pointers())) {
      Optional<String> text = tree.text(pointer);
      if (text.isPresent()) {
        Optional<String> value =
            NOT_REPLACED.matcher(pointer).matches()
                ? text
                : references.replace(tree, pointer, problems);
        value.ifPresent(replaced -> texts.put(pointer, replaced));
      }
    }
    return new Values(tree, texts);
  }

  /** Empty where there is no text at that pointer, or a reference in it could not be replaced. */
  Optional<String> text(String pointer) {
    return Optional.ofNullable(texts.get(pointer));
  }

  Optional<Secret> secret(String pointer) {
    return text(pointer).map(Secret::of);
  }

  Optional<Setting> setting(String pointer) {
    return text(pointer).map(value -> new Setting(value, tree.text(pointer).orElseThrow()));
  }

  Optional<Long> number(String pointer) {
    return Optional.of(tree.at(pointer)).filter(JsonNode::isIntegralNumber).map(JsonNode::asLong);
  }
}
