package io.crossfade.postgres;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What may be done with a type, built-in or made of such: looked up in the catalogue, through
 * domains, arrays, ranges and the fields of composites.
 */
final class TypeUses {

  private static final String TYPE =
      """
      SELECT t.typtype::text, n.nspname = 'pg_catalog', pg_catalog.format_type(t.oid, NULL),
             CASE WHEN t.typtype = 'd' THEN t.typbasetype
                  WHEN t.typsubscript = 'pg_catalog.array_subscript_handler'::pg_catalog.regproc
                    THEN t.typelem
                  WHEN t.typtype = 'r'
                    THEN (SELECT r.rngsubtype FROM pg_catalog.pg_range r WHERE r.rngtypid = t.oid)
                  WHEN t.typtype = 'm'
                    THEN (SELECT r.rngtypid FROM pg_catalog.pg_range r WHERE r.rngmultitypid = t.oid)
                  ELSE 0 END::bigint,
             t.typrelid::bigint
      FROM pg_catalog.pg_type t JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace
      WHERE t.oid = ?::oid
      """;

  private static final String FIELDS =
      """
      SELECT a.atttypid::bigint FROM pg_catalog.pg_attribute a
      WHERE a.attrelid = ?::oid AND a.attnum > 0 AND NOT a.attisdropped
      """;

  private final Connection connection;

  TypeUses(Connection connection) {
    this.connection = connection;
  }

  /**
   * A type that is not built in.
   *
   * @param kind {@code pg_type.typtype}
   * @param builtIn whether it is in {@code pg_catalog}
   * @param name as PostgreSQL prints it
   * @param of what it is made of; 0 where it is not made of one type
   * @param relation where its fields are; 0 where it has none
   */
  private record Made(String kind, boolean builtIn, String name, long of, long relation) {}

  /** Why values of the type cannot be carried; empty where they can. */
  Optional<String> refused(long oid) throws SQLException {
    Optional<BuiltInType> base = BuiltInType.of(oid);
    if (base.isPresent()) {
      return base.get().refused().map(why -> base.get().display() + ": " + why);
    }
    Made made = made(oid);
    for (long part : made.kind().equals("c") ? fields(made.relation()) : List.of(made.of())) {
      // A composite cannot hold itself, so this ends.
      Optional<String> why = part == 0 ? Optional.empty() : refused(part);
      if (why.isPresent()) {
        return why;
      }
    }
    return Optional.empty();
  }

  /** Whether the type may be in a key. */
  KeyUse key(long oid) throws SQLException {
    Optional<BuiltInType> base = BuiltInType.of(oid);
    if (base.isPresent()) {
      KeyUse use = base.get().key();
      return use.allowed() ? use : KeyUse.no(base.get().display() + ": " + use.why());
    }
    Made made = made(oid);
    if (made.kind().equals("e")) {
      return KeyUse.AS_PRINTED;
    }
    // A range of a user's may order its bounds by an operator class of its own.
    boolean follows = made.of() != 0 && (!made.kind().equals("r") || made.builtIn());
    if (!follows) {
      return KeyUse.no(made.name() + ": its equality is not known to be that of its text");
    }
    KeyUse part = key(made.of());
    if (!part.allowed() || part.nested()) {
      return part;
    }
    return KeyUse.no(
        made.name()
            + ": of what it is made of, equal values are printed differently, and only plain"
            + " columns are brought to one text ("
            + part.why()
            + ")");
  }

  private Made made(long oid) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(TYPE)) {
      statement.setLong(1, oid);
      try (ResultSet row = statement.executeQuery()) {
        if (!row.next()) {
          throw new SQLException("type " + oid + " is gone", "42704");
        }
        return new Made(
            row.getString(1), row.getBoolean(2), row.getString(3), row.getLong(4), row.getLong(5));
      }
    }
  }

  private List<Long> fields(long relation) throws SQLException {
    List<Long> types = new ArrayList<>();
    try (PreparedStatement statement = connection.prepareStatement(FIELDS)) {
      statement.setLong(1, relation);
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          types.add(rows.getLong(1));
        }
      }
    }
    return types;
  }
}
