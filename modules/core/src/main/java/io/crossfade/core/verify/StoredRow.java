package io.crossfade.core.verify;

import io.crossfade.core.table.Row;
import java.util.Objects;

/**
 * A row as a database holds it.
 *
 * @param values in the relation's columns, as canonical text
 * @param version another one whenever the row was written in between, by whomever; opaque; empty
 *     where the relation's rows have none
 */
public record StoredRow(Row values, String version) {

  public StoredRow {
    Objects.requireNonNull(values, "values");
    Objects.requireNonNull(version, "version");
  }
}
