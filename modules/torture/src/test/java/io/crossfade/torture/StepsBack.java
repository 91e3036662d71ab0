package io.crossfade.torture;

import io.crossfade.sandbox.Database;
import java.util.List;

/**
 * Logs, inside the target, each change that takes a row back to an older state: a version below one
 * that its key had before, over deletes too, or a row that comes back after its delete as it was.
 * While a replay that was asked for is on its way such steps are what was asked for.
 */
final class StepsBack {

  /** In a session that has executed this nothing is watched, and no foreign key is checked. */
  static final String UNSEEN = "SET session_replication_role = replica; SET torture.unseen = 'yes'";

  private StepsBack() {}

  static void watch(Database target, List<TortureTable> tables) {
    target.execute(
        """
        CREATE SCHEMA torture;
        CREATE TABLE torture.seen (tbl text, key text, version bigint NOT NULL,
          gone boolean NOT NULL, PRIMARY KEY (tbl, key)) WITH (fillfactor = 50);
        CREATE TABLE torture.steps_back (at timestamptz DEFAULT clock_timestamp(), tbl text,
          key text, op text, version bigint, highest bigint, gone boolean);
        CREATE TABLE torture.replays (at timestamptz DEFAULT clock_timestamp());
        -- Progress below where it once was, now or when this transaction began: only a reset of
        -- the group brings that about.
        CREATE FUNCTION torture.replaying() RETURNS boolean LANGUAGE plpgsql AS $$
        BEGIN
          RETURN EXISTS (SELECT FROM torture.replays)
            AND (coalesce(current_setting('torture.flush_of_replay', true), '') = 'yes'
              OR EXISTS (SELECT FROM crossfade.progress WHERE cur < highest));
        END $$;
        -- A flush moves its progress before it writes its rows.
        CREATE FUNCTION torture.flush_of_replay() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
          PERFORM set_config('torture.flush_of_replay', 'yes', true);
          RETURN NEW;
        END $$;
        """);
    tables.forEach(table -> target.execute(watcher(table)));
  }

  private static String watcher(TortureTable table) {
    // After, not before: an INSERT that becomes an UPDATE on conflict has no AFTER INSERT.
    return """
        CREATE FUNCTION torture.watch_%1$s() RETURNS trigger LANGUAGE plpgsql AS $$
        DECLARE
          was torture.seen;
        BEGIN
          IF current_setting('torture.unseen', true) = 'yes' THEN
            RETURN NULL;
          END IF;
          IF TG_OP = 'DELETE' THEN
            IF NOT torture.replaying() THEN
              UPDATE torture.seen SET gone = true WHERE tbl = '%1$s' AND key = %3$s;
            END IF;
            RETURN NULL;
          END IF;
          SELECT * INTO was FROM torture.seen WHERE tbl = '%1$s' AND key = %2$s;
          IF FOUND THEN
            IF (NEW.version < was.version OR was.gone AND NEW.version = was.version)
               AND NOT torture.replaying() THEN
              INSERT INTO torture.steps_back (tbl, key, op, version, highest, gone)
              VALUES ('%1$s', %2$s, TG_OP, NEW.version, was.version, was.gone);
            END IF;
            UPDATE torture.seen SET version = greatest(was.version, NEW.version), gone = false
            WHERE tbl = '%1$s' AND key = %2$s;
          ELSE
            INSERT INTO torture.seen VALUES ('%1$s', %2$s, NEW.version, false);
          END IF;
          RETURN NULL;
        END $$;
        CREATE TRIGGER torture AFTER INSERT OR UPDATE OR DELETE ON public.%1$s
          FOR EACH ROW EXECUTE FUNCTION torture.watch_%1$s();
        -- The job's sessions leave other triggers to the source.
        ALTER TABLE public.%1$s ENABLE ALWAYS TRIGGER torture;
        """
        .formatted(table.into(), table.newKeyOf("NEW"), table.newKeyOf("OLD"));
  }

  /** From now on rows may go back, while progress is below where it was. */
  static void replayAsked(Database target) {
    target.execute(
        "INSERT INTO torture.replays DEFAULT VALUES",
        """
        CREATE OR REPLACE TRIGGER torture BEFORE UPDATE ON crossfade.progress
          FOR EACH ROW WHEN (OLD.cur < OLD.highest) EXECUTE FUNCTION torture.flush_of_replay()
        """,
        "ALTER TABLE crossfade.progress ENABLE ALWAYS TRIGGER torture");
  }

  /** What was logged, as sentences; or that nothing was watched. */
  static List<String> logged(Database target) {
    if (target.query("SELECT 1 FROM torture.seen LIMIT 1").isEmpty()) {
      return List.of("the triggers of the new tables have seen nothing");
    }
    return target.query(
        """
        SELECT tbl || ' ' || translate(key, chr(31), '/') || ': ' || op || ' of version ' || version
               || ' after ' || highest || CASE WHEN gone THEN ', which was deleted' ELSE '' END
               || ', at ' || at
        FROM torture.steps_back ORDER BY at LIMIT 20
        """);
  }
}
