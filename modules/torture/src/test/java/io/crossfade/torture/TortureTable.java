package io.crossfade.torture;

import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;

/**
 * An old table, its new table and the SELECT between them. Each old row has a column {@code
 * version} that a trigger makes grow with every change of its key, over deletes too, and each new
 * row has it as well.
 *
 * @param old as SQL writes it, with its schema
 * @param topic what the raw topic's name ends with
 * @param key the columns of the primary key, as SQL writes them
 * @param into the new table's name, in schema public
 * @param newKey the new table's key columns, in the same order
 * @param select the mapping
 * @param hint a condition on OLD and NEW: the log leaves a large value out of such an update;
 *     {@code false} where it never does
 */
record TortureTable(
    String old,
    String topic,
    List<String> key,
    String into,
    List<String> newKey,
    String select,
    String hint) {

  /** Between the parts of a key: in no value that is generated here. */
  static final String BETWEEN = "\u001f";

  TortureTable {
    Objects.requireNonNull(old, "old");
    Objects.requireNonNull(select, "select");
    key = List.copyOf(key);
    newKey = List.copyOf(newKey);
  }

  /** The key as one text, of the row that has this name. */
  String keyOf(String row) {
    return key.stream()
        .map(column -> row + "." + column + "::text")
        .collect(Collectors.joining(", chr(31), ", "concat(", ")"));
  }

  String newKeyOf(String row) {
    return newKey.stream()
        .map(column -> row + "." + column + "::text")
        .collect(Collectors.joining(", chr(31), ", "concat(", ")"));
  }
}
