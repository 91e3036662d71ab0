package io.crossfade.capture;

import static org.assertj.core.api.Assertions.assertThat;

import io.crossfade.sandbox.PostgresServer;
import io.crossfade.sandbox.SharedSandbox;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewPartitions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What changes rows without an event blocks (I9), and what does not goes on without a word. */
@Timeout(180)
@Tag("slow")
class SourceChangesTest {

  private static final String[] TABLE = {
    "CREATE TYPE mood AS ENUM ('happy', 'sad')",
    "CREATE TYPE pair AS (a int, b text)",
    "CREATE TABLE t (id int PRIMARY KEY, s varchar(10), m mood, moods mood[], p pair, n int,"
        + " unused text, gone int)",
    "INSERT INTO t SELECT i, 'a', 'happy', '{sad}', '(1,x)', i, 'u', i FROM generate_series(1, 50) i"
  };

  private static final String[] USED = {"id", "s", "m", "moods", "p", "n"};

  /**
   * Fails where {@link Definitions#accept} accepts all: none of these has an event that would tell
   * of it.
   */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "ALTER TABLE t DROP COLUMN s|column s is gone",
        "ALTER TABLE t RENAME COLUMN s TO r|column s was renamed to r",
        "ALTER TABLE t ALTER s TYPE varchar(20)|column s is now character varying(20), it was character varying(10)",
        "ALTER TABLE t ALTER n TYPE bigint|column n is now bigint, it was integer",
        "ALTER TABLE t DROP COLUMN n, ADD COLUMN n int DEFAULT 7|column n was dropped and added again",
        "ALTER TABLE t ALTER s TYPE varchar(10) USING upper(s)|column s was altered and the table rewritten, which changes all rows",
        "ALTER TYPE mood RENAME VALUE 'happy' TO 'glad'|'happy' of type public.mood, which column m has, is now 'glad'",
        "ALTER TYPE pair DROP ATTRIBUTE b|'b text' of type public.pair, which column p has, is gone",
        "ALTER TYPE pair ADD ATTRIBUTE c int|of type public.pair, which column p has, is now",
        "ALTER TABLE t DROP CONSTRAINT t_pkey, ADD PRIMARY KEY (id, n)|its primary key is now (id, n), it was (id)",
        "ALTER TABLE t RENAME TO u|the table is gone"
      })
  void shouldBlockWhenRowsHaveChangedThatNoEventTellsOf(String ddl, String reason)
      throws Exception {
    try (TestMigration m = new TestMigration(SharedSandbox.postgres18(), TABLE).with("t", USED)) {
      m.start().awaitCopied();
      m.database.execute(ddl);

      CaptureStatus blocked = m.awaitBlocked();

      assertThat(blocked.detail()).contains("public.t has changed").contains(reason);
      assertThat(blocked.next()).contains("crossfade resync --table public.t");
    }
  }

  /** Fails where {@link Resyncs#accepted} takes the definitions as they are at a start. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "ALTER TYPE mood RENAME VALUE 'happy' TO 'glad'|is now 'glad'",
        "ALTER TABLE t DROP COLUMN n, ADD COLUMN n int DEFAULT 7|was dropped and added again",
        "ALTER TABLE t ALTER s TYPE varchar(20)|is now character varying(20)"
      })
  void shouldNoticeAtTheStartWhatWasDoneWhileItWasDown(String ddl, String reason) throws Exception {
    try (TestMigration m = new TestMigration(SharedSandbox.postgres15(), TABLE).with("t", USED)) {
      m.start().awaitCopied();
      m.stop();
      m.database.execute(ddl);
      m.start();

      assertThat(m.awaitBlocked().detail()).contains(reason);
    }
  }

  /**
   * An event of the new shape that comes before anybody has looked is not published: fails where
   * {@code LogRecords} does not ask for misfits.
   */
  @Test
  void shouldPublishNothingInAnotherShape() throws Exception {
    try (TestMigration m = new TestMigration(SharedSandbox.postgres18(), TABLE).with("t", USED)) {
      m.start().awaitCopied();
      m.history("t");
      m.database.execute(
          "ALTER TABLE t ALTER n TYPE text; INSERT INTO t (id, n) VALUES (99, 'nan')");
      m.awaitBlocked();
      m.stop();
      m.database.execute(
          "DELETE FROM t WHERE id = 99; ALTER TABLE t ALTER n TYPE int USING n::int");

      m.start();
      m.awaitBlocked();
      m.resync("t");
      m.awaitFollowing();
      m.awaitCopied();
      assertThat(m.history("t").byKey()).doesNotContainKey("{\"id\":\"99\"}");
      assertThat(m.history("t").rows()).isEqualTo(m.rows("t"));
    }
  }

  /** Fails where a column counts that no mapping uses. */
  @Test
  void shouldGoOnWithoutAWordWhenNothingChangedThatIsUsed() throws Exception {
    try (TestMigration m =
        new TestMigration(SharedSandbox.postgres18(), TABLE)
            .with("t", "id", "s", "m", "moods", "p", "n")) {
      m.start().awaitCopied();
      m.database.execute(
          "ALTER TABLE t ADD COLUMN extra text DEFAULT 'x'",
          "INSERT INTO t (id, s, extra) VALUES (100, 'new', 'y')",
          "ALTER TABLE t DROP COLUMN gone",
          "INSERT INTO t (id, s) VALUES (101, 'new')",
          "ALTER TABLE t ALTER unused TYPE int USING 3",
          "INSERT INTO t (id, s, unused) VALUES (102, 'new', 5)",
          "ALTER TYPE mood ADD VALUE 'curious'",
          "INSERT INTO t (id, m) VALUES (103, 'curious')",
          "INSERT INTO t (id) VALUES (104)");
      RawHistory history = m.history("t");
      // A column that is altered in the same two seconds in which the table is rewritten blocks.
      m.database.execute(
          "ALTER TABLE t ALTER s SET DEFAULT 'later'",
          "ALTER TABLE t ALTER n SET STATISTICS 50",
          "CREATE TABLE other (id int PRIMARY KEY)",
          "ANALYZE t");
      m.history("t");
      m.database.execute("VACUUM FULL t");
      m.history("t");

      assertThat(history.byKey())
          .containsKeys(
              "{\"id\":\"100\"}", "{\"id\":\"101\"}", "{\"id\":\"102\"}", "{\"id\":\"103\"}");
      m.stop();
      m.start().awaitCopied();
      assertThat(m.history("t").byKey()).containsKey("{\"id\":\"104\"}");
    }
  }

  private static final String[] PARTITIONED = {
    "CREATE TABLE t (id int PRIMARY KEY, s text) PARTITION BY RANGE (id)",
    "CREATE TABLE t1 PARTITION OF t FOR VALUES FROM (0) TO (100)",
    "CREATE TABLE t2 PARTITION OF t FOR VALUES FROM (100) TO (200)",
    "INSERT INTO t SELECT i, 'a' FROM generate_series(1, 150) i",
    "CREATE TABLE loose (id int NOT NULL PRIMARY KEY, s text)",
    "INSERT INTO loose VALUES (300, 'before')",
    "ANALYZE t"
  };

  /** Fails where parts are not compared. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "ALTER TABLE t DETACH PARTITION t2|partition public.t2 was detached or dropped",
        "DROP TABLE t2|partition public.t2 was detached or dropped",
        "ALTER TABLE t ATTACH PARTITION loose FOR VALUES FROM (300) TO (400)|partition public.loose was attached with rows in it",
        "TRUNCATE t2|partition public.t2 was truncated by itself, or rewritten"
      })
  void shouldBlockWhenAPartitionComesOrGoesWithItsRowsAndGoOnByAResync(String ddl, String reason)
      throws Exception {
    try (TestMigration m = new TestMigration(SharedSandbox.postgres18(), PARTITIONED).with("t")) {
      m.start().awaitCopied();
      m.history("t");
      m.database.execute(ddl);
      assertThat(m.awaitBlocked().detail()).contains(reason);

      m.resync("t");
      m.awaitFollowing();
      m.awaitCopied();
      assertThat(m.history("t").rows()).isEqualTo(m.rows("t"));
    }
  }

  /** Fails where a partition that came empty blocks as any other: people make one each day. */
  @Test
  void shouldGoOnWhenANewPartitionIsMade() throws Exception {
    try (TestMigration m = new TestMigration(SharedSandbox.postgres18(), PARTITIONED).with("t")) {
      m.start().awaitCopied();
      m.database.execute("CREATE TABLE t3 PARTITION OF t FOR VALUES FROM (200) TO (300)");
      m.database.execute("INSERT INTO t VALUES (250, 'new')");
      m.history("t");

      assertThat(m.history("t").rows()).isEqualTo(m.rows("t"));
    }
  }

  /**
   * Fails where a slot that is missing is made again in silence, where {@code ReplicationLog} does
   * not compare places, where the place that was reached is not stored, and where one table that is
   * copied again is enough for a new slot.
   */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "SELECT pg_drop_replication_slot(slot)|is gone",
        "SELECT pg_drop_replication_slot(slot); INSERT INTO t VALUES (2); SELECT pg_create_logical_replication_slot(slot, 'pgoutput')|moved forward, or dropped and made again",
        "INSERT INTO t VALUES (2); SELECT pg_replication_slot_advance(slot, pg_current_wal_lsn())|moved forward, or dropped and made again"
      })
  void shouldBlockWhenTheSlotIsNotTheOneThatWasReadAndGoOnByAResync(String sql, String reason)
      throws Exception {
    try (TestMigration m =
        new TestMigration(
                SharedSandbox.postgres18(),
                "CREATE TABLE t (id int PRIMARY KEY)",
                "CREATE TABLE other (id int PRIMARY KEY)",
                "INSERT INTO t VALUES (1), (3), (5)")
            .with("t")
            .with("other")) {
      m.start().awaitCopied();
      m.history("t");
      m.stop();
      for (String statement : sql.split("; ")) {
        m.database.execute(
            statement
                .replace("slot)", "'" + m.source.slot() + "')")
                .replace("(slot,", "('" + m.source.slot() + "',"));
      }
      m.database.execute("DELETE FROM t WHERE id = 3", "INSERT INTO t VALUES (4)");
      m.start();
      CaptureStatus blocked = m.awaitBlocked();
      assertThat(blocked.detail()).contains(reason);
      assertThat(blocked.next()).contains("`crossfade resync`");

      // One table alone cannot mend what all have lost.
      m.resync("t");
      m.awaitTriedAgain();
      assertThat(m.awaitBlocked().detail()).contains("replication slot");
      m.resync();
      m.awaitFollowing();
      m.awaitCopied();
      RawHistory history = m.history("t");
      assertThat(history.rows()).isEqualTo(m.rows("t"));
      assertThat(history.byKey().get("{\"id\":\"3\"}")).last().matches(e -> e.row() == null);
    }
  }

  /**
   * What happens while the publication does not give all is missing in the log, without an error.
   * Fails where the publication is not looked at, where it is set right in silence at a start, and
   * where one that gives less is taken as it is.
   */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "ALTER PUBLICATION p DROP TABLE t|publication p does not have it any more|publication p was altered, or has it anew",
        "ALTER PUBLICATION p SET (publish = 'insert')|publication p was altered, or has it anew|publication p leaves out some of insert, update, delete and truncate",
        "DROP PUBLICATION p|publication p|publication p is gone"
      })
  void shouldBlockWhenThePublicationIsNotAsItWasAndGoOnByAResync(
      String ddl, String reason, String atTheStart) throws Exception {
    for (PostgresServer server : List.of(SharedSandbox.postgres15(), SharedSandbox.postgres18())) {
      for (boolean down : new boolean[] {false, true}) {
        try (TestMigration m =
            new TestMigration(
                    server,
                    "CREATE TABLE t (id int PRIMARY KEY)",
                    "INSERT INTO t VALUES (1), (3), (5)")
                .with("t")) {
          m.start().awaitCopied();
          m.history("t");
          if (down) {
            m.stop();
          }
          m.database.execute(
              ddl.replace("PUBLICATION p", "PUBLICATION " + m.source.slot()),
              "DELETE FROM t WHERE id = 3",
              "INSERT INTO t VALUES (4)");
          if (down) {
            m.start();
          }
          assertThat(m.awaitBlocked().detail().replace(m.source.slot(), "p"))
              .contains(down ? atTheStart : reason);

          if (ddl.contains("insert")) {
            m.resync();
            m.awaitTriedAgain();
            String next = m.awaitBlocked().next();
            assertThat(next).contains("SET (publish = ", "SET TABLE");
            m.database.execute(next.substring(0, next.indexOf("; then `crossfade resync`")));
          }
          m.resync();
          m.awaitFollowing();
          m.awaitCopied();
          m.database.execute("INSERT INTO t VALUES (6)", "DELETE FROM t WHERE id = 5");
          assertThat(m.history("t").rows()).isEqualTo(m.rows("t")).hasSize(3);
        }
      }
    }
  }

  /** Fails where a raw topic that is missing is made anew, whatever was written to it. */
  @Test
  void shouldBlockWhenARawTopicWasDeletedMadeAnewOrRepartitioned() throws Exception {
    try (TestMigration m =
            new TestMigration(
                    SharedSandbox.postgres18(),
                    "CREATE TABLE t (id int PRIMARY KEY)",
                    "INSERT INTO t VALUES (1)")
                .with("t");
        Admin admin =
            Admin.create(
                Map.of("bootstrap.servers", TestMigration.kafka().get("bootstrap.servers")))) {
      String topic = m.names.rawTopic(TestMigration.id("t"));
      m.start().awaitCopied();
      m.stop();
      admin.createPartitions(Map.of(topic, NewPartitions.increaseTo(5))).all().get();
      m.start();
      assertThat(m.awaitBlocked().detail()).contains("had 3 partitions and has 5");
      m.stop();

      admin.deleteTopics(List.of(topic)).all().get();
      m.start();
      assertThat(m.awaitBlocked().detail()).contains("raw topic " + topic + " was deleted");
      // What a resync cannot mend stays blocked, and says what to do.
      m.resync();
      assertThat(m.awaitBlocked().next()).contains("begin again with empty new tables");
    }
  }
}
