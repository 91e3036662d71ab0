package io.crossfade.postgres.switching;

import io.crossfade.core.switching.SwitchingException;
import io.crossfade.core.table.TableId;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** Reads what a fence around tables consists of, and what of it stands. */
final class FencedRelations {

  /**
   * A trigger of ours.
   *
   * @param always whether it runs, for everybody
   * @param enabled whether it runs for anybody
   * @param hash of the pass
   * @param since when it was made
   * @param saysSo whether its message is the one that was asked about
   */
  record Mark(boolean always, boolean enabled, String hash, String since, boolean saysSo) {

    boolean stands(String wanted) {
      return always && hash.equals(wanted) && saysSo;
    }
  }

  /**
   * A table, or a part of one.
   *
   * @param id its name
   * @param root the table that was asked for
   * @param part whether it belongs to that table now; it did when the fence was raised
   * @param byRow whether writes can reach it that no trigger for statements sees
   */
  record Relation(
      TableId id,
      String root,
      boolean part,
      boolean byRow,
      Optional<Mark> statements,
      Optional<Mark> rows) {

    /** Whether nobody gets by. */
    boolean closed() {
      return statements.filter(Mark::always).isPresent()
          && (!byRow || rows.filter(Mark::always).isPresent());
    }

    boolean closed(String hash) {
      return statements.filter(mark -> mark.stands(hash)).isPresent()
          && (!byRow || rows.filter(mark -> mark.stands(hash)).isPresent());
    }

    boolean enabled() {
      return statements.filter(Mark::enabled).isPresent() || rows.filter(Mark::enabled).isPresent();
    }

    boolean marked() {
      return statements.isPresent() || rows.isPresent();
    }
  }

  /**
   * The tables with all their parts, and what was a part when its fence was raised. By row as well
   * where a table above is not fenced: a write into that one runs only its own triggers for
   * statements. And where a subscription writes, which runs triggers for rows only.
   *
   * <p>Arguments of a trigger are bytes with a zero behind each; as {@code escape} prints them they
   * can be taken apart and compared.
   */
  private static final String RELATIONS =
      """
      WITH RECURSIVE asked(oid, root) AS (
        SELECT c.oid, pg_catalog.quote_ident(t.nsp) || '.' || pg_catalog.quote_ident(t.rel)
        FROM unnest(?::text[], ?::text[]) AS t(nsp, rel)
        JOIN pg_catalog.pg_namespace n ON n.nspname = t.nsp
        JOIN pg_catalog.pg_class c ON c.relnamespace = n.oid AND c.relname = t.rel
      ),
      tree(oid, root) AS (
        SELECT oid, root FROM asked
        UNION
        SELECT i.inhrelid, tree.root
        FROM pg_catalog.pg_inherits i JOIN tree ON i.inhparent = tree.oid
      ),
      above(oid, ancestor) AS (
        SELECT oid, oid FROM tree
        UNION
        SELECT above.oid, i.inhparent
        FROM pg_catalog.pg_inherits i JOIN above ON i.inhrelid = above.ancestor
      ),
      marks AS (
        SELECT tgrelid, tgtype & 1 = 1 AS by_row, tgenabled = 'A' AS always, tgenabled <> 'D' AS enabled,
               string_to_array(pg_catalog.encode(tgargs, 'escape'), '\\000') AS args
        FROM pg_catalog.pg_trigger
        WHERE tgname IN (?, ?) AND tgfoid = pg_catalog.to_regprocedure('crossfade.fence()')
      ),
      all_of_it(oid, root, part) AS (
        SELECT oid, min(root), true FROM tree GROUP BY oid
        UNION ALL
        SELECT m.tgrelid, min(asked.root), false FROM marks m JOIN asked
          ON m.args[4] = pg_catalog.encode(
            pg_catalog.convert_to(asked.root, pg_catalog.getdatabaseencoding()), 'escape')
        WHERE m.tgrelid NOT IN (SELECT oid FROM tree) GROUP BY m.tgrelid
      )
      SELECT n.nspname, c.relname, c.relkind, a.root, a.part,
        c.relkind = 'r' AND EXISTS (
          SELECT FROM above WHERE above.oid = c.oid
            AND (above.ancestor NOT IN (SELECT oid FROM tree)
                 OR EXISTS (SELECT FROM pg_catalog.pg_subscription_rel s
                            WHERE s.srrelid = above.ancestor))) AS by_row,
        s.always AS s_always, s.enabled AS s_enabled, s.args[2] AS s_hash, s.args[3] AS s_since,
        coalesce(s.args[5] = said.message, false) AS s_says,
        r.always AS r_always, r.enabled AS r_enabled, r.args[2] AS r_hash, r.args[3] AS r_since,
        coalesce(r.args[5] = said.message, false) AS r_says
      FROM all_of_it a
      JOIN pg_catalog.pg_class c ON c.oid = a.oid
      JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
      LEFT JOIN marks s ON s.tgrelid = c.oid AND NOT s.by_row
      LEFT JOIN marks r ON r.tgrelid = c.oid AND r.by_row
      CROSS JOIN (SELECT pg_catalog.encode(
        pg_catalog.convert_to(?, pg_catalog.getdatabaseencoding()), 'escape')) AS said(message)
      ORDER BY n.nspname, c.relname
      """;

  private final FenceTrigger trigger;

  FencedRelations(FenceTrigger trigger) {
    this.trigger = trigger;
  }

  /**
   * Reads them, in the order of their names, which is the order in which they are locked.
   *
   * @param message the one to compare with
   * @throws SwitchingException where one of them cannot be fenced
   */
  List<Relation> of(Connection connection, Collection<TableId> tables, String message)
      throws SQLException {
    try (PreparedStatement query = connection.prepareStatement(RELATIONS)) {
      Sql.tables(query, 1, 2, tables);
      query.setString(3, trigger.forStatements());
      query.setString(4, trigger.forRows());
      query.setString(5, message);
      List<Relation> relations = new ArrayList<>();
      Set<TableId> missing = new TreeSet<>(tables);
      try (ResultSet rows = query.executeQuery()) {
        while (rows.next()) {
          TableId id = new TableId(rows.getString("nspname"), rows.getString("relname"));
          missing.remove(id);
          if (!Set.of("r", "p").contains(rows.getString("relkind"))) {
            throw new SwitchingException(
                id + " is no table of this server's own: nothing keeps others from writing to it");
          }
          relations.add(
              new Relation(
                  id,
                  rows.getString("root"),
                  rows.getBoolean("part"),
                  rows.getBoolean("by_row"),
                  mark(rows, "s_"),
                  mark(rows, "r_")));
        }
      }
      if (!missing.isEmpty()) {
        throw new SwitchingException(
            "there is no table "
                + missing.iterator().next()
                + ", or our role may not see its schema");
      }
      return relations;
    }
  }

  private static Optional<Mark> mark(ResultSet rows, String prefix) throws SQLException {
    String hash = rows.getString(prefix + "hash");
    return hash == null
        ? Optional.empty()
        : Optional.of(
            new Mark(
                rows.getBoolean(prefix + "always"),
                rows.getBoolean(prefix + "enabled"),
                hash,
                rows.getString(prefix + "since"),
                rows.getBoolean(prefix + "says")));
  }
}
