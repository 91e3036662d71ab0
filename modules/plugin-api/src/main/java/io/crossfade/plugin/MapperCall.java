package io.crossfade.plugin;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;

/**
 * A mapper whose declaration was looked at, ready to be called. The engine and {@link MapperKit}
 * both call mappers by way of this class, so that a test sees what a migration does.
 */
public final class MapperCall {

  private final Mapper mapper;
  private final String name;
  private final List<Column<?>> reads;
  private final List<Column<?>> columns;
  private final Set<Column<?>> given;
  private final List<String> key;

  private MapperCall(Mapper mapper) {
    this.mapper = Objects.requireNonNull(mapper, "mapper");
    this.name = mapper.getClass().getName();
    this.reads = distinct("reads()", mapper.reads());
    this.columns = distinct("columns()", mapper.columns());
    this.given = new HashSet<>(columns);
    this.key = named("key()", mapper.key());
    Set<String> known = new HashSet<>();
    columns.forEach(column -> known.add(column.name()));
    for (String column : key) {
      if (!known.contains(column)) {
        throw wrong("key() names " + column + ", which columns() does not");
      }
    }
    if (new HashSet<>(key).size() != key.size()) {
      throw wrong("key() names a column twice: " + key);
    }
  }

  /**
   * Reads the declaration of a mapper.
   *
   * @throws IllegalArgumentException where it is wrong
   */
  public static MapperCall of(Mapper mapper) {
    return new MapperCall(mapper);
  }

  private List<Column<?>> distinct(String what, List<Column<?>> declared) {
    List<Column<?>> all = named(what, declared);
    Set<String> names = new HashSet<>();
    for (Column<?> column : all) {
      if (!names.add(column.name())) {
        throw wrong(what + " names " + column.name() + " twice");
      }
    }
    return all;
  }

  private <T> List<T> named(String what, List<T> declared) {
    if (declared == null || declared.isEmpty() || declared.stream().anyMatch(Objects::isNull)) {
      throw wrong(what + " names no column");
    }
    return List.copyOf(declared);
  }

  private IllegalArgumentException wrong(String why) {
    return new IllegalArgumentException(name + ": " + why);
  }

  /** The class's name. */
  public String name() {
    return name;
  }

  /** The old table's columns that it reads. */
  public List<Column<?>> reads() {
    return reads;
  }

  /** The new table's columns that it fills. */
  public List<Column<?>> columns() {
    return columns;
  }

  /** Which of them are the new table's key. */
  public List<String> key() {
    return key;
  }

  /**
   * Calls it.
   *
   * @param old values of {@link #reads}, in their order and of their classes; {@code null} is NULL
   * @return for each new row the values of {@link #columns}, in their order
   * @throws MapperFailure where it throws, or gives something else than it declares
   */
  public List<Object[]> call(Object[] old) {
    List<Object[]> rows = new ArrayList<>();
    for (Row row : map(Row.of(reads, old))) {
      rows.add(values(row));
    }
    return rows;
  }

  /** As {@link #call}, of rows as the mapper's author writes them. */
  List<Row> map(Row old) {
    List<Row> rows;
    try {
      rows = mapper.map(old);
    } catch (RuntimeException | LinkageError | StackOverflowError e) {
      // An author's exception speaks for itself; of others the class says what went wrong.
      String message = e.getMessage() == null || e instanceof Error ? e.toString() : e.getMessage();
      throw new MapperFailure(name + ": " + message, e);
    }
    if (rows == null) {
      throw failure("gave null; where there is no row give an empty list");
    }
    for (Row row : rows) {
      require(row);
    }
    return List.copyOf(rows);
  }

  private void require(Row row) {
    if (row == null) {
      throw failure("gave a row that is null");
    }
    for (Column<?> column : row.columns()) {
      if (!given.contains(column)) {
        throw failure("gave " + column + ", which columns() does not name");
      }
      if (row.get(column) instanceof String text && text.indexOf('\0') >= 0) {
        throw failure("gave a text with U+0000 for " + column.name() + ", which no database takes");
      }
    }
    for (Column<?> column : columns) {
      if (!row.columns().contains(column)) {
        throw failure("gave a row without " + column.name() + "; NULL is of(null)");
      }
    }
  }

  private MapperFailure failure(String what) {
    return new MapperFailure(name + " " + what, null);
  }

  private Object[] values(Row row) {
    Object[] values = new Object[columns.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = row.get(columns.get(i));
    }
    return values;
  }
}
