package io.crossfade.cli.plan;

import java.util.List;
import java.util.Optional;

/**
 * What a migration would make, where, and what each new column comes from. Its components are the
 * fields of {@code plan -o json}.
 *
 * @param migration its name
 * @param source what is made at the source
 * @param kafka what is made in Kafka
 * @param target what is made in the target, beside the rows
 * @param expand the statements that the start executes in the target
 * @param contract the statements that {@code complete} executes there
 * @param mappings one for each new table
 * @param warnings what somebody should know, each with its place in the spec
 * @param ddl proposed tables and what follows; empty unless it was asked for
 */
public record Plan(
    String migration,
    Source source,
    Kafka kafka,
    Target target,
    Statements expand,
    Statements contract,
    List<MappingPlan> mappings,
    List<String> warnings,
    Optional<Ddl> ddl) {

  public Plan {
    mappings = List.copyOf(mappings);
    warnings = List.copyOf(warnings);
  }

  /**
   * What is made at the source.
   *
   * @param url as the spec writes it
   */
  public record Source(String url, String publication, String slot) {}

  /**
   * What is made in Kafka.
   *
   * @param brokers as the spec writes them; the directory of an embedded broker
   * @param replicationFactor of each topic; empty for the brokers' default
   */
  public record Kafka(
      String brokers,
      boolean embedded,
      String consumerGroup,
      String controlTopic,
      List<RawTopic> rawTopics,
      Optional<Integer> replicationFactor) {}

  /** The topic of one old table. */
  public record RawTopic(String topic, String table, int partitions) {}

  /**
   * What is made in the target.
   *
   * @param url as the spec writes it
   */
  public record Target(String url, String schema, String progressTable) {}

  /**
   * A list of statements.
   *
   * @param statements how many there are
   * @param done how many of them, from the first, are done
   */
  public record Statements(int statements, int done) {}

  /**
   * How one new table is filled.
   *
   * @param into the new table
   * @param exists whether the target has it
   * @param from the old table; of several that are joined all, the first one in front
   * @param rawTopic what it is read from; the same
   * @param partitions of that topic: how far the work can be spread
   * @param steps what happens to a record on its way
   * @param state what has to be remembered between records
   * @param select its SELECT; of a mapper its class and its code
   * @param columns in the SELECT's order
   * @param notRead columns of the old tables that are not read
   */
  public record MappingPlan(
      String into,
      boolean exists,
      String from,
      String rawTopic,
      int partitions,
      List<String> steps,
      String state,
      String select,
      List<ColumnPlan> columns,
      List<String> notRead) {}

  /**
   * A new column.
   *
   * @param name its name
   * @param from the expression as the SELECT writes it
   * @param reads the old columns in it
   * @param sourceType the type of the old column, where it reads one; else that of the expression
   * @param type what the SELECT gives
   * @param targetType the new column's type
   * @param lossy whether the old value cannot be told from the new one: {@code no}, {@code yes} (a
   *     conversion rounds, cuts or parses), {@code computed} (an expression), {@code constant}
   * @param nullable whether the SELECT may give NULL
   * @param targetNullable whether the new column takes it
   */
  public record ColumnPlan(
      String name,
      String from,
      List<String> reads,
      String sourceType,
      String type,
      String targetType,
      String lossy,
      boolean nullable,
      boolean targetNullable) {}

  /**
   * Proposed SQL, in the order in which it runs.
   *
   * @param tables new tables that the target has not; before the first start
   * @param afterBackfill while the migration follows
   * @param atSwitch when the writers have stopped and the target is at a barrier taken after that
   */
  public record Ddl(List<Step> tables, List<Step> afterBackfill, List<Step> atSwitch) {}

  /**
   * A statement, or a remark.
   *
   * @param comment for people; may be empty
   * @param sql one statement without its semicolon; empty for a remark alone
   */
  public record Step(String comment, Optional<String> sql) {

    static Step sql(String comment, String sql) {
      return new Step(comment, Optional.of(sql));
    }

    static Step remark(String comment) {
      return new Step(comment, Optional.empty());
    }
  }
}
