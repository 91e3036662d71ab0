package io.crossfade.spec;

import io.crossfade.core.table.TableId;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * A mapping that is proposed: a table copied as it is, for {@link SpecTemplate}.
 *
 * @param into the new table
 * @param select its SELECT, in lines
 * @param comments what a reader should know, in lines without the sign of a comment
 * @param refusal why it cannot be a mapping as things are; then it is written as a comment
 */
public record DraftTable(
    TableId into, List<String> select, List<String> comments, Optional<String> refusal) {

  public DraftTable {
    Objects.requireNonNull(into, "into");
    select = List.copyOf(select);
    comments = List.copyOf(comments);
    Objects.requireNonNull(refusal, "refusal");
  }

  /** Its entry under {@code tables}. */
  String yaml() {
    StringBuilder yaml = new StringBuilder();
    comments.forEach(line -> comment(yaml, line));
    refusal.ifPresent(line -> comment(yaml, line));
    String mark = refusal.isPresent() ? "  # " : "  ";
    yaml.append(mark)
        .append("- into: ")
        .append(SpecTemplate.quoted(TableName.sql(into)))
        .append('\n');
    yaml.append(mark).append("  select: |\n");
    select.forEach(line -> yaml.append(mark).append("    ").append(line).append('\n'));
    return yaml.toString();
  }

  /** A name may hold a line break; a comment may not. */
  private static void comment(StringBuilder yaml, String line) {
    yaml.append("  # ").append(line.replaceAll("\\s+", " ")).append('\n');
  }
}
