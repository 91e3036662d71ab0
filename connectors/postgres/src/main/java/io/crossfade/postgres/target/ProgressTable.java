package io.crossfade.postgres.target;

import io.crossfade.core.target.Flush;
import io.crossfade.core.target.InputPartition;
import io.crossfade.core.target.Progress;
import io.crossfade.core.target.TopicIdentity;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * The table {@code crossfade.progress}, seen by one consumer group. Transactions are the caller's.
 */
final class ProgressTable {

  /** Rows are updated several times a second: room on the page keeps them off the index. */
  private static final String CREATE =
      """
      CREATE TABLE IF NOT EXISTS crossfade.progress (
        consumer_group text COLLATE "C" NOT NULL,
        topic text COLLATE "C" NOT NULL,
        part integer NOT NULL,
        topic_id text NOT NULL,
        partitions integer NOT NULL,
        prev bigint NOT NULL,
        cur bigint NOT NULL,
        highest bigint NOT NULL,
        owner text NOT NULL,
        producers text[] NOT NULL,
        updated_at timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (consumer_group, topic, part)
      ) WITH (fillfactor = 20);
      COMMENT ON TABLE crossfade.progress IS
        'Offsets of Kafka up to which the rows in this database are applied, written with them';
      """;

  /** Of groups that must not write: their flow's turn is over, or has not come. */
  private static final String CREATE_SEALED =
      """
      CREATE TABLE IF NOT EXISTS crossfade.sealed (
        consumer_group text COLLATE "C" PRIMARY KEY,
        since timestamptz NOT NULL DEFAULT now()
      );
      COMMENT ON TABLE crossfade.sealed IS
        'Flows that must not write into this database now, whoever runs them';
      """;

  /** SQLSTATE of ours: the flow must not write now. */
  static final String SEALED = "XF002";

  /** One at a time with each claim of the group, which holds it shared. */
  private static final String ALONE =
      "SELECT pg_catalog.pg_advisory_xact_lock(pg_catalog.hashtextextended(?, 0))";

  private static final String WITH_OTHERS =
      "SELECT pg_catalog.pg_advisory_xact_lock_shared(pg_catalog.hashtextextended(?, 0))";

  private static final String COLUMNS = "topic_id, partitions, prev, cur, highest, producers";

  private static final String INSERT =
      """
      INSERT INTO crossfade.progress
        (consumer_group, topic, part, topic_id, partitions, prev, cur, highest, owner, producers)
      VALUES (?, ?, ?, ?, ?, 0, 0, 0, '', '{}')
      ON CONFLICT DO NOTHING
      """;

  private static final String LOCK =
      "SELECT "
          + COLUMNS
          + " FROM crossfade.progress"
          + " WHERE consumer_group = ? AND topic = ? AND part = ? FOR UPDATE";

  /** Those of former owners stay until a flush proves that they are fenced or done. */
  private static final String CLAIM =
      """
      UPDATE crossfade.progress
      SET owner = ?, producers = array_append(array_remove(producers, ?), ?), updated_at = now()
      WHERE consumer_group = ? AND topic = ? AND part = ?
      """;

  private static final String MOVES =
      """
      unnest(?::text[], ?::integer[], ?::text[], ?::bigint[], ?::bigint[])
        AS m(topic, part, token, prev, cur)
      """;

  /**
   * {@code cur <= the new one} keeps a statement out that was sent before its connection died and
   * is executed after the flush has been repeated, and overtaken, on another connection. In order,
   * so that two never wait for each other.
   */
  private static final String LOCK_OWN =
      "SELECT p.cur = m.cur FROM "
          + MOVES
          + """
            JOIN crossfade.progress p
              ON p.consumer_group = ? AND p.topic = m.topic AND p.part = m.part
            WHERE p.owner = m.token AND p.cur <= m.cur
            ORDER BY p.topic, p.part
            FOR UPDATE OF p
            """;

  private static final String MOVE =
      "UPDATE crossfade.progress p"
          + " SET prev = m.prev, cur = m.cur, highest = greatest(p.highest, m.cur),"
          + " producers = ARRAY[?], updated_at = now() FROM "
          + MOVES
          + " WHERE p.consumer_group = ? AND p.topic = m.topic AND p.part = m.part";

  /** What became of an attempt to move. */
  enum Move {
    DONE,
    /** All stand there already: an earlier attempt was committed, and its rows with it. */
    REPEATED,
    /** Another has taken one of them; nothing of this transaction may stay. */
    FENCED
  }

  private static final String RELEASE =
      """
      UPDATE crossfade.progress SET prev = cur, owner = '', producers = '{}', updated_at = now()
      WHERE consumer_group = ? AND topic = ? AND part = ? AND owner = ?
      """;

  private static final String REWIND =
      """
      UPDATE crossfade.progress SET prev = ?, cur = ?, owner = '', updated_at = now()
      WHERE consumer_group = ? AND topic = ? AND part = ?
        AND prev = ? AND cur = ? AND topic_id = ?
      """;

  private final Connection connection;
  private final String group;

  ProgressTable(Connection connection, String group) {
    this.connection = connection;
    this.group = group;
  }

  static void create(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      // Two that create it at once would clash in the catalogue in spite of IF NOT EXISTS; and a
      // role without the privilege to create may find it made by somebody else.
      statement.execute(
          """
          DO $$
          BEGIN
            PERFORM pg_advisory_xact_lock(hashtext('crossfade.progress'));
            IF to_regnamespace('crossfade') IS NULL THEN
              CREATE SCHEMA crossfade;
            END IF;
            IF to_regclass('crossfade.progress') IS NULL THEN
              EXECUTE $sql$%s$sql$;
            END IF;
            IF to_regclass('crossfade.sealed') IS NULL THEN
              EXECUTE $sql$%s$sql$;
            END IF;
            IF to_regclass('crossfade.displaced') IS NULL THEN
              EXECUTE $sql$%s$sql$;
            END IF;
            IF NOT EXISTS (SELECT FROM pg_attribute
                           WHERE attrelid = 'crossfade.displaced'::regclass
                             AND attname = 'writing' AND NOT attisdropped) THEN
              %s;
            END IF;
            IF to_regclass('crossfade.dead') IS NULL THEN
              EXECUTE $sql$%s$sql$;
            END IF;
          END $$
          """
              .formatted(
                  CREATE,
                  CREATE_SEALED,
                  DisplacedTable.CREATE,
                  DisplacedTable.UPGRADE,
                  DeadTable.CREATE));
    }
  }

  Map<InputPartition, Progress> all() throws SQLException {
    Map<InputPartition, Progress> all = new TreeMap<>();
    try (PreparedStatement statement =
        connection.prepareStatement(
            "SELECT "
                + COLUMNS
                + ", topic, part FROM crossfade.progress WHERE consumer_group = ?")) {
      statement.setString(1, group);
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          all.put(new InputPartition(rows.getString(7), rows.getInt(8)), progress(rows));
        }
      }
    }
    return all;
  }

  Progress claim(InputPartition partition, TopicIdentity topic, String token, String producer)
      throws SQLException {
    requireNotSealed();
    try (PreparedStatement insert = connection.prepareStatement(INSERT)) {
      place(insert, 1, partition);
      insert.setString(4, topic.id());
      insert.setInt(5, topic.partitions());
      if (insert.executeUpdate() == 1) {
        forgetHeldRows(partition);
      }
    }
    Progress before;
    try (PreparedStatement lock = connection.prepareStatement(LOCK)) {
      place(lock, 1, partition);
      try (ResultSet rows = lock.executeQuery()) {
        if (!rows.next()) {
          throw new SQLException("the row of " + partition + " was deleted just now", "40001");
        }
        before = progress(rows);
      }
    }
    try (PreparedStatement claim = connection.prepareStatement(CLAIM)) {
      claim.setString(1, token);
      claim.setString(2, producer);
      claim.setString(3, producer);
      place(claim, 4, partition);
      claim.executeUpdate();
    }
    return before;
  }

  boolean owns(InputPartition partition, String token) throws SQLException {
    try (PreparedStatement query =
        connection.prepareStatement(
            "SELECT 1 FROM crossfade.progress"
                + " WHERE consumer_group = ? AND topic = ? AND part = ? AND owner = ?")) {
      place(query, 1, partition);
      query.setString(4, token);
      try (ResultSet rows = query.executeQuery()) {
        return rows.next();
      }
    }
  }

  private void requireNotSealed() throws SQLException {
    execute(WITH_OTHERS, "crossfade " + group);
    try (PreparedStatement query =
        connection.prepareStatement(
            "SELECT since::text FROM crossfade.sealed WHERE consumer_group = ?")) {
      query.setString(1, group);
      try (ResultSet rows = query.executeQuery()) {
        if (rows.next()) {
          throw new SQLException(
              "group " + group + " writes nothing here since " + rows.getString(1), SEALED);
        }
      }
    }
  }

  /**
   * From the end of this transaction on nothing of the group is written any more: who is writing is
   * waited for, and no partition can be claimed.
   */
  void seal() throws SQLException {
    execute(ALONE, "crossfade " + group);
    execute(
        "INSERT INTO crossfade.sealed (consumer_group) VALUES (?) ON CONFLICT DO NOTHING", group);
    execute("UPDATE crossfade.progress SET owner = '' WHERE consumer_group = ?", group);
  }

  void unseal() throws SQLException {
    execute("DELETE FROM crossfade.sealed WHERE consumer_group = ?", group);
  }

  /** As if the group had never written here; where it is sealed it stays so. */
  void forget() throws SQLException {
    if (!exists()) {
      return;
    }
    for (String table : List.of("progress", "displaced", "dead")) {
      execute("DELETE FROM crossfade." + table + " WHERE consumer_group = ?", group);
    }
  }

  private boolean exists() throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet rows =
            statement.executeQuery("SELECT to_regclass('crossfade.progress') IS NOT NULL")) {
      rows.next();
      return rows.getBoolean(1);
    }
  }

  private void execute(String sql, String argument) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      statement.setString(1, argument);
      statement.execute();
    }
  }

  /** Nobody has applied anything of it: what is held is of a migration that is gone. */
  private void forgetHeldRows(InputPartition partition) throws SQLException {
    for (String table : List.of("displaced", "dead")) {
      try (PreparedStatement delete =
          connection.prepareStatement(
              "DELETE FROM crossfade."
                  + table
                  + " WHERE consumer_group = ? AND topic = ? AND part = ?")) {
        place(delete, 1, partition);
        delete.executeUpdate();
      }
    }
  }

  Move move(List<Flush.Move> moves, String producer) throws SQLException {
    Move locked = lock(moves);
    if (moves.isEmpty() || locked == Move.FENCED) {
      return locked;
    }
    try (PreparedStatement statement = connection.prepareStatement(MOVE)) {
      statement.setString(1, producer);
      place(statement, 2, arrays(moves));
      statement.setString(7, group);
      statement.executeUpdate();
    }
    return locked;
  }

  /** As {@link #move}, without moving anything: what it says holds until the transaction ends. */
  Move lock(List<Flush.Move> moves) throws SQLException {
    if (moves.isEmpty()) {
      return Move.DONE;
    }
    int locked = 0;
    boolean repeated = true;
    try (PreparedStatement statement = connection.prepareStatement(LOCK_OWN)) {
      place(statement, 1, arrays(moves));
      statement.setString(6, group);
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          locked++;
          repeated &= rows.getBoolean(1);
        }
      }
    }
    if (locked < moves.size()) {
      return Move.FENCED;
    }
    return repeated ? Move.REPEATED : Move.DONE;
  }

  private static Object[][] arrays(List<Flush.Move> moves) {
    Object[][] arrays = new Object[5][moves.size()];
    for (int i = 0; i < moves.size(); i++) {
      Flush.Move move = moves.get(i);
      arrays[0][i] = move.partition().topic();
      arrays[1][i] = move.partition().partition();
      arrays[2][i] = move.token();
      arrays[3][i] = move.prev();
      arrays[4][i] = move.cur();
    }
    return arrays;
  }

  private void place(PreparedStatement statement, int first, Object[][] arrays)
      throws SQLException {
    String[] types = {"text", "int4", "text", "int8", "int8"};
    for (int i = 0; i < types.length; i++) {
      statement.setArray(first + i, connection.createArrayOf(types[i], arrays[i]));
    }
  }

  void release(InputPartition partition, String token) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(RELEASE)) {
      place(statement, 1, partition);
      statement.setString(4, token);
      statement.executeUpdate();
    }
  }

  boolean rewind(InputPartition partition, Progress seen, long offset) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(REWIND)) {
      statement.setLong(1, offset);
      statement.setLong(2, offset);
      place(statement, 3, partition);
      statement.setLong(6, seen.prev());
      statement.setLong(7, seen.cur());
      statement.setString(8, seen.topic().id());
      return statement.executeUpdate() == 1;
    }
  }

  private void place(PreparedStatement statement, int first, InputPartition partition)
      throws SQLException {
    statement.setString(first, group);
    statement.setString(first + 1, partition.topic());
    statement.setInt(first + 2, partition.partition());
  }

  private static Progress progress(ResultSet rows) throws SQLException {
    return new Progress(
        new TopicIdentity(rows.getString(1), rows.getInt(2)),
        rows.getLong(3),
        rows.getLong(4),
        rows.getLong(5),
        Set.of((String[]) rows.getArray(6).getArray()));
  }
}
