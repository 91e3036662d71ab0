package io.crossfade.wire;

import io.crossfade.core.table.TableId;
import java.util.Objects;

/**
 * The names that one migration uses on Kafka. A contract: people put them into dashboards and
 * access lists.
 */
public final class Names {

  private final String prefix;

  public Names(String migration) {
    this.prefix = "crossfade." + Objects.requireNonNull(migration, "migration") + ".";
  }

  /** The topic with the rows of one old table. */
  public String rawTopic(TableId table) {
    return rawTopicPrefix() + escape(table.schema()) + "." + escape(table.name());
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
