package io.crossfade.spec;

import io.crossfade.core.target.OnBadRow;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;

/**
 * One migration, as its file says, with references replaced and defaults filled in. Its {@code
 * toString} can be printed: secrets are hidden.
 *
 * @param migration its name: a-z, 0-9 and '-'
 * @param file where it was read from; absolute
 * @param source the database with the old tables
 * @param target the database with the new tables
 * @param kafka what lies between
 * @param tables the mappings, in the file's order; each target table once
 * @param schemas whole schemas that are mapped, in the file's order
 * @param reverse the way back of old tables for which it is written, in the file's order; each old
 *     table once
 * @param checks pairs of queries that must agree, in the file's order
 * @param expand statements for the target that come before the first row, in the file's order
 * @param contract statements for the target that come after the end, in the file's order
 * @param hooks what is run where phases begin or have ended, in the file's order
 * @param backfill how existing rows are copied
 * @param onBadRow what becomes of a row that the target refuses
 * @param onTruncate what a TRUNCATE of an old table does
 * @param server the HTTP API of the running job
 */
public record Spec(
    String migration,
    Path file,
    SourceSpec source,
    TargetSpec target,
    KafkaSpec kafka,
    List<TableSpec> tables,
    List<SchemaSpec> schemas,
    List<ReverseSpec> reverse,
    List<CheckSpec> checks,
    List<SqlText> expand,
    List<SqlText> contract,
    List<HookSpec> hooks,
    BackfillSpec backfill,
    OnBadRow onBadRow,
    OnTruncate onTruncate,
    ServerSpec server) {

  /** What a TRUNCATE of an old table does. */
  public enum OnTruncate {
    /** It stops the line. */
    FAIL,
    /** The new tables lose the rows that came from it. */
    APPLY
  }

  public Spec {
    Objects.requireNonNull(migration, "migration");
    Objects.requireNonNull(file, "file");
    Objects.requireNonNull(source, "source");
    Objects.requireNonNull(target, "target");
    Objects.requireNonNull(kafka, "kafka");
    Objects.requireNonNull(backfill, "backfill");
    Objects.requireNonNull(onBadRow, "onBadRow");
    Objects.requireNonNull(onTruncate, "onTruncate");
    Objects.requireNonNull(server, "server");
    tables = List.copyOf(tables);
    schemas = List.copyOf(schemas);
    reverse = List.copyOf(reverse);
    checks = List.copyOf(checks);
    expand = List.copyOf(expand);
    contract = List.copyOf(contract);
    hooks = List.copyOf(hooks);
    if (tables.isEmpty() && schemas.isEmpty()) {
      throw new IllegalArgumentException(migration + " has no tables");
    }
    if (tables.stream().map(TableSpec::into).distinct().count() < tables.size()) {
      throw new IllegalArgumentException(migration + " names a target table twice");
    }
    if (reverse.stream().map(ReverseSpec::into).distinct().count() < reverse.size()) {
      throw new IllegalArgumentException(migration + " has two ways back into one table");
    }
  }

  /**
   * 64 hex digits that change when the spec means something else. Comments, layout, key order, the
   * file's place, credentials and secrets do not count, nor do hooks: a comparison that was begun
   * means the same with others.
   */
  public String fingerprint() {
    return Fingerprint.of(this);
  }
}
