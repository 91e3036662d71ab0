package io.crossfade.cli.plan;

import io.crossfade.core.table.TableId;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** Names as people write them in SQL: between quotes only where that is needed. */
final class Identifiers {

  private final Set<String> keywords;

  /**
   * @param keywords the words that cannot stand bare
   */
  Identifiers(Set<String> keywords) {
    this.keywords = Set.copyOf(keywords);
  }

  String name(String name) {
    boolean plain = name.matches("[a-z_][a-z0-9_]*") && !keywords.contains(name);
    return plain ? name : quoted(name);
  }

  String table(TableId table) {
    return name(table.schema()) + "." + name(table.name());
  }

  String list(Collection<String> names) {
    return names.stream().map(this::name).collect(Collectors.joining(", "));
  }

  static String quoted(String name) {
    return '"' + name.replace("\"", "\"\"") + '"';
  }

  /** Each name between quotes, whatever it is. */
  static Identifiers quotingAll(List<String> names) {
    return new Identifiers(Set.copyOf(names));
  }
}
