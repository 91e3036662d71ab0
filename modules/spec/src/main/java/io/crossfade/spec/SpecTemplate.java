package io.crossfade.spec;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** What {@code crossfade init} writes: a commented spec, and the schema that editors read. */
public final class SpecTemplate {
  /** The spec's usual name. */
  public static final String FILE_NAME = "migration.yaml";

  /** The schema's name; it lies beside the spec, whose first line points to it. */
  public static final String SCHEMA_FILE_NAME = SpecSchema.FILE_NAME;

  /** The environment variables that the template refers to, and what each is for. */
  public static final Map<String, String> VARIABLES =
      Map.of(
          "SOURCE_PASSWORD", "the password at the source",
          "TARGET_PASSWORD", "the password at the target");

  private static final String DEFAULT_URL = "jdbc:postgresql://old-db:5432/app";

  private static final String HEAD =
      """
      # yaml-language-server: $schema=%s
      #
      # One migration: each new table and the SELECT over the old tables that it is kept equal to.
      #   crossfade validate -f %s    says what is wrong, with line and column
      #   crossfade run -f %s         runs it; stopped and started again, it goes on

      # Names the consumer group, the topics and the replication slot. Another name is another migration.
      migration: my-migration

      # The database with the old tables. Needs wal_level = logical and a role with REPLICATION.
      source:
        connector: postgres
        url: %s
        username: %s
        # "${env:X}" or "${file:/run/secrets/x}"; one that is not set is an error; never printed.
        password: "${env:SOURCE_PASSWORD}"

      # The database with the new tables; may be the same server.
      target:
        connector: postgres
        url: jdbc:postgresql://new-db:5432/app
        username: crossfade
        password: "${env:TARGET_PASSWORD}"

      kafka:
        # For one machine: a real broker as a child process, its log kept in this directory.
        embedded: ./crossfade-data
        # With brokers of your own instead:
        # bootstrap-servers: kafka-1:9092,kafka-2:9092
        # replication-factor: 3
        # properties: { security.protocol: SASL_SSL }
        partitions: 4

      # Each target table must exist and have a primary key.
      tables:
      """;

  private static final String EXAMPLE_TABLES =
      """
        - into: public.subscriptions
          select: |
            SELECT s.id, s.customer_id, UPPER(s.plan) AS plan, CAST(s.amount * 100 AS BIGINT) AS amount_cents
            FROM public.customer_subscriptions s
            WHERE s.deleted_at IS NULL
        # Short for SELECT * FROM:
        - into: public.audit
          from: public.audit
          # A target table that has rows is refused, unless they may be overwritten:
          # existing: keep
      """;

  private static final String TAIL =
      """

      backfill:
        # Chunks read at the same time.
        parallelism: 2
        # Without it: unlimited.
        # max-rows-per-second: 20000
        # It stands still while one of these is exceeded:
        # pause-when: { capture-lag: 30s, target-commit-p95: 500ms }

      # Where `crossfade status` finds the running job. Other than loopback only with a token.
      server:
        bind: 127.0.0.1
        port: 8480
        # token: "${env:CROSSFADE_TOKEN}"
      """;

  private SpecTemplate() {}

  /** A spec to begin with; it validates once {@link #VARIABLES} are set. */
  public static String text() {
    return head(DEFAULT_URL, "crossfade") + EXAMPLE_TABLES + TAIL;
  }

  /**
   * A spec to begin with, for given tables.
   *
   * @param sourceUrl JDBC URL without user and password
   * @param username at the source
   * @param tables at least one that is not refused
   * @throws IllegalArgumentException where the URL would not be valid in a spec; the message never
   *     repeats it
   */
  public static String text(String sourceUrl, String username, List<DraftTable> tables) {
    JdbcUrl.complaint(sourceUrl)
        .ifPresent(
            complaint -> {
              throw new IllegalArgumentException("the URL " + complaint);
            });
    if (tables.stream().allMatch(table -> table.refusal().isPresent())) {
      throw new IllegalArgumentException("name at least one table");
    }
    return head(quoted(sourceUrl), quoted(username))
        + tables.stream().map(DraftTable::yaml).collect(Collectors.joining("\n"))
        + TAIL;
  }

  /** What is wrong with a database's URL, to be put behind the name of what holds it. */
  public static Optional<String> complaintAbout(String url) {
    return JdbcUrl.complaint(url);
  }

  /** The JSON Schema, to be written to {@link #SCHEMA_FILE_NAME}. */
  public static String schema() {
    return SpecSchema.get().text();
  }

  private static String head(String url, String username) {
    return HEAD.formatted(SCHEMA_FILE_NAME, FILE_NAME, FILE_NAME, url, username);
  }

  /** Plain where that is safe in YAML, else between single quotes; a plain ${ is escaped. */
  static String quoted(String value) {
    String escaped = value.replace("${", "$${");
    return escaped.matches("[A-Za-z_][A-Za-z0-9_.:/?&=-]*[A-Za-z0-9_]")
        ? escaped
        : "'" + escaped.replace("'", "''") + "'";
  }
}
