package io.crossfade.postgres.switching;

import io.crossfade.core.switching.ColumnId;
import io.crossfade.core.switching.SequenceAdvance;
import io.crossfade.core.switching.SequenceState;
import io.crossfade.core.switching.SwitchingException;
import io.crossfade.core.table.TableId;
import io.crossfade.postgres.CanonicalSession;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/** Reads the sequences behind columns, and how far the columns have come. */
final class SequenceReader {

  /** What a column's numbers can be. */
  enum Room {
    INT2("-32768", "32767"),
    INT4("-2147483648", "2147483647"),
    INT8("-9223372036854775808", "9223372036854775807"),
    /** A number without an end that matters. */
    WIDE,
    /** No number: a text that a number is a part of, for instance. */
    NONE;

    private final Optional<BigInteger> least;
    private final Optional<BigInteger> greatest;

    Room(String least, String greatest) {
      this.least = Optional.of(new BigInteger(least));
      this.greatest = Optional.of(new BigInteger(greatest));
    }

    Room() {
      this.least = Optional.empty();
      this.greatest = Optional.empty();
    }

    private static Room of(String type) {
      return switch (type) {
        case "int2" -> INT2;
        case "int4" -> INT4;
        case "int8" -> INT8;
        case "numeric", "float4", "float8" -> WIDE;
        default -> NONE;
      };
    }
  }

  /**
   * A sequence and the columns behind which it is.
   *
   * @param state as it stands
   * @param rooms of the columns
   */
  record Found(SequenceState state, Map<ColumnId, Room> rooms) {}

  /**
   * Identities ({@code i}), sequences that belong to a column ({@code a}), and those that a
   * default's expression names. A domain is as wide as its base.
   */
  private static final String BEHIND =
      """
      WITH RECURSIVE col AS (
        SELECT c.oid AS rel, a.attnum, n.nspname, c.relname, a.attname, a.atttypid
        FROM unnest(?::text[], ?::text[]) AS t(nsp, rel)
        JOIN pg_catalog.pg_namespace n ON n.nspname = t.nsp
        JOIN pg_catalog.pg_class c ON c.relnamespace = n.oid AND c.relname = t.rel
        JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
      ),
      base(domain, type) AS (
        SELECT DISTINCT atttypid, atttypid FROM col
        UNION
        SELECT base.domain, t.typbasetype FROM base JOIN pg_catalog.pg_type t ON t.oid = base.type
        WHERE t.typbasetype <> 0
      ),
      behind AS (
        SELECT d.objid AS seq, col.* FROM col
        JOIN pg_catalog.pg_depend d ON d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass
          AND d.refobjid = col.rel AND d.refobjsubid = col.attnum AND d.deptype IN ('a', 'i')
          AND d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass
        UNION
        SELECT d.refobjid, col.* FROM col
        JOIN pg_catalog.pg_attrdef def ON def.adrelid = col.rel AND def.adnum = col.attnum
        JOIN pg_catalog.pg_depend d ON d.classid = 'pg_catalog.pg_attrdef'::pg_catalog.regclass
          AND d.objid = def.oid AND d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass
      )
      SELECT sn.nspname AS seq_schema, sc.relname AS seq_name, b.nspname, b.relname, b.attname,
        s.seqincrement, s.seqmin, s.seqmax, s.seqcycle,
        (SELECT t.typname FROM base JOIN pg_catalog.pg_type t ON t.oid = base.type
         WHERE base.domain = b.atttypid AND t.typbasetype = 0
           AND t.typnamespace = 'pg_catalog'::pg_catalog.regnamespace) AS type
      FROM behind b
      JOIN pg_catalog.pg_sequence s ON s.seqrelid = b.seq
      JOIN pg_catalog.pg_class sc ON sc.oid = b.seq
      JOIN pg_catalog.pg_namespace sn ON sn.oid = sc.relnamespace
      ORDER BY 1, 2, 3, 4, 5
      """;

  /** A default that names its sequence as a text, so that no dependency tells of it. */
  private static final String HIDDEN =
      """
      SELECT n.nspname || '.' || c.relname || '.' || a.attname,
             pg_catalog.pg_get_expr(def.adbin, def.adrelid)
      FROM unnest(?::text[], ?::text[]) AS t(nsp, rel)
      JOIN pg_catalog.pg_namespace n ON n.nspname = t.nsp
      JOIN pg_catalog.pg_class c ON c.relnamespace = n.oid AND c.relname = t.rel
      JOIN pg_catalog.pg_attrdef def ON def.adrelid = c.oid
      JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum = def.adnum
      WHERE pg_catalog.pg_get_expr(def.adbin, def.adrelid) ~ 'nextval\\(\\('
      ORDER BY 1 LIMIT 1
      """;

  private final Connection connection;

  SequenceReader(Connection connection) {
    this.connection = connection;
  }

  /** All of these tables, in the order of their names. */
  List<Found> behind(Collection<TableId> tables) throws SQLException {
    refuseHidden(tables);
    Map<TableId, Map<ColumnId, Room>> columns = new TreeMap<>();
    Map<TableId, SequenceState> bounds = new TreeMap<>();
    try (PreparedStatement query = connection.prepareStatement(BEHIND)) {
      Sql.tables(query, 1, 2, tables);
      try (ResultSet rows = query.executeQuery()) {
        while (rows.next()) {
          TableId name = new TableId(rows.getString("seq_schema"), rows.getString("seq_name"));
          TableId table = new TableId(rows.getString("nspname"), rows.getString("relname"));
          String type = rows.getString("type");
          columns
              .computeIfAbsent(name, sequence -> new TreeMap<>())
              .put(
                  new ColumnId(table, rows.getString("attname")),
                  type == null ? Room.NONE : Room.of(type));
          bounds.put(
              name,
              new SequenceState(
                  name,
                  List.of(),
                  0,
                  false,
                  rows.getLong("seqincrement"),
                  rows.getLong("seqmin"),
                  rows.getLong("seqmax"),
                  rows.getBoolean("seqcycle")));
        }
      }
    }
    List<Found> found = new ArrayList<>();
    for (Map.Entry<TableId, SequenceState> entry : bounds.entrySet()) {
      Map<ColumnId, Room> rooms = columns.get(entry.getKey());
      found.add(new Found(stand(entry.getValue(), rooms.keySet()), rooms));
    }
    return found;
  }

  private void refuseHidden(Collection<TableId> tables) throws SQLException {
    try (PreparedStatement query = connection.prepareStatement(HIDDEN)) {
      Sql.tables(query, 1, 2, tables);
      try (ResultSet rows = query.executeQuery()) {
        if (rows.next()) {
          throw new SwitchingException(
              "the default of column "
                  + rows.getString(1)
                  + " names its sequence as a text, so nobody can tell which it is: "
                  + rows.getString(2)
                  + "; make it anew with nextval('name'::regclass)");
        }
      }
    }
  }

  /** The sequence itself says what it has given out, caches of sessions included. */
  private SequenceState stand(SequenceState bounds, Set<ColumnId> columns) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet rows =
            statement.executeQuery(
                "SELECT last_value, is_called FROM " + Sql.name(bounds.name()))) {
      rows.next();
      return new SequenceState(
          bounds.name(),
          List.copyOf(columns),
          rows.getLong(1),
          rows.getBoolean(2),
          bounds.increment(),
          bounds.min(),
          bounds.max(),
          bounds.cycles());
    }
  }

  /**
   * How far the columns of a sequence have come.
   *
   * @param known columns of which an old sequence tells it
   */
  List<SequenceAdvance.Column> columns(Found found, Set<ColumnId> known) throws SQLException {
    List<SequenceAdvance.Column> columns = new ArrayList<>();
    for (Map.Entry<ColumnId, Room> entry : new TreeMap<>(found.rooms()).entrySet()) {
      Room room = entry.getValue();
      if (room == Room.NONE && !known.contains(entry.getKey())) {
        throw new SwitchingException(
            "how far column "
                + entry.getKey()
                + " has come cannot be told, for it is no number; name the old column that it"
                + " continues");
      }
      columns.add(
          new SequenceAdvance.Column(
              entry.getKey(),
              room == Room.NONE
                  ? Optional.empty()
                  : furthest(entry.getKey(), found.state().ascending()),
              room.least,
              room.greatest));
    }
    return columns;
  }

  private Optional<BigInteger> furthest(ColumnId column, boolean ascending) throws SQLException {
    String name = CanonicalSession.quote(column.column());
    String sql =
        "SELECT "
            + (ascending ? "max(" : "min(")
            + name
            + ")::numeric FROM "
            + Sql.name(column.table());
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      rows.next();
      BigDecimal furthest = rows.getBigDecimal(1);
      return Optional.ofNullable(furthest)
          .map(
              value ->
                  value
                      .setScale(0, ascending ? RoundingMode.CEILING : RoundingMode.FLOOR)
                      .toBigInteger());
    }
  }
}
