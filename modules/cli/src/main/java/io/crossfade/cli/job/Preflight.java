package io.crossfade.cli.job;

import io.crossfade.core.Check;
import io.crossfade.core.source.SourceException;
import io.crossfade.core.table.TableId;
import io.crossfade.core.target.TargetRefusedException;
import io.crossfade.core.target.TargetUnavailableException;
import io.crossfade.spec.SpecException;
import io.crossfade.spec.TableSpec.Existing;
import io.crossfade.sql.Plugins;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;

/**
 * Looks at both databases and at Kafka before anything is changed, so that what will not do is said
 * in clear words.
 */
public final class Preflight {

  private static final int KAFKA_SECONDS = 10;

  private final List<Check> checks = new ArrayList<>();

  /** All that was looked at. */
  public List<Check> checks() {
    return List.copyOf(checks);
  }

  /** Whether nothing stands in the way. */
  public boolean passed() {
    return checks.stream().noneMatch(check -> check.level() == Check.Level.FAIL);
  }

  /** Whether both databases answer. */
  public boolean reach(Databases databases) {
    try {
      databases.source().check(List.of());
    } catch (SourceException e) {
      checks.add(Check.fail("source.reach", e.getMessage(), unreachable("source", e)));
    }
    try {
      databases.target().describe(new TableId("pg_catalog", "pg_class"));
    } catch (TargetUnavailableException | TargetRefusedException e) {
      checks.add(Check.fail("target.reach", e.getMessage(), unreachable("target", e)));
    }
    return passed();
  }

  private static String unreachable(String side, Throwable e) {
    for (Throwable cause = e; cause != null; cause = cause.getCause()) {
      if (cause instanceof java.sql.SQLException sql && "28P01".equals(sql.getSQLState())) {
        return "correct " + side + ".username or " + side + ".password in the spec";
      }
    }
    return "see that the server runs and that " + side + ".url is right";
  }

  /** What a source needs. */
  public void source(Databases databases, List<TableId> tables) {
    checks.addAll(databases.source().check(tables));
  }

  /** What the new tables need. */
  public void target(Databases databases, Migration migration) {
    List<TableId> ours = new ArrayList<>();
    Map<TableId, Set<String>> filled = new HashMap<>();
    for (Migration.MappedTable table : migration.tables()) {
      if (table.writing().fills()) {
        filled.put(table.target().id(), table.filled());
      } else {
        ours.add(table.target().id());
      }
    }
    checks.addAll(databases.target().check(ours));
    checks.addAll(databases.target().checkFilled(filled));
  }

  /** New tables have to be empty when they are filled first, unless the spec says otherwise. */
  public void emptyTargets(Databases databases, List<Migration.MappedTable> tables) {
    for (Migration.MappedTable table : tables) {
      TableId into = table.target().id();
      if (table.writing().fills()) {
        checks.add(Check.ok("target.empty", into + " has rows of others, and keeps them"));
      } else if (table.from().existing() == Existing.REFUSE && !databases.target().isEmpty(into)) {
        checks.add(
            Check.fail(
                "target.empty",
                into + " has rows, and this migration has not filled it before",
                "empty it, or say existing: keep at "
                    + table.from().place()
                    + " to have rows with the same key overwritten"));
      } else {
        checks.add(Check.ok("target.empty", into + " may be filled"));
      }
    }
  }

  /**
   * Whether Kafka answers.
   *
   * @return the names of its topics; empty where it does not
   */
  public Set<String> kafka(Map<String, String> properties) throws InterruptedException {
    Map<String, Object> config = new HashMap<>(properties);
    config.put(AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, KAFKA_SECONDS * 1000);
    config.put(AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG, KAFKA_SECONDS * 1000);
    String servers = properties.get(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG);
    try (Admin admin = Admin.create(config)) {
      Set<String> topics = admin.listTopics().names().get(KAFKA_SECONDS + 5L, TimeUnit.SECONDS);
      checks.add(Check.ok("kafka.reach", servers + " answers"));
      return topics;
    } catch (ExecutionException | TimeoutException | org.apache.kafka.common.KafkaException e) {
      Throwable why = e instanceof ExecutionException ? e.getCause() : e;
      checks.add(
          Check.fail(
              "kafka.reach",
              servers + " does not answer: " + why.getMessage(),
              "see that the brokers run and that kafka.bootstrap-servers and kafka.properties are right"));
      return Set.of();
    }
  }

  /** Throws what stands in the way. */
  public void orThrow() {
    if (!passed()) {
      StringBuilder message = new StringBuilder("the migration cannot run:");
      checks.stream()
          .filter(check -> check.level() == Check.Level.FAIL)
          .forEach(check -> message.append("\n  ").append(check));
      throw new CommandException(ExitCode.PREFLIGHT, message.toString());
    }
  }

  /** Compiles the spec against the databases, which have answered. */
  public static Migration compile(io.crossfade.spec.Spec spec, Plugins plugins, Databases databases)
      throws SpecException {
    return Migration.compile(
        spec, plugins, source(databases), (into, plan) -> databases.target().describe(into));
  }

  /** What the source says of its tables. */
  public static Migration.Source source(Databases databases) {
    return new Migration.Source(
        databases.source()::describe,
        databases.source()::notCarried,
        databases.source()::tables,
        databases::areOne);
  }
}
