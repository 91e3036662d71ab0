package io.crossfade.transform;

import io.crossfade.core.table.Column;
import io.crossfade.core.table.Row;
import io.crossfade.core.table.Table;
import io.crossfade.core.table.TableId;
import io.crossfade.wire.Names;
import io.crossfade.wire.RowCodec;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A topic whose records become what is written to new tables: a raw topic, or one in which what
 * several old rows say about one new key meets.
 *
 * @param name Kafka's
 * @param codec of its rows
 * @param tables new tables that are written from it, each row from one of its own
 * @param contributing mappings whose rows go on from it to where they meet
 * @param stores what is remembered of its records, by the stores' names
 */
record InputTopic(
    String name,
    RowCodec codec,
    List<MappedTable> tables,
    List<Contributing> contributing,
    List<String> stores) {

  InputTopic {
    tables = List.copyOf(tables);
    contributing = List.copyOf(contributing);
    stores = List.copyOf(stores);
  }

  /**
   * All topics of a flow.
   *
   * @param raw each once, in the mappings' order
   * @param claims by the topic's name
   */
  record All(List<InputTopic> raw, Map<String, InputTopic> claims) {

    /** All of them. */
    List<InputTopic> topics() {
      List<InputTopic> topics = new ArrayList<>(raw);
      topics.addAll(claims.values());
      return topics;
    }
  }

  /** The topics of all mappings. */
  static All of(Names names, List<Mapping> mappings) {
    Map<TableId, List<Mapping>> byTarget = new LinkedHashMap<>();
    mappings.forEach(
        m -> byTarget.computeIfAbsent(m.target().id(), id -> new ArrayList<>()).add(m));
    Map<Table, List<Mapping>> bySource = new LinkedHashMap<>();
    mappings.forEach(
        m -> bySource.computeIfAbsent(m.mapper().source(), id -> new ArrayList<>()).add(m));
    Map<String, InputTopic> claims = new LinkedHashMap<>();
    byTarget.forEach(
        (into, all) -> {
          if (!isDirect(all)) {
            String name = names.claimsTopic(into);
            claims.put(name, meeting(name, all));
          }
        });
    List<InputTopic> raw = new ArrayList<>();
    bySource.forEach((source, all) -> raw.add(raw(names, source, all, byTarget)));
    return new All(raw, claims);
  }

  /** Whether each row of the new table comes from one old row, which its key tells. */
  private static boolean isDirect(List<Mapping> intoOne) {
    return intoOne.size() == 1 && intoOne.get(0).mapper() instanceof RowMapper;
  }

  private static InputTopic raw(
      Names names, Table source, List<Mapping> mappings, Map<TableId, List<Mapping>> byTarget) {
    Set<String> uses = new HashSet<>();
    List<MappedTable> tables = new ArrayList<>();
    List<Contributing> contributing = new ArrayList<>();
    Map<TableId, Integer> ordinals = new HashMap<>();
    for (Mapping mapping : mappings) {
      uses.addAll(mapping.mapper().uses());
      TableId into = mapping.target().id();
      if (isDirect(byTarget.get(into))) {
        tables.add(new MappedTable(mapping));
      } else {
        int ordinal = ordinals.merge(into, 1, Integer::sum) - 1;
        contributing.add(new Contributing(mapping, names.claimsTopic(into), ordinal));
      }
    }
    return new InputTopic(
        names.rawTopic(source.id()),
        new RowCodec(source, uses),
        tables,
        contributing,
        contributing.stream().map(Contributing::store).toList());
  }

  /** The rows are the new table's own here. */
  private static InputTopic meeting(String name, List<Mapping> mappings) {
    Mapping first = mappings.get(0);
    for (Mapping mapping : mappings) {
      if (!Set.copyOf(mapping.mapper().columns()).equals(Set.copyOf(first.mapper().columns()))) {
        throw new IllegalArgumentException(
            "two mappings into " + first.target().id() + " fill different columns");
      }
    }
    Table rows = rows(first);
    boolean wasEmpty = mappings.stream().allMatch(Mapping::targetWasEmpty);
    return new InputTopic(
        name,
        new RowCodec(rows),
        List.of(new MappedTable(new Mapping(new AsItIs(rows), first.target(), wasEmpty))),
        List.of(),
        List.of(Names.claims(first.target().id())));
  }

  /** The columns of the new table that are filled, in the table's order. */
  static Table rows(Mapping mapping) {
    Set<String> filled = Set.copyOf(mapping.mapper().columns());
    List<Column> columns =
        mapping.target().columns().stream().filter(c -> filled.contains(c.name())).toList();
    return new Table(mapping.target().id(), columns, mapping.target().primaryKey());
  }

  private record AsItIs(Table source) implements RowMapper {

    @Override
    public List<String> columns() {
      return source.columns().stream().map(Column::name).toList();
    }

    @Override
    public Optional<Row> map(Row row) {
      return Optional.of(row);
    }

    @Override
    public Row key(Row keyRow) {
      int[] key = source.keyIndexes();
      String[] values = new String[key.length];
      for (int i = 0; i < key.length; i++) {
        values[i] = keyRow.get(key[i]);
      }
      return Row.of(values);
    }
  }
}
