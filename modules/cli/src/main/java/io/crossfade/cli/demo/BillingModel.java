package io.crossfade.cli.demo;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;

/** An old billing model, the new one, and the SELECTs between them. */
final class BillingModel {

  private static final String OLD_TABLES =
      """
      CREATE TABLE public.customers (
        id bigint PRIMARY KEY,
        email text NOT NULL,
        name varchar(80) NOT NULL,
        plan text NOT NULL,
        balance numeric(12,2) NOT NULL,
        vip boolean,
        notes text,
        created_at timestamptz NOT NULL,
        deleted_at timestamptz
      );
      CREATE TABLE public.customer_subscriptions (
        id bigint PRIMARY KEY,
        customer_id bigint NOT NULL,
        plan varchar(20) NOT NULL,
        amount numeric(12,2) NOT NULL,
        starts_on date NOT NULL,
        details jsonb,
        deleted_at timestamptz
      );
      CREATE INDEX ON public.customer_subscriptions (customer_id);
      CREATE TABLE public.audit (
        customer_id bigint,
        entry bigint,
        kind text NOT NULL,
        data jsonb,
        fingerprint bytea,
        score double precision,
        at timestamptz NOT NULL,
        PRIMARY KEY (customer_id, entry)
      );
      """;

  private static final String NEW_TABLES =
      """
      CREATE TABLE public.accounts (
        account_id bigint PRIMARY KEY,
        email text NOT NULL,
        display_name text NOT NULL,
        plan text NOT NULL,
        balance_cents bigint NOT NULL,
        vip boolean NOT NULL,
        note text,
        opened_at timestamptz NOT NULL,
        closed boolean NOT NULL
      );
      CREATE TABLE public.subscriptions (
        id bigint PRIMARY KEY,
        account_id bigint NOT NULL,
        plan text NOT NULL,
        amount_cents bigint NOT NULL,
        starts_on date NOT NULL,
        details jsonb
      );
      CREATE TABLE public.audit (
        customer_id bigint,
        entry bigint,
        kind text NOT NULL,
        data jsonb,
        fingerprint bytea,
        score double precision,
        at timestamptz NOT NULL,
        PRIMARY KEY (customer_id, entry)
      );
      """;

  /**
   * One note in twenty has 4 kB. Digests hardly compress, so that they are stored out of line, and
   * an update of another column does not bring them along in the log.
   */
  private static final String CUSTOMERS =
      """
      INSERT INTO public.customers
      SELECT i, 'Customer' || i || '@Example.com',
             CASE i %% 7 WHEN 0 THEN '  Zoë Weiß ' WHEN 1 THEN 'O''Neil, "Al"' WHEN 2 THEN '田中 🚲'
               ELSE 'Customer' END || ' ' || i,
             (ARRAY['free', 'pro', 'business'])[1 + i %% 3],
             (i * 7919 %% 1000000) / 100.0 - 500,
             CASE i %% 10 WHEN 0 THEN true WHEN 1 THEN NULL ELSE false END,
             CASE WHEN i %% 20 = 0 THEN (
                    SELECT string_agg(encode(sha512((i || '/' || j)::bytea), 'base64'), E'\\n')
                    FROM generate_series(1, 46) AS j)
                  WHEN i %% 5 = 0 THEN NULL
                  WHEN i %% 5 = 1 THEN ''
                  ELSE E'Called twice,\\tsee C:\\\\notes\\\\' || i END,
             timestamptz '2015-01-01 00:00:00+00' + i * interval '97.123456 seconds',
             CASE WHEN i %% 50 = 0 THEN timestamptz '2024-02-29 12:00:00+00' END
      FROM generate_series(1, %d) AS i
      """;

  private static final String SUBSCRIPTIONS =
      """
      INSERT INTO public.customer_subscriptions
      SELECT i, i, (ARRAY['free', 'pro', 'business'])[1 + i %% 3], i %% 100 + 0.99,
             date '2015-01-01' + (i %% 3650)::int,
             CASE WHEN i %% 4 > 0 THEN
               jsonb_build_object('seats', i %% 17, 'coupon', NULL, 'tags', ARRAY['a', 'b' || i]) END,
             CASE WHEN i %% 5 = 0 THEN timestamptz '2024-02-29 12:00:00.5+00' END
      FROM generate_series(1, %d) AS i
      """;

  private static final String AUDIT =
      """
      INSERT INTO public.audit
      SELECT i, i, (ARRAY['login', 'invoice', 'payment'])[1 + i %% 3],
             jsonb_build_object('ip', '10.0.0.' || i %% 256, 'cents', i * 31 %% 99999),
             CASE WHEN i %% 3 = 0 THEN sha256(i::text::bytea) END, i / 3.0::float8,
             timestamptz '2020-01-01 00:00:00+00' + i * interval '0.5 seconds'
      FROM generate_series(1, %d) AS i
      """;

  private static final String SPEC =
      """
      migration: billing-demo
      source:
        connector: postgres
        url: %s
        username: %s
        password: %s
      target:
        connector: postgres
        url: %s
        username: %s
        password: %s
      kafka:
        bootstrap-servers: "%s"
        partitions: 4
        replication-factor: 1
      tables:
        - into: public.accounts
          select: |
            SELECT c.id AS account_id, LOWER(c.email) AS email, TRIM(c.name) AS display_name,
                   UPPER(c.plan) AS plan, CAST(c.balance * 100 AS BIGINT) AS balance_cents,
                   COALESCE(c.vip, FALSE) AS vip, c.notes AS note, c.created_at AS opened_at,
                   c.deleted_at IS NOT NULL AS closed
            FROM public.customers c
        - into: public.subscriptions
          select: |
            SELECT s.id, s.customer_id AS account_id, UPPER(s.plan) AS plan,
                   CAST(s.amount * 100 AS BIGINT) AS amount_cents, s.starts_on, s.details
            FROM public.customer_subscriptions s
            WHERE s.deleted_at IS NULL
        - into: public.audit
          from: public.audit
      server: { bind: 127.0.0.1, port: %d }
      """;

  /** What the new model cannot give back in full is said to be of no matter. */
  private static final String WAYS_BACK =
      """
      reverse:
        - into: public.customers
          accept-loss: true
          select: |
            SELECT account_id AS id, email, CAST(display_name AS VARCHAR(80)) AS name, LOWER(plan) AS plan,
                   CAST(balance_cents / 100.0 AS NUMERIC(12,2)) AS balance, vip, note AS notes,
                   opened_at AS created_at
            FROM public.accounts
        - into: public.customer_subscriptions
          accept-loss: true
          select: |
            SELECT id, account_id AS customer_id, CAST(LOWER(plan) AS VARCHAR(20)) AS plan,
                   CAST(amount_cents / 100.0 AS NUMERIC(12,2)) AS amount, starts_on, details,
                   CAST(NULL AS TIMESTAMP WITH TIME ZONE) AS deleted_at
            FROM public.subscriptions
      """;

  /** How to reach a database; the password is a temporary server's and no secret. */
  record Access(String url, String user, String password) {}

  private BillingModel() {}

  /** The same with its ways back, for who switches. */
  static String withWaysBack(String spec) {
    return spec + WAYS_BACK;
  }

  /** Makes the old tables, with as many rows in each: keys from 1 up to {@code rows}. */
  static void createOld(Connection source, long rows) throws SQLException {
    execute(source, OLD_TABLES);
    execute(source, CUSTOMERS.formatted(rows));
    execute(source, SUBSCRIPTIONS.formatted(rows));
    execute(source, AUDIT.formatted(rows));
    // Without it the estimates that progress is shown by would be empty.
    execute(source, "VACUUM ANALYZE public.customers, public.customer_subscriptions, public.audit");
  }

  /** Makes the new tables, empty. */
  static void createNew(Connection target) throws SQLException {
    execute(target, NEW_TABLES);
  }

  /** The migration from the old tables into the new ones, as {@code migration.yaml}. */
  static String spec(Access source, Access target, String bootstrapServers, int httpPort) {
    return SPEC.formatted(
        source.url(),
        source.user(),
        source.password(),
        target.url(),
        target.user(),
        target.password(),
        bootstrapServers,
        httpPort);
  }

  private static void execute(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }
}
