package io.crossfade.verify.explain;

import io.crossfade.verify.Difference.ColumnDifference;
import io.crossfade.verify.explain.Biography.Outcome;
import io.crossfade.verify.explain.Biography.RawRecord;
import io.crossfade.verify.explain.Biography.Records;
import io.crossfade.verify.explain.Evidence.Held;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** A biography as lines for people: the verdict first, then what it rests on. */
public final class BiographyText {

  private static final int SHOWN = 200;
  private static final String LABEL = "%-11s%s%n";

  private BiographyText() {}

  /** The whole. */
  public static String of(Biography row) {
    StringBuilder text = new StringBuilder();
    text.append(format("%s  %s%n", row.table(), key(row.key())));
    text.append(format("%s%n", row.verdict().sentence() + "."));
    if (!row.verdict().next().isEmpty()) {
      text.append(format("Next: %s%n", row.verdict().next()));
    }
    text.append(format("%n"));
    text.append(
        line("source", row.sourceTable() + row.sourceKey().map(k -> "  " + key(k)).orElse("")));
    text.append(line("", row.source().map(BiographyText::values).orElse(noSource(row))));
    text.append(line("SELECT", outcome(row.expected())));
    if (!row.independent()) {
      text.append(line("", "(evaluated by Crossfade, not by the source)"));
    }
    text.append(line("target", row.target().map(BiographyText::values).orElse("no such row")));
    for (ColumnDifference column : row.differing()) {
      text.append(line("", difference(column)));
    }
    records(text, row.records());
    for (Held held : row.held()) {
      text.append(line("held", held(held)));
    }
    text.append(line("compared", compared(row)));
    return text.toString();
  }

  private static String noSource(Biography row) {
    return row.sourceKey().isPresent() ? "no such row" : "not known: " + row.expected().error();
  }

  private static void records(StringBuilder text, Records records) {
    if (records.partition() < 0) {
      text.append(line("records", "not looked up: the key of the records is not known"));
      return;
    }
    text.append(
        line(
            "records",
            format(
                "%s-%d: %,d of this row among %,d; applied below offset %d, ends at %d",
                records.topic(),
                records.partition(),
                records.found(),
                records.read(),
                records.appliedTo(),
                records.end())));
    long hidden = records.found() - records.last().size();
    if (hidden > 0) {
      text.append(line("", format("%,d older ones are not shown (--records)", hidden)));
    }
    for (RawRecord record : records.last()) {
      text.append(
          line(
              "",
              format(
                  "offset %d  %s  %s  %s %s%s  %s",
                  record.offset(),
                  record.operation(),
                  record.time(),
                  record.transaction().isEmpty() ? "snapshot" : "position",
                  record.position(),
                  record.transaction().isEmpty() ? "" : "  transaction " + record.transaction(),
                  record.applied() ? "applied" : "not applied")));
      text.append(line("", "  " + outcome(record.gives())));
    }
  }

  private static String held(Held held) {
    return held.state()
        + " since "
        + held.since()
        + (held.offset() < 0 ? "" : ", record at offset " + held.offset())
        + ": "
        + held.error()
        + (held.note().isEmpty() ? "" : " (" + held.note() + ")");
  }

  private static String compared(Biography row) {
    return row.compared()
        .map(
            last ->
                format(
                    "the table was %s %,d s ago; %s",
                    last.result(),
                    last.secondsAgo(),
                    last.difference()
                        .map(kind -> "this row: " + kind)
                        .orElse("this row was not among its differences")))
        .orElse("the table was not compared since this instance was started");
  }

  private static String outcome(Outcome outcome) {
    return switch (outcome.kind()) {
      case "row" -> "gives " + outcome.row().map(BiographyText::values).orElse("a row");
      case "filtered" -> "gives no row of this key: the WHERE leaves it out, or it has another one";
      case "nothing" -> "gives nothing: there is no old row";
      case "error" -> "cannot be evaluated: " + outcome.error();
      default -> "not known: " + outcome.error();
    };
  }

  private static String difference(ColumnDifference column) {
    return format(
        "%s: expected %s, is %s",
        column.column(), value(column.expected()), value(column.actual()));
  }

  private static String value(Optional<String> value) {
    return value.map(BiographyText::quoted).orElse("NULL");
  }

  private static String key(Map<String, String> key) {
    return key.entrySet().stream()
        .map(entry -> entry.getKey() + " = " + entry.getValue())
        .collect(Collectors.joining(", "));
  }

  private static String values(Map<String, String> row) {
    return row.entrySet().stream()
        .map(entry -> entry.getKey() + "=" + value(Optional.ofNullable(entry.getValue())))
        .collect(Collectors.joining(", "));
  }

  private static String quoted(String value) {
    String shown = value.length() <= SHOWN ? value : value.substring(0, SHOWN);
    return "'"
        + shown.replace("\n", "\\n")
        + "'"
        + (value.length() <= SHOWN ? "" : "… (" + value.length() + " characters)");
  }

  private static String line(String label, String text) {
    return format(LABEL, label, text);
  }

  private static String format(String format, Object... arguments) {
    return String.format(Locale.ROOT, format, arguments);
  }
}
