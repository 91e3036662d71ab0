package io.crossfade.spec;

import io.crossfade.core.table.TableId;
import io.crossfade.spec.TableSpec.Existing;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * Mappings of all tables of a schema, each as it is. Which tables these are only the source knows.
 *
 * @param from the schema of the old tables
 * @param into the schema of the new ones, which have the same names
 * @param place where the spec names the new ones
 * @param origin where the spec names the old ones
 * @param except names of old tables that are left out, each with its place
 * @param existing what a first start does with rows that are there already
 */
public record SchemaSpec(
    String from,
    String into,
    Place place,
    SqlText origin,
    Map<String, Place> except,
    Existing existing) {

  public SchemaSpec {
    Objects.requireNonNull(from, "from");
    Objects.requireNonNull(into, "into");
    Objects.requireNonNull(place, "place");
    Objects.requireNonNull(origin, "origin");
    except = Map.copyOf(except);
    Objects.requireNonNull(existing, "existing");
  }

  /**
   * The mapping of one table. Its SELECT is kept beside the migration's position from the first
   * start on, so its text must never be written in another way.
   *
   * @param name the old table's, which is the new one's as well
   */
  public TableSpec table(String name) {
    return new TableSpec(
        new TableId(into, name),
        place,
        origin.standingFor("SELECT * FROM " + quoted(from) + "." + quoted(name)),
        Optional.empty(),
        existing,
        TableSpec.Columns.ALL);
  }

  private static String quoted(String name) {
    return '"' + name.replace("\"", "\"\"") + '"';
  }
}
