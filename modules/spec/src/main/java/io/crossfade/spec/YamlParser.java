package io.crossfade.spec;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.StringReader;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.yaml.snakeyaml.DumperOptions;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;
import org.yaml.snakeyaml.nodes.Tag;
import org.yaml.snakeyaml.reader.ReaderException;
import org.yaml.snakeyaml.representer.Representer;

/** YAML to a tree with places. */
final class YamlParser {
  private static final JsonNodeFactory JSON = JsonNodeFactory.withExactBigDecimals(true);

  private final SourceText source;
  private final Braces braces;
  private final List<Problem> problems;
  private final Map<String, YamlTree.Entry> entries = new HashMap<>();
  private final Set<Node> open = new HashSet<>();

  private YamlParser(SourceText source, List<Problem> problems) {
    this.source = source;
    this.braces = Braces.unusedIn(source.text());
    this.problems = problems;
  }

  /** Empty where the text is no YAML or nothing at all; a problem then says why. */
  static Optional<YamlTree> parse(SourceText source, List<Problem> problems) {
    return new YamlParser(source, problems).parse();
  }

  private Optional<YamlTree> parse() {
    Node root;
    try {
      root = yaml().compose(new StringReader(braces.hide(source.text())));
    } catch (MarkedYAMLException e) {
      problems.add(syntaxProblem(e));
      return Optional.empty();
    } catch (ReaderException e) {
      problems.add(
          source
              .place(source.offsetOfCodePoint(e.getPosition()))
              .problem(
                  "YAML does not allow the character U+%04X here".formatted(e.getCodePoint())));
      return Optional.empty();
    } catch (YAMLException e) {
      problems.add(source.place(0).problem("not YAML: " + e.getMessage()));
      return Optional.empty();
    }
    if (root == null) {
      problems.add(
          source.place(0).problem("the file is empty; `crossfade init` writes one to begin with"));
      return Optional.empty();
    }
    JsonNode json = convert(root, "", offset(root));
    return Optional.of(new YamlTree(source, json, entries));
  }

  private static Yaml yaml() {
    LoaderOptions options = new LoaderOptions();
    DumperOptions unused = new DumperOptions();
    return new Yaml(
        new SafeConstructor(options), new Representer(unused), unused, options, new Yaml12());
  }

  private Problem syntaxProblem(MarkedYAMLException e) {
    int index = e.getProblemMark() == null ? 0 : e.getProblemMark().getIndex();
    String problem = braces.show(String.valueOf(e.getProblem()));
    if (problem.startsWith("found undefined alias") || problem.contains("tag handle")) {
      // The parser would repeat the word, and the word may be a password without its quotes.
      problem = "text that begins with '*' or '!' stands between quotes";
    }
    problem = problem.replaceFirst("\\. \\(Do not use . for indentation\\)", "; use quotes");
    String context =
        e.getContext() == null ? "" : e.getContext() + (problem.startsWith("but ") ? ", " : ": ");
    return source.place(source.offsetOfCodePoint(index)).problem("not YAML: " + context + problem);
  }

  private int offset(Node node) {
    return source.offsetOfCodePoint(node.getStartMark().getIndex());
  }

  private JsonNode convert(Node node, String pointer, int key) {
    Optional<ScalarNode> scalar =
        node instanceof ScalarNode leaf ? Optional.of(leaf) : Optional.empty();
    entries.put(pointer, new YamlTree.Entry(key, offset(node), scalar));
    if (node instanceof ScalarNode leaf) {
      return scalar(leaf);
    }
    if (!open.add(node)) {
      problems.add(source.place(key).problem("an alias must not contain itself"));
      return JSON.nullNode();
    }
    JsonNode converted =
        node instanceof MappingNode mapping
            ? mapping(mapping, pointer)
            : sequence((SequenceNode) node, pointer);
    open.remove(node);
    return converted;
  }

  private ObjectNode mapping(MappingNode node, String pointer) {
    ObjectNode object = JSON.objectNode();
    Map<String, Integer> seen = new HashMap<>();
    for (NodeTuple tuple : node.getValue()) {
      int place = offset(tuple.getKeyNode());
      if (!(tuple.getKeyNode() instanceof ScalarNode keyNode)) {
        problems.add(source.place(place).problem("a key must be text"));
        continue;
      }
      String key = braces.show(keyNode.getValue());
      Integer first = seen.putIfAbsent(key, place);
      if (first != null) {
        problems.add(
            source
                .place(place)
                .problem(
                    "duplicate key '%s'; it stands in line %d already"
                        .formatted(key, source.place(first).line())));
      } else if (keyNode.getTag().equals(Tag.MERGE)) {
        problems.add(source.place(place).problem("merge keys ('<<') are not supported"));
      } else {
        object.set(key, convert(tuple.getValueNode(), YamlTree.below(pointer, key), place));
      }
    }
    return object;
  }

  private ArrayNode sequence(SequenceNode node, String pointer) {
    ArrayNode array = JSON.arrayNode();
    for (Node item : node.getValue()) {
      array.add(convert(item, pointer + "/" + array.size(), offset(item)));
    }
    return array;
  }

  private JsonNode scalar(ScalarNode node) {
    String value = braces.show(node.getValue());
    Tag tag = node.getTag();
    if (tag.equals(Tag.STR)) {
      return JSON.textNode(value);
    }
    if (tag.equals(Tag.NULL)) {
      return JSON.nullNode();
    }
    if (tag.equals(Tag.BOOL) && Yaml12.BOOL.matcher(value).matches()) {
      return JSON.booleanNode(Boolean.parseBoolean(value));
    }
    if (tag.equals(Tag.INT) && Yaml12.INT.matcher(value).matches()) {
      return JSON.numberNode(new BigInteger(value));
    }
    if (tag.equals(Tag.FLOAT) && Yaml12.FLOAT.matcher(value).matches()) {
      return JSON.numberNode(new BigDecimal(value));
    }
    problems.add(
        source
            .place(offset(node))
            .problem("no YAML tag fits here; text that begins with '!' stands between quotes"));
    return JSON.textNode(value);
  }
}
