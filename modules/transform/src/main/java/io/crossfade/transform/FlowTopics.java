package io.crossfade.transform;

import io.crossfade.core.table.Table;
import io.crossfade.core.table.TableId;
import io.crossfade.sql.Joining;
import io.crossfade.wire.Names;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * All topics of a flow, in the order in which rows go through them: from the raw topics on to where
 * they meet to be joined, once for each JOIN of a mapping, and then to where they claim their keys.
 *
 * @param raw each once, in the mappings' order
 * @param joins those of the mappings' first JOINs, of their second ones, and so on
 * @param claims where there are no rows that claim keys there are no topics
 */
record FlowTopics(List<InputTopic> raw, List<List<InputTopic>> joins, List<InputTopic> claims) {

  FlowTopics {
    raw = List.copyOf(raw);
    joins = List.copyOf(joins);
    claims = List.copyOf(claims);
  }

  /** The topics of all mappings. */
  static FlowTopics of(Names names, List<Mapping> mappings) {
    return new Builder(names, mappings).build();
  }

  /** All of them. */
  List<InputTopic> all() {
    List<InputTopic> all = new ArrayList<>(raw);
    meetings().forEach(all::addAll);
    return all;
  }

  /**
   * Those in which rows meet: what stands in one of a list comes of the raw topics and of the lists
   * before.
   */
  List<List<InputTopic>> meetings() {
    List<List<InputTopic>> meetings = new ArrayList<>(joins);
    if (!claims.isEmpty()) {
      meetings.add(claims);
    }
    return meetings;
  }

  private static final class Builder {

    private final Names names;
    private final Map<TableId, List<Mapping>> byTarget = new LinkedHashMap<>();
    private final Map<Table, Old> olds = new LinkedHashMap<>();
    private final List<List<InputTopic>> joins = new ArrayList<>();
    private final Map<TableId, Integer> joinsInto = new HashMap<>();

    /** What comes of an old table's rows. */
    private static final class Old {
      final Set<String> uses = new HashSet<>();
      final List<MappedTable> tables = new ArrayList<>();
      final List<Contributing> contributing = new ArrayList<>();
      final Map<TableId, Integer> ordinals = new HashMap<>();
    }

    Builder(Names names, List<Mapping> mappings) {
      this.names = names;
      mappings.forEach(
          m -> byTarget.computeIfAbsent(m.target().id(), id -> new ArrayList<>()).add(m));
      mappings.forEach(this::add);
    }

    FlowTopics build() {
      List<InputTopic> raw = new ArrayList<>();
      olds.forEach(
          (table, old) ->
              raw.add(
                  InputTopic.raw(
                      names.rawTopic(table.id()), table, old.uses, old.tables, old.contributing)));
      List<InputTopic> claims = new ArrayList<>();
      byTarget.forEach(
          (into, mappings) -> {
            if (!isDirect(mappings)) {
              claims.add(InputTopic.claims(names.claimsTopic(into), mappings, Names.claims(into)));
            }
          });
      return new FlowTopics(raw, joins, claims);
    }

    /** Whether each row of the new table comes from one old row, which its key tells. */
    private static boolean isDirect(List<Mapping> intoOne) {
      return intoOne.size() == 1 && intoOne.get(0).mapper() instanceof RowMapper;
    }

    private void add(Mapping mapping) {
      RowsMapper mapper = mapping.mapper();
      mapper.sources().forEach(table -> old(table).uses.addAll(mapper.uses(table)));
      TableId into = mapping.target().id();
      if (isDirect(byTarget.get(into))) {
        old(mapper.source()).tables.add(new MappedTable(mapping));
      } else if (mapper.joining().isEmpty()) {
        old(mapper.source())
            .contributing
            .add(
                Contributing.claims(
                    mapping, origin(mapper.source(), into), names.claimsTopic(into)));
      } else {
        join(mapping, mapper.joining().get().steps());
      }
    }

    private Old old(Table table) {
      return olds.computeIfAbsent(table, t -> new Old());
    }

    private Contributing.Origin origin(Table table, TableId into) {
      int ordinal = old(table).ordinals.merge(into, 1, Integer::sum) - 1;
      String store = Names.claimed(into, table.id());
      return new Contributing.Origin(
          table.id(),
          ordinal == 0 ? "" : ordinal + " ",
          ordinal == 0 ? store : store + "." + ordinal);
    }

    private void join(Mapping mapping, List<Joining.Step> steps) {
      TableId into = mapping.target().id();
      Table first = mapping.mapper().source();
      int before = joinsInto.merge(into, steps.size(), Integer::sum) - steps.size();
      for (int i = 0; i < steps.size(); i++) {
        int number = before + i + 1;
        Joining.Step step = steps.get(i);
        String topic = names.joinsTopic(into, number);
        if (i == 0) {
          old(first).contributing.add(Contributing.left(mapping, step, origin(first, into), topic));
        }
        old(step.right())
            .contributing
            .add(Contributing.right(mapping, step, origin(step.right(), into), topic));
        String store = Names.joins(into, number);
        Contributing.Origin joined =
            new Contributing.Origin(first.id(), number + " ", store + ".joined");
        Contributing onwards =
            i + 1 < steps.size()
                ? Contributing.left(
                    mapping, steps.get(i + 1), joined, names.joinsTopic(into, number + 1))
                : Contributing.claims(mapping, joined, names.claimsTopic(into));
        if (joins.size() == i) {
          joins.add(new ArrayList<>());
        }
        joins.get(i).add(InputTopic.joins(topic, step, onwards.of(step), store));
      }
    }
  }
}
