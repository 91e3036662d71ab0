package io.crossfade.transform;

import io.crossfade.core.table.Table;
import io.crossfade.wire.Names;
import io.crossfade.wire.RowCodec;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** A raw topic and all new tables that it feeds. */
final class RawTopic {

  private final String name;
  private final RowCodec codec;
  private final List<MappedTable> tables;

  private RawTopic(String name, RowCodec codec, List<MappedTable> tables) {
    this.name = name;
    this.codec = codec;
    this.tables = List.copyOf(tables);
  }

  /** The topics of all mappings, each once, in the mappings' order. */
  static List<RawTopic> of(Names names, List<Mapping> mappings) {
    Set<Object> targets = new HashSet<>();
    List<RawTopic> topics = new ArrayList<>();
    Set<Table> seen = new HashSet<>();
    for (Mapping mapping : mappings) {
      if (!targets.add(mapping.target().id())) {
        throw new IllegalArgumentException("two mappings into " + mapping.target().id());
      }
      Table source = mapping.mapper().source();
      if (seen.add(source)) {
        List<MappedTable> tables =
            mappings.stream()
                .filter(m -> m.mapper().source().equals(source))
                .map(m -> new MappedTable(m))
                .toList();
        Set<String> uses = new HashSet<>();
        tables.forEach(table -> uses.addAll(table.mapper().uses()));
        topics.add(new RawTopic(names.rawTopic(source.id()), new RowCodec(source, uses), tables));
      }
    }
    return topics;
  }

  String name() {
    return name;
  }

  RowCodec codec() {
    return codec;
  }

  List<MappedTable> tables() {
    return tables;
  }
}
