package io.crossfade.wire;

import io.crossfade.core.table.TableId;
import java.util.Objects;

/**
 * The names that one migration uses on Kafka. A contract: people put them into dashboards and
 * access lists.
 */
public final class Names {

  /** What the name of a migration must not end with, with a number behind it. */
  public static final String REVERSE = "-reverse-";

  private final String prefix;

  public Names(String migration) {
    this.prefix = "crossfade." + Objects.requireNonNull(migration, "migration") + ".";
  }

  /** The topic with the rows of one old table. */
  public String rawTopic(TableId table) {
    return rawTopicPrefix() + escape(table.schema()) + "." + escape(table.name());
  }

  /**
   * What the topic is called, behind the group's name, in which contributions to one new table
   * meet; with {@code -repartition} at its end, as Kafka Streams has it.
   */
  public static String claims(TableId into) {
    return "claims." + escape(into.schema()) + "." + escape(into.name());
  }

  /** The topic of {@link #claims}. */
  public String claimsTopic(TableId into) {
    return repartition(claims(into));
  }

  /**
   * The same of the topic in which rows meet that a JOIN of the mappings into one new table brings
   * together, and of the store of those rows.
   *
   * @param number counts the JOINs, from 1
   */
  public static String joins(TableId into, int number) {
    return "joins." + escape(into.schema()) + "." + escape(into.name()) + "." + number;
  }

  /** The topic of {@link #joins}. */
  public String joinsTopic(TableId into, int number) {
    return repartition(joins(into, number));
  }

  /**
   * The same of the topic in which rows meet that a GROUP BY of a mapping into a new table puts
   * together.
   *
   * @param number counts those mappings, from 1
   */
  public static String groups(TableId into, int number) {
    return "groups." + escape(into.schema()) + "." + escape(into.name()) + "." + number;
  }

  /** The topic of {@link #groups}. */
  public String groupsTopic(TableId into, int number) {
    return repartition(groups(into, number));
  }

  private String repartition(String name) {
    return applyGroup() + "-" + name + "-repartition";
  }

  /**
   * The store, with its changelog, of the target keys that the rows of an old table claim in a new
   * one.
   */
  public static String claimed(TableId into, TableId source) {
    return "claimed."
        + escape(into.schema())
        + "."
        + escape(into.name())
        + "."
        + escape(source.schema())
        + "."
        + escape(source.name());
  }

  /** What all raw topics of this migration begin with. */
  public String rawTopicPrefix() {
    return prefix + "raw.";
  }

  /** The compacted topic with phases, the publisher's position and what has been backfilled. */
  public String controlTopic() {
    return prefix + "control";
  }

  /** The topic with the records whose rows the target refused. */
  public String deadTopic() {
    return prefix + "dead";
  }

  /**
   * The consumer group whose lag is the migration's lag; also the application id of Kafka Streams.
   */
  public String applyGroup() {
    return prefix + "apply";
  }

  /** The publisher's transactional id: a second publisher fences the first. */
  public String publisherTransactionalId() {
    return prefix + "capture";
  }

  /** The transactional id of who leads a switch: a second one fences the first. */
  public String leaderTransactionalId() {
    return prefix + "lead";
  }

  /** What all topics and groups of this migration begin with. */
  public String prefix() {
    return prefix;
  }

  /**
   * The name under which the way back runs: a flow of its own, from the new tables to the old ones,
   * in each round another one. No migration of a user's has such a name.
   */
  public static String reverse(String migration, long round) {
    return migration + REVERSE + round;
  }

  /**
   * Kafka allows letters, digits, '.', '_' and '-' in a topic; all else becomes {@code _xHHHH}, and
   * so do a dot, which would make {@code "a.b"."c"} and {@code "a"."b.c"} one topic, and an
   * underscore that would read as such a code.
   */
  private static String escape(String name) {
    StringBuilder escaped = new StringBuilder();
    for (int i = 0; i < name.length(); i++) {
      char c = name.charAt(i);
      boolean plain =
          (c >= 'a' && c <= 'z')
              || (c >= 'A' && c <= 'Z')
              || (c >= '0' && c <= '9')
              || c == '-'
              || (c == '_' && !name.startsWith("_x", i));
      if (plain) {
        escaped.append(c);
      } else {
        escaped.append(String.format("_x%04X", (int) c));
      }
    }
    return escaped.toString();
  }
}
