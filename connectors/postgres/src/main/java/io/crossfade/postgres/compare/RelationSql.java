package io.crossfade.postgres.compare;

import static io.crossfade.postgres.CanonicalSession.quote;

import io.crossfade.core.table.ColumnType;
import io.crossfade.core.table.Row;
import io.crossfade.core.table.TableId;
import io.crossfade.core.table.TypeFamily;
import io.crossfade.core.verify.KeyRange;
import io.crossfade.core.verify.Relation;
import io.crossfade.core.verify.RelationColumn;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * The SQL of a relation. Values are written as literals, not as parameters: a user's SELECT may
 * have question marks of its own, and a plan with the values in it knows how many rows there are.
 */
final class RelationSql {

  /** No column of a user's has this name. */
  private static final String ROWS = quote("crossfade: rows");

  private static final String VERSIONS = quote("crossfade: versions");

  private final Relation relation;
  private final String from;

  RelationSql(Relation relation) {
    this.relation = relation;
    this.from =
        relation.origin() instanceof Relation.Select select
            ? "(" + select.sql() + "\n) AS " + ROWS
            : table(((Relation.Stored) relation.origin()).table()) + " AS " + ROWS;
  }

  private static String table(TableId table) {
    return quote(table.schema()) + "." + quote(table.name());
  }

  /** The ordered columns of the key, {@code rows} behind the range's beginning. */
  String boundary(KeyRange range, long rows) {
    String columns = each(ordered(), RelationSql::plain);
    return "SELECT %s FROM %s%s ORDER BY %s OFFSET %d LIMIT 1"
        .formatted(columns, from, where(range, ""), columns, rows);
  }

  /** Bucket, rows, sums of both hashes. */
  String digests(KeyRange range, int buckets) {
    return """
    SELECT bucket, count(*), sum(%s)::text, sum(%s)::text
    FROM (SELECT %s AS bucket, %s AS line FROM %s%s OFFSET 0) AS lines
    GROUP BY bucket
    """
        .formatted(hash(0), hash(1), bucket(buckets), line(), from, where(range, ""));
  }

  /** The key's columns, then both hashes. */
  String hashes(KeyRange range, int buckets, Set<Integer> wanted) {
    String list = wanted.stream().sorted().map(String::valueOf).collect(Collectors.joining(","));
    String only =
        wanted.size() >= buckets ? "" : bucket(buckets) + " = ANY ('{" + list + "}'::int[])";
    List<String> names = new ArrayList<>();
    List<String> keys = new ArrayList<>();
    for (int i = 0; i < relation.key().size(); i++) {
      names.add("k" + i);
      keys.add(value(relation.key().get(i)) + " AS k" + i);
    }
    return "SELECT %s, %s, %s FROM (SELECT %s, %s AS line FROM %s%s OFFSET 0) AS lines"
        .formatted(
            String.join(", ", names),
            hash(0),
            hash(1),
            String.join(", ", keys),
            line(),
            from,
            where(range, only));
  }

  /** The columns. */
  String rows(KeyRange range) {
    return "SELECT %s FROM %s%s"
        .formatted(each(relation.columns(), RelationSql::value), from, where(range, ""));
  }

  /** The columns, then the version; empty where there is none. */
  String rows(Collection<Row> keys) {
    return "SELECT %s, %s FROM %s%s"
        .formatted(
            each(relation.columns(), RelationSql::value),
            version(),
            from,
            where(KeyRange.ALL, in(keys)));
  }

  /** The transaction that wrote the row: another one whenever it was written. */
  private String version() {
    if (relation.origin() instanceof Relation.Stored) {
      return ROWS + ".xmin::text";
    }
    return ((Relation.Select) relation.origin())
        .versions()
        .map(
            versions ->
                "(SELECT %s.xmin::text FROM %s AS %s WHERE (%s) = (%s))"
                    .formatted(
                        VERSIONS,
                        table(versions.table()),
                        VERSIONS,
                        versions.keyColumns().stream()
                            .map(name -> VERSIONS + "." + quote(name))
                            .collect(Collectors.joining(", ")),
                        each(relation.key(), RelationSql::plain)))
        .orElse("''::text");
  }

  private List<RelationColumn> ordered() {
    return relation.key().subList(0, relation.ordered());
  }

  private String where(KeyRange range, String more) {
    List<String> conditions = new ArrayList<>();
    range.from().ifPresent(from -> conditions.add(against(">=", from)));
    range.to().ifPresent(to -> conditions.add(against("<", to)));
    if (!more.isEmpty()) {
      conditions.add(more);
    }
    if (!relation.oneOf().isEmpty()) {
      conditions.add(
          relation.oneOf().stream()
              .map(name -> ROWS + "." + quote(name))
              .collect(Collectors.joining(", ", "pg_catalog.num_nonnulls(", ") > 0")));
    }
    return conditions.isEmpty() ? "" : " WHERE " + String.join(" AND ", conditions);
  }

  private String against(String operator, Row bound) {
    List<String> literals = new ArrayList<>();
    for (int i = 0; i < relation.ordered(); i++) {
      literals.add(literal(relation.key().get(i), bound.get(i)));
    }
    return "(%s) %s (%s)"
        .formatted(each(ordered(), RelationSql::plain), operator, String.join(", ", literals));
  }

  private String in(Collection<Row> keys) {
    List<String> columns = relation.key().stream().map(RelationSql::lookedUp).toList();
    List<String> all = new ArrayList<>();
    for (Row key : keys) {
      List<String> literals = new ArrayList<>();
      for (int i = 0; i < columns.size(); i++) {
        literals.add(literal(relation.key().get(i), key.get(i)));
      }
      all.add("(" + String.join(", ", literals) + ")");
    }
    // A list of plain values is an index condition; one of rows is an OR of such.
    return "(%s) IN (%s)".formatted(String.join(", ", columns), String.join(", ", all));
  }

  private static String lookedUp(RelationColumn column) {
    if (column.as().family() == TypeFamily.OPAQUE) {
      // A value of the one side need not be one of the type on the other: an enum has other labels.
      return "CAST(" + plain(column) + " AS text)";
    }
    return column.isLookedUpAsItIs() ? plain(column) : value(column);
  }

  private static String literal(RelationColumn column, String text) {
    return "'" + text.replace("'", "''") + "'::" + literalType(column.as());
  }

  /**
   * Wide enough for what the other side may hold, and still of the operator family of an index on
   * the column.
   */
  private static String literalType(ColumnType type) {
    return switch (type.family()) {
      case INT2, INT4, INT8 -> "bigint";
      case NUMERIC -> "numeric";
      case TEXT, VARCHAR, OPAQUE -> "text";
      case CHAR -> "bpchar";
      case TIMESTAMP -> "timestamp";
      case TIMESTAMPTZ -> "timestamptz";
      case TIME -> "time";
      default -> type.name();
    };
  }

  private String bucket(int buckets) {
    return "(pg_catalog.hashtextextended(%s COLLATE \"C\", 0) & %d)::int"
        .formatted(record(relation.key()), buckets - 1);
  }

  private String line() {
    return record(relation.columns());
  }

  /** Tells NULL from the empty text, and 'a','b' from 'a,b'. */
  private static String record(List<RelationColumn> columns) {
    return "CAST(ROW(" + each(columns, RelationSql::value) + ") AS text)";
  }

  private static String hash(int seed) {
    return "pg_catalog.hashtextextended(line COLLATE \"C\", " + seed + ")";
  }

  private static String plain(RelationColumn column) {
    return ROWS + "." + quote(column.name());
  }

  private static String value(RelationColumn column) {
    return column.isCast()
        ? "CAST(" + plain(column) + " AS " + column.as().name() + ")"
        : plain(column);
  }

  private static String each(
      List<RelationColumn> columns, Function<RelationColumn, String> expression) {
    return columns.stream().map(expression).collect(Collectors.joining(", "));
  }
}
