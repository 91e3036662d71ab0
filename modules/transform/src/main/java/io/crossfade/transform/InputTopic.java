package io.crossfade.transform;

import io.crossfade.core.table.Column;
import io.crossfade.core.table.Row;
import io.crossfade.core.table.Table;
import io.crossfade.sql.Joining;
import io.crossfade.sql.group.Grouping;
import io.crossfade.wire.RowCodec;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A topic whose records become what is written to new tables: a raw topic, or one in which rows
 * meet.
 *
 * @param name Kafka's
 * @param codec of its rows
 * @param tables new tables that are written from it, each row from one of its own
 * @param contributing mappings whose rows go on from it to where they meet
 * @param meeting what becomes of the rows that meet in it; empty where they are the old table's, or
 *     claim keys
 * @param stores what is remembered of its records, by the stores' names
 */
record InputTopic(
    String name,
    RowCodec codec,
    List<MappedTable> tables,
    List<Contributing> contributing,
    Optional<Meeting> meeting,
    List<String> stores) {

  InputTopic {
    tables = List.copyOf(tables);
    contributing = List.copyOf(contributing);
    stores = List.copyOf(stores);
  }

  /** A raw topic. */
  static InputTopic raw(
      String name,
      Table old,
      Set<String> uses,
      List<MappedTable> tables,
      List<Contributing> contributing) {
    return new InputTopic(
        name,
        new RowCodec(old, uses),
        tables,
        contributing,
        Optional.empty(),
        contributing.stream().map(Contributing::store).toList());
  }

  /** One in which rows meet to be joined; those that come of it go on. */
  static InputTopic joins(String name, Joining.Step step, Contributing onwards, String store) {
    return new InputTopic(
        name,
        new RowCodec(step.rows(), Set.of()),
        List.of(),
        List.of(onwards),
        Optional.of(new Meeting.Joining(step)),
        List.of(store, onwards.store()));
  }

  /** One in which rows meet to be put together; the groups go on. */
  static InputTopic groups(String name, Grouping grouping, Contributing onwards, String store) {
    return new InputTopic(
        name,
        new RowCodec(grouping.rows()),
        List.of(),
        List.of(onwards),
        Optional.of(new Meeting.Grouped(grouping)),
        List.of(store, onwards.store()));
  }

  /** One in which rows meet that claim keys of a new table; they are the table's own here. */
  static InputTopic claims(String name, List<Mapping> mappings, String store) {
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
        Optional.empty(),
        List.of(store));
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
