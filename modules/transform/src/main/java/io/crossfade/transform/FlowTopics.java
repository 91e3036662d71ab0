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
 * they meet to be joined, once for each JOIN of a mapping, to where they are put together, and then
 * to where they claim their keys.
 *
 * @param raw each once, in the mappings' order
 * @param levels those in which rows meet first, those in which what comes of it meets, and so on
 * @param claims where there are no rows that claim keys there are no topics
 */
record FlowTopics(List<InputTopic> raw, List<List<InputTopic>> levels, List<InputTopic> claims) {

  FlowTopics {
    raw = List.copyOf(raw);
    levels = List.copyOf(levels);
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
    List<List<InputTopic>> meetings = new ArrayList<>(levels);
    if (!claims.isEmpty()) {
      meetings.add(claims);
    }
    return meetings;
  }

  private static final class Builder {

    private final Names names;
    private final Map<TableId, List<Mapping>> byTarget = new LinkedHashMap<>();
    private final Map<Table, Old> olds = new LinkedHashMap<>();
    private final List<List<InputTopic>> levels = new ArrayList<>();
    private final Map<TableId, Integer> meetingsInto = new HashMap<>();

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
      return new FlowTopics(raw, levels, claims);
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
      } else {
        goThrough(mapping);
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

    /** The way of a mapping's rows through topics in which they meet. */
    private void goThrough(Mapping mapping) {
      RowsMapper mapper = mapping.mapper();
      TableId into = mapping.target().id();
      List<Joining.Step> steps = mapper.joining().map(Joining::steps).orElse(List.of());
      int before = meetingsInto.merge(into, steps.size() + 1, Integer::sum) - steps.size() - 1;
      Way way = new Way(mapping, steps, before);
      Table first = mapper.source();
      old(first).contributing.add(way.onwards(0, origin(first, into)));
      for (int i = 0; i < steps.size(); i++) {
        Joining.Step step = steps.get(i);
        String topic = names.joinsTopic(into, before + i + 1);
        old(step.right())
            .contributing
            .add(Contributing.right(mapping, step, origin(step.right(), into), topic));
        String store = Names.joins(into, before + i + 1);
        level(i)
            .add(
                InputTopic.joins(
                    topic, step, way.onwards(i + 1, way.met(i, store)).of(step), store));
      }
      if (mapper.grouping().isPresent()) {
        int number = before + steps.size() + 1;
        String store = Names.groups(into, number);
        level(steps.size())
            .add(
                InputTopic.groups(
                    names.groupsTopic(into, number),
                    mapper.grouping().get(),
                    Contributing.claims(
                        mapping, way.met(steps.size(), store), names.claimsTopic(into)),
                    store));
      }
    }

    private List<InputTopic> level(int index) {
      while (levels.size() <= index) {
        levels.add(new ArrayList<>());
      }
      return levels.get(index);
    }

    /**
     * Of one mapping.
     *
     * @param before how many topics in which rows meet the mappings before have into its table
     */
    private final class Way {

      private final Mapping mapping;
      private final List<Joining.Step> steps;
      private final int before;

      Way(Mapping mapping, List<Joining.Step> steps, int before) {
        this.mapping = mapping;
        this.steps = steps;
        this.before = before;
      }

      /** Where rows go that have been joined so many times. */
      Contributing onwards(int joined, Contributing.Origin origin) {
        TableId into = mapping.target().id();
        if (joined < steps.size()) {
          return Contributing.left(
              mapping, steps.get(joined), origin, names.joinsTopic(into, before + joined + 1));
        }
        return mapping
            .mapper()
            .grouping()
            .map(
                grouping ->
                    Contributing.groups(
                        mapping, grouping, origin, names.groupsTopic(into, before + joined + 1)))
            .orElseGet(() -> Contributing.claims(mapping, origin, names.claimsTopic(into)));
      }

      /** Of rows that have met. */
      Contributing.Origin met(int index, String store) {
        return new Contributing.Origin(
            mapping.mapper().source().id(), (before + index + 1) + " ", store + ".met");
      }
    }
  }
}
