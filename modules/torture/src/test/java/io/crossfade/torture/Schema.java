package io.crossfade.torture;

import io.crossfade.sandbox.Database;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** The old and the new tables, and what watches them. */
final class Schema {

  /** A body is at most this long, or longer than {@link #TOASTED}. */
  static final int INLINE = 500;

  static final int TOASTED = 3_000;

  private static final String SAME_LARGE_BODY =
      "NEW.body = OLD.body AND length(NEW.body) >= " + TOASTED;

  static final List<TortureTable> TABLES =
      List.of(
          plain("wide", "wide", "SELECT * FROM public.wide"),
          new TortureTable(
              "public.\"Odd.Accounts\"",
              "public.Odd_x002EAccounts",
              List.of("\"Region\"", "code"),
              "accounts",
              List.of("region", "code"),
              "SELECT \"Region\" AS region, code, UPPER(owner) AS owner,"
                  + " CAST(amount * 100 AS bigint) AS cents, version"
                  + " FROM public.\"Odd.Accounts\" WHERE state <> 'closed'",
              "false"),
          new TortureTable(
              "public.document",
              "public.document",
              List.of("id"),
              "documents",
              List.of("id"),
              "SELECT id, TRIM(title) AS title, body, version FROM public.document WHERE shown",
              SAME_LARGE_BODY),
          plain(
              "page",
              "pages",
              "SELECT id, title, body, LENGTH(body) AS size, version FROM public.page"),
          plain("bulk", "bulk", "SELECT id, payload, n + 1 AS n, version FROM public.bulk"),
          plain("place", "places", "SELECT id, pos, name, version FROM public.place"),
          new TortureTable(
              "public.event",
              "public.event",
              List.of("id", "day"),
              "events",
              List.of("id", "day"),
              "SELECT id, day, kind, amount, version FROM public.event WHERE amount >= 0",
              "false"),
          plain("owner", "owners", "SELECT id, name, version FROM public.owner"),
          plain("item", "items", "SELECT id, owner_id, label, version FROM public.item"));

  private Schema() {}

  private static TortureTable plain(String old, String into, String select) {
    return new TortureTable(
        "public." + old, "public." + old, List.of("id"), into, List.of("id"), select, "false");
  }

  private static final String TYPES =
      """
      CREATE TYPE public.mood AS ENUM ('sad', 'it''s ok', 'HAPPY');
      CREATE DOMAIN public.positive AS int CHECK (VALUE > 0);
      CREATE TYPE public.pair AS (a int, b text);
      """;

  private static String wide() {
    return "CREATE TABLE public.wide (id int PRIMARY KEY, version bigint NOT NULL, "
        + String.join(", ", Literals.WIDE.keySet())
        + ");\n";
  }

  /** Old tables, empty and not watched yet. */
  static void createOld(Database source) {
    source.execute(
        TYPES
            + wide()
            + """
            CREATE TABLE public."Odd.Accounts" ("Region" text, code varchar(10), owner text,
              amount numeric(12,2) NOT NULL, state text NOT NULL, version bigint NOT NULL,
              PRIMARY KEY ("Region", code));
            CREATE TABLE public.document (id uuid PRIMARY KEY, title text, body text,
              shown boolean NOT NULL, version bigint NOT NULL);
            ALTER TABLE public.document ALTER body SET STORAGE EXTERNAL;
            CREATE TABLE public.page (id bigint PRIMARY KEY, title text, body text,
              version bigint NOT NULL);
            ALTER TABLE public.page ALTER body SET STORAGE EXTERNAL;
            ALTER TABLE public.page REPLICA IDENTITY FULL;
            CREATE TABLE public.bulk (id bigint PRIMARY KEY, payload text, n int NOT NULL,
              version bigint NOT NULL);
            CREATE TABLE public.place (id int PRIMARY KEY,
              pos int NOT NULL UNIQUE DEFERRABLE INITIALLY IMMEDIATE, name text,
              version bigint NOT NULL);
            CREATE TABLE public.event (id int, day date, kind text, amount int NOT NULL,
              version bigint NOT NULL, PRIMARY KEY (id, day)) PARTITION BY RANGE (day);
            CREATE TABLE public.event_1 PARTITION OF public.event
              FOR VALUES FROM ('2024-01-01') TO ('2024-02-01');
            CREATE TABLE public.event_2 PARTITION OF public.event
              FOR VALUES FROM ('2024-02-01') TO ('2024-03-01');
            CREATE TABLE public.event_rest PARTITION OF public.event DEFAULT;
            CREATE TABLE public.owner (id int PRIMARY KEY, name text, version bigint NOT NULL);
            CREATE TABLE public.item (id int PRIMARY KEY,
              owner_id int NOT NULL REFERENCES public.owner ON DELETE CASCADE, label text,
              version bigint NOT NULL);
            CREATE SCHEMA torture;
            CREATE SEQUENCE torture.version;
            CREATE TABLE torture.history (id bigserial PRIMARY KEY, tbl text NOT NULL,
              key text NOT NULL, op text NOT NULL, version bigint NOT NULL,
              xid bigint NOT NULL DEFAULT pg_current_xact_id()::text::bigint);
            """);
  }

  /** From now on versions grow, and each change is written down in the transaction that does it. */
  static void watchOld(Database source) {
    TABLES.forEach(table -> source.execute(watcherOfOld(table)));
  }

  /**
   * The lock keeps two inserts of one key from taking their versions in another order than they are
   * committed in; an update has its row locked before the trigger runs.
   */
  private static String watcherOfOld(TortureTable table) {
    return """
        CREATE FUNCTION torture.version_%1$s() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
          IF TG_OP = 'INSERT' OR %3$s <> %4$s THEN
            PERFORM pg_advisory_xact_lock(hashtextextended('%1$s' || %3$s, 0));
          END IF;
          NEW.version := nextval('torture.version');
          RETURN NEW;
        END $$;
        CREATE FUNCTION torture.history_%1$s() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
          IF TG_OP = 'DELETE' OR TG_OP = 'UPDATE' AND %3$s <> %4$s THEN
            INSERT INTO torture.history (tbl, key, op, version) VALUES ('%1$s', %4$s, 'd', OLD.version);
          END IF;
          IF TG_OP = 'INSERT' THEN
            INSERT INTO torture.history (tbl, key, op, version) VALUES ('%1$s', %3$s, 'w', NEW.version);
          ELSIF TG_OP = 'UPDATE' THEN
            INSERT INTO torture.history (tbl, key, op, version) VALUES ('%1$s', %3$s,
              CASE WHEN %5$s THEN 'h' ELSE 'w' END, NEW.version);
          END IF;
          RETURN NULL;
        END $$;
        CREATE TRIGGER a_version BEFORE INSERT OR UPDATE ON %2$s
          FOR EACH ROW EXECUTE FUNCTION torture.version_%1$s();
        CREATE TRIGGER b_history AFTER INSERT OR UPDATE OR DELETE ON %2$s
          FOR EACH ROW EXECUTE FUNCTION torture.history_%1$s();
        """
        .formatted(table.into(), table.old(), table.keyOf("NEW"), table.keyOf("OLD"), table.hint());
  }

  /** New tables, watched. */
  static void createNew(Database target) {
    target.execute(
        TYPES
            + wide()
            + """
            CREATE TABLE public.accounts (region text, code varchar(10), owner text, cents bigint,
              version bigint NOT NULL, PRIMARY KEY (region, code));
            CREATE TABLE public.documents (id uuid PRIMARY KEY, title text, body text,
              version bigint NOT NULL);
            CREATE TABLE public.pages (id bigint PRIMARY KEY, title text, body text, size int,
              version bigint NOT NULL);
            CREATE TABLE public.bulk (id bigint PRIMARY KEY, payload text, n int,
              version bigint NOT NULL);
            CREATE TABLE public.places (id int PRIMARY KEY, pos int NOT NULL UNIQUE, name text,
              version bigint NOT NULL);
            CREATE TABLE public.events (id int, day date, kind text, amount int,
              version bigint NOT NULL, PRIMARY KEY (id, day));
            CREATE TABLE public.owners (id int PRIMARY KEY, name text, version bigint NOT NULL);
            CREATE TABLE public.items (id int PRIMARY KEY,
              owner_id int REFERENCES public.owners, label text,
              version bigint NOT NULL);
            """);
    StepsBack.watch(target, TABLES);
  }

  /** The spec's tables. */
  static String mappings() {
    List<String> lines = new ArrayList<>();
    for (TortureTable table : TABLES) {
      lines.add("  - into: public." + table.into());
      lines.add(
          "    select: |\n      " + table.select().lines().collect(Collectors.joining("\n      ")));
    }
    return String.join("\n", lines);
  }
}
