package io.crossfade.spec;

import com.fasterxml.jackson.databind.JsonNode;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.PathType;
import com.networknt.schema.SchemaValidatorsConfig;
import com.networknt.schema.SpecVersion;
import com.networknt.schema.ValidationMessage;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;

/** Lets the JSON Schema find what is wrong, and says it with places and in words for people. */
final class SchemaCheck {
  private static final JsonSchema VALIDATOR = validator();

  private final YamlTree tree;
  private final Set<Problem> problems = new HashSet<>();

  /** Pointers of keys that a misspelt one is likely to mean: not missing as well. */
  private final Set<String> meant = new HashSet<>();

  private SchemaCheck(YamlTree tree) {
    this.tree = tree;
  }

  private static JsonSchema validator() {
    SchemaValidatorsConfig config =
        SchemaValidatorsConfig.builder()
            .pathType(PathType.JSON_POINTER)
            .locale(Locale.ROOT)
            .build();
    return JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V7)
        .getSchema(SpecSchema.get().json(), config);
  }

  /** Everything that the schema has against the tree. */
  static Set<Problem> check(YamlTree tree) {
    SchemaCheck check = new SchemaCheck(tree);
    List<ValidationMessage> messages = new ArrayList<>(VALIDATOR.validate(tree.root()));
    messages.stream()
        .filter(m -> keyword(m).equals("additionalProperties"))
        .forEach(check::unknown);
    messages.forEach(check::report);
    return check.problems;
  }

  private static String keyword(ValidationMessage message) {
    // What a branch of "oneOf" misses is told as one sentence about the whole choice.
    String path = message.getEvaluationPath().toString();
    return path.contains("/oneOf") ? "oneOf" : message.getType();
  }

  private void unknown(ValidationMessage message) {
    String object = pointer(message);
    String key = message.getProperty();
    Set<String> known = known(object);
    Nearest.to(key, known).ifPresent(name -> meant.add(YamlTree.below(object, name)));
    String hint = Nearest.hint(key, known);
    if (hint.isEmpty()) {
      hint =
          SpecSchema.get()
              .sectionOf(key)
              .map(section -> "; it belongs to '" + section + "'")
              .orElse("; known here: " + String.join(", ", known));
    }
    problems.add(
        tree.keyPlace(YamlTree.below(object, key)).problem("unknown key '" + key + "'" + hint));
  }

  private Set<String> known(String object) {
    return schemaOf(object).path("properties").properties().stream()
        .map(Map.Entry::getKey)
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private static JsonNode schemaOf(String pointer) {
    return SpecSchema.get().of(pointer);
  }

  private void report(ValidationMessage message) {
    String pointer = pointer(message);
    switch (keyword(message)) {
      case "additionalProperties" -> {}
      case "required" -> missing(pointer, message.getProperty());
      case "oneOf" -> choices(pointer);
      default -> {
        // A value of the wrong type breaks other rules as well; one sentence is enough.
        boolean typeFits = fits(tree.at(pointer), schemaOf(pointer).path("type"));
        if (typeFits || keyword(message).equals("type")) {
          add(pointer, name(pointer) + " " + complaint(pointer, keyword(message)));
        }
      }
    }
  }

  private void missing(String object, String key) {
    if (!meant.contains(YamlTree.below(object, key))) {
      String where = object.isEmpty() ? "" : " in " + name(object);
      problems.add(enclosing(object).problem("missing key '" + key + "'" + where));
    }
  }

  /** An object has one choice, or several under "allOf"; which of them failed is looked up here. */
  private void choices(String object) {
    JsonNode schema = schemaOf(object);
    if (schema.has("oneOf")) {
      choice(object, schema.path("oneOf"));
    }
    schema.path("allOf").forEach(one -> choice(object, one.path("oneOf")));
  }

  private void choice(String object, JsonNode branches) {
    List<String> keys =
        StreamSupport.stream(branches.spliterator(), false)
            .map(branch -> branch.path("required").path(0).textValue())
            .toList();
    if (!tree.at(object).isObject()
        || keys.stream().filter(key -> tree.has(YamlTree.below(object, key))).count() == 1
        || keys.stream().anyMatch(key -> meant.contains(YamlTree.below(object, key)))) {
      return;
    }
    String either = keys.stream().map(key -> "'" + key + "'").collect(Collectors.joining(" or "));
    keys.stream()
        .map(key -> YamlTree.below(object, key))
        .filter(tree::has)
        .map(tree::keyPlace)
        .max(Comparator.comparingInt(Place::line).thenComparingInt(Place::column))
        .ifPresentOrElse(
            last -> problems.add(last.problem(name(object) + " takes only one of " + either)),
            () ->
                problems.add(enclosing(object).problem(name(object) + " needs either " + either)));
  }

  private String complaint(String pointer, String keyword) {
    JsonNode value = tree.at(pointer);
    JsonNode rules = schemaOf(pointer);
    return switch (keyword) {
      case "type" -> "must be " + types(pointer) + ", is " + kind(value) + advice(value, rules);
      case "enum" -> enumComplaint(value, rules);
      case "pattern" ->
          rules.path("patternErrorMessage").asText() + ", is '" + value.asText() + "'";
      case "minLength" -> "is empty";
      case "maxLength" ->
          "has %d characters, at most %d are allowed"
              .formatted(value.asText().length(), rules.path("maxLength").asInt());
      case "minimum", "maximum" ->
          "must be from %s to %s, is %s"
              .formatted(rules.path("minimum"), rules.path("maximum"), value.asText());
      case "minItems", "minProperties" -> "is empty";
      default -> "does not fit the schema (" + keyword + ")";
    };
  }

  private static String enumComplaint(JsonNode value, JsonNode rules) {
    List<String> known = texts(rules.path("enum"));
    String refusal = rules.path("refusals").path(value.asText()).asText();
    if (!refusal.isEmpty()) {
      return "cannot be '" + value.asText() + "': " + refusal;
    }
    return "must be %s, is '%s'%s"
        .formatted(
            known.stream().map(k -> "'" + k + "'").collect(Collectors.joining(" or ")),
            value.asText(),
            Nearest.hint(value.asText(), known));
  }

  private String types(String pointer) {
    JsonNode type = type(pointer);
    List<String> types = type.isArray() ? texts(type) : List.of(type.asText());
    return types.stream().map(SchemaCheck::typeName).collect(Collectors.joining(" or "));
  }

  /** Values of a free mapping have their type in "additionalProperties". */
  private JsonNode type(String pointer) {
    JsonNode type = schemaOf(pointer).path("type");
    return type.isMissingNode()
        ? schemaOf(YamlTree.parent(pointer)).path("additionalProperties").path("type")
        : type;
  }

  private static String advice(JsonNode value, JsonNode rules) {
    boolean unquoted = value.isNumber() || value.isBoolean();
    return unquoted && rules.path("type").asText().equals("string")
        ? "; put it between quotes"
        : "";
  }

  private static List<String> texts(JsonNode array) {
    return StreamSupport.stream(array.spliterator(), false).map(JsonNode::asText).toList();
  }

  private static boolean fits(JsonNode value, JsonNode type) {
    return switch (type.asText()) {
      case "string" -> value.isTextual();
      case "integer" -> value.isIntegralNumber();
      case "object" -> value.isObject();
      case "array" -> value.isArray();
      default -> true;
    };
  }

  private static String typeName(String type) {
    return switch (type) {
      case "string" -> "text";
      case "integer" -> "a whole number";
      case "number" -> "a number";
      case "boolean" -> "true or false";
      case "array" -> "a list";
      default -> "a mapping of keys to values";
    };
  }

  private static String kind(JsonNode value) {
    return switch (value.getNodeType()) {
      case NULL -> "empty";
      case STRING -> "text";
      case NUMBER -> "a number";
      case BOOLEAN -> "true or false";
      case ARRAY -> "a list";
      default -> "a mapping";
    };
  }

  private void add(String pointer, String message) {
    problems.add(tree.valuePlace(pointer).problem(message));
  }

  private Place enclosing(String object) {
    return tree.keyPlace(object);
  }

  private static String name(String pointer) {
    if (pointer.isEmpty()) {
      return "the spec";
    }
    String last = YamlTree.lastKey(pointer);
    return last.matches("\\d+")
        ? "entry %d of '%s'"
            .formatted(Integer.parseInt(last) + 1, YamlTree.lastKey(YamlTree.parent(pointer)))
        : "'" + last + "'";
  }

  private static String pointer(ValidationMessage message) {
    return message.getInstanceLocation().toString();
  }
}
