package io.crossfade.core.source;

import io.crossfade.core.table.TableId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What a table's rows depend on besides the events of the log (I9). Compared at every marker with
 * what it was: a change here may have changed all rows without one event.
 *
 * @param table the old table
 * @param items what it consists of; none where the table is gone
 */
public record TableDefinition(TableId table, List<Item> items) {

  /** What an item tells of. */
  public enum Kind {
    /** The table itself; the identity is another one when it was made again. */
    TABLE,
    /** The primary key; the value names its columns. */
    KEY,
    /**
     * That the log has the table's changes; the identity is another one when whatever sees to that
     * was altered or made again.
     */
    PUBLISHED,
    /** A column; the identity is another one when it was dropped and added again. */
    COLUMN,
    /** A column's catalogue entry; the identity changes with whatever alters the column. */
    REVISION,
    /** A text that the column's rows print without holding it, as an enum's label. */
    LABEL,
    /**
     * A part with rows; the identity changes when they are moved to another file. The value is
     * {@link #FRESH} as long as nobody has counted the rows of that file.
     */
    PART
  }

  /** The value of a part that was emptied, or made, a moment ago. */
  public static final String FRESH = "fresh";

  /**
   * An item; kind, column, name and identity tell it from others of its table.
   *
   * @param column the column that it belongs to; empty where to none
   * @param name of the part, or of the type that has the label
   * @param identity of what is behind the name
   * @param value what must stay as it is
   */
  public record Item(Kind kind, String column, String name, String identity, String value) {

    public Item {
      Objects.requireNonNull(kind, "kind");
      Objects.requireNonNull(column, "column");
      Objects.requireNonNull(name, "name");
      Objects.requireNonNull(identity, "identity");
      Objects.requireNonNull(value, "value");
    }
  }

  public TableDefinition {
    Objects.requireNonNull(table, "table");
    items = List.copyOf(items);
  }

  /** The same without its parts: they are taken as they are the next time. */
  public TableDefinition withoutParts() {
    return new TableDefinition(
        table, items.stream().filter(item -> item.kind() != Kind.PART).toList());
  }

  /** Names of the parts, as {@link Item#name} gives them. */
  public Set<String> parts() {
    return items(Kind.PART).keySet();
  }

  /**
   * What has changed rows that no event tells of, as the rest of a sentence; empty where nothing
   * has. This is the definition that was, or was accepted last.
   *
   * @param now the definition as it is
   * @param used columns that count
   * @param cameEmpty parts that have joined the table since, with no rows in them
   */
  public Optional<String> changedTo(TableDefinition now, Set<String> used, Set<String> cameEmpty) {
    return shapeChangedTo(now, used).or(() -> parts(now, cameEmpty)).or(() -> rewritten(now, used));
  }

  /** As {@link #changedTo}, but for parts: a TRUNCATE that is still to be met explains those. */
  public Optional<String> shapeChangedTo(TableDefinition now, Set<String> used) {
    return tableOrKey(now)
        .or(() -> published(now))
        .or(() -> columns(now, used))
        .or(() -> labels(now, used));
  }

  private Optional<String> tableOrKey(TableDefinition now) {
    if (now.items().isEmpty()) {
      return Optional.of("the table is gone");
    }
    if (!identities(Kind.TABLE).equals(now.identities(Kind.TABLE))) {
      return Optional.of("the table was dropped and made again");
    }
    Item key = items(Kind.KEY).get("");
    Item keyNow = now.items(Kind.KEY).get("");
    if (key != null && (keyNow == null || !keyNow.value().equals(key.value()))) {
      return Optional.of(
          "its primary key is now ("
              + (keyNow == null ? "" : keyNow.value())
              + "), it was ("
              + key.value()
              + ")");
    }
    return Optional.empty();
  }

  private Optional<String> published(TableDefinition now) {
    Map<String, Item> publishedNow = now.items(Kind.PUBLISHED);
    for (Item was : items(Kind.PUBLISHED).values()) {
      Item is = publishedNow.get(was.name());
      if (is == null) {
        return Optional.of(
            "publication " + was.name() + " does not have it any more: the log lacks changes");
      }
      if (!is.identity().equals(was.identity())) {
        return Optional.of(
            "publication " + was.name() + " was altered, or has it anew: the log may lack changes");
      }
    }
    return Optional.empty();
  }

  private Optional<String> columns(TableDefinition now, Set<String> used) {
    Map<String, Item> columns = items(Kind.COLUMN);
    Map<String, Item> columnsNow = now.items(Kind.COLUMN);
    for (String name : sorted(used)) {
      Item was = columns.get(name);
      Item is = columnsNow.get(name);
      if (was == null) {
        return Optional.of("column " + name + " is used now, and what was captured lacks it");
      }
      if (is == null) {
        return Optional.of(
            columnsNow.values().stream()
                .filter(other -> other.identity().equals(was.identity()))
                .findFirst()
                .map(other -> "column " + name + " was renamed to " + other.name())
                .orElse("column " + name + " is gone"));
      }
      if (!is.value().equals(was.value())) {
        return Optional.of("column " + name + " is now " + is.value() + ", it was " + was.value());
      }
      if (!is.identity().equals(was.identity())) {
        return Optional.of("column " + name + " was dropped and added again");
      }
    }
    return Optional.empty();
  }

  private Optional<String> labels(TableDefinition now, Set<String> used) {
    Map<List<String>, String> labelsNow = new HashMap<>();
    now.items().stream()
        .filter(item -> item.kind() == Kind.LABEL)
        .forEach(item -> labelsNow.put(place(item), item.value()));
    for (Item was : items) {
      if (was.kind() != Kind.LABEL || !used.contains(was.column())) {
        continue;
      }
      String is = labelsNow.get(place(was));
      if (!was.value().equals(is)) {
        return Optional.of(
            "'"
                + was.value()
                + "' of type "
                + was.name()
                + ", which column "
                + was.column()
                + " has, is "
                + (is == null ? "gone" : "now '" + is + "'"));
      }
    }
    return Optional.empty();
  }

  private Optional<String> parts(TableDefinition now, Set<String> cameEmpty) {
    Map<String, Item> parts = items(Kind.PART);
    if (parts.isEmpty()) {
      return Optional.empty();
    }
    Map<String, Item> partsNow = now.items(Kind.PART);
    for (String name : sorted(parts.keySet())) {
      Item is = partsNow.get(name);
      if (is == null) {
        return Optional.of("partition " + name + " was detached or dropped");
      }
      // An event tells of a TRUNCATE of the whole table, and the parts are forgotten then.
      if (!is.identity().equals(parts.get(name).identity()) && isFresh(is) && !isWhole(name)) {
        return Optional.of("partition " + name + " was truncated by itself, or rewritten");
      }
    }
    for (String name : sorted(partsNow.keySet())) {
      if (!parts.containsKey(name) && !cameEmpty.contains(name)) {
        return Optional.of("partition " + name + " was attached with rows in it");
      }
    }
    return Optional.empty();
  }

  /** {@code ALTER COLUMN … TYPE … USING} may keep the type, and changes each row. */
  private Optional<String> rewritten(TableDefinition now, Set<String> used) {
    Map<String, Item> parts = items(Kind.PART);
    Map<String, Item> partsNow = now.items(Kind.PART);
    boolean moved =
        parts.values().stream()
            .anyMatch(
                part ->
                    partsNow.containsKey(part.name())
                        && !partsNow.get(part.name()).identity().equals(part.identity()));
    if (!moved) {
      return Optional.empty();
    }
    Map<String, Item> revisions = items(Kind.REVISION);
    Map<String, Item> revisionsNow = now.items(Kind.REVISION);
    return sorted(used).stream()
        .filter(revisions::containsKey)
        .filter(c -> !revisions.get(c).identity().equals(revisionsNow.get(c).identity()))
        .findFirst()
        .map(c -> "column " + c + " was altered and the table rewritten, which changes all rows");
  }

  private boolean isWhole(String part) {
    return part.equals(table.toString());
  }

  private static boolean isFresh(Item part) {
    return part.value().equals(FRESH);
  }

  private static List<String> place(Item item) {
    return List.of(item.column(), item.name(), item.identity());
  }

  private static List<String> sorted(Set<String> names) {
    List<String> sorted = new ArrayList<>(names);
    sorted.sort(null);
    return sorted;
  }

  private Set<String> identities(Kind kind) {
    return items.stream()
        .filter(item -> item.kind() == kind)
        .map(Item::identity)
        .collect(Collectors.toSet());
  }

  private Map<String, Item> items(Kind kind) {
    Map<String, Item> found = new HashMap<>();
    items.stream().filter(i -> i.kind() == kind).forEach(item -> found.put(item.name(), item));
    return found;
  }
}
