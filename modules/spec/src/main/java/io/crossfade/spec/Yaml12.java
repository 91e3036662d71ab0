package io.crossfade.spec;

import java.util.regex.Pattern;
import org.yaml.snakeyaml.nodes.NodeId;
import org.yaml.snakeyaml.nodes.Tag;
import org.yaml.snakeyaml.resolver.Resolver;

/**
 * What an unquoted word means: as YAML 1.2 and the editors have it. The parser's own rules are
 * those of 1.1, where {@code no} is a boolean, {@code 1_000} a number and {@code 12:30} another.
 */
final class Yaml12 extends Resolver {
  static final Pattern NULL = Pattern.compile("|~|null|Null|NULL");
  static final Pattern BOOL = Pattern.compile("true|True|TRUE|false|False|FALSE");
  static final Pattern INT = Pattern.compile("[-+]?[0-9]+");
  static final Pattern FLOAT =
      Pattern.compile("[-+]?(\\.[0-9]+|[0-9]+(\\.[0-9]*)?)([eE][-+]?[0-9]{1,3})?");

  @Override
  public Tag resolve(NodeId kind, String value, boolean implicit) {
    if (kind != NodeId.scalar) {
      return kind == NodeId.sequence ? Tag.SEQ : Tag.MAP;
    }
    if (!implicit) {
      return Tag.STR;
    }
    if (NULL.matcher(value).matches()) {
      return Tag.NULL;
    }
    if (BOOL.matcher(value).matches()) {
      return Tag.BOOL;
    }
    if (INT.matcher(value).matches()) {
      return Tag.INT;
    }
    if (FLOAT.matcher(value).matches()) {
      return Tag.FLOAT;
    }
    return value.equals("<<") ? Tag.MERGE : Tag.STR;
  }
}
